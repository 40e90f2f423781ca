/** A draft outlives a reload: it is kept for as long as the tab is open, with what it was made from. */
import type { Draft } from './draft.ts';

export interface KeptDraft {
  readonly draft: Draft;
  /** Undefined for a new apartment. */
  readonly base: Draft | undefined;
  readonly revision: string | undefined;
}

const keyOf = (apartmentId: string | undefined) => `nightlatch.draft.${apartmentId ?? 'new'}`;

/** @param kept undefined forgets it */
export function keepDraft(apartmentId: string | undefined, kept: KeptDraft | undefined): void {
  try {
    if (kept === undefined) sessionStorage.removeItem(keyOf(apartmentId));
    else sessionStorage.setItem(keyOf(apartmentId), draftText(kept));
  } catch {
    // Full or forbidden: the draft lives as long as the page.
  }
}

export function keptDraft(apartmentId: string | undefined): KeptDraft | undefined {
  try {
    const text = sessionStorage.getItem(keyOf(apartmentId));
    return text === null ? undefined : parsedDraft(text);
  } catch {
    return undefined;
  }
}

/** JSON writes NaN, an emptied number, as null; nothing in a draft is null otherwise. */
export const draftText = (kept: KeptDraft): string => JSON.stringify(kept);
export const parsedDraft = (text: string): KeptDraft =>
  JSON.parse(text, (_, value: unknown) => (value === null ? Number.NaN : value)) as KeptDraft;
