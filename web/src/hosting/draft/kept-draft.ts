/** A draft outlives a reload: it is kept for as long as the tab is open, with what it was made from. */
import type { Draft } from './draft.ts';

export interface KeptDraft {
  readonly draft: Draft;
  /** Undefined for a new apartment. */
  readonly base: Draft | undefined;
  readonly revision: string | undefined;
  /** Under which a new apartment is created: sent again it is the same one. */
  readonly requestId: string;
}

/** Whose draft of what. */
export interface DraftPlace {
  /** The account that edits: whoever signs in after it in the same tab has drafts of their own. */
  readonly ownerId: string | undefined;
  /** Undefined for a new apartment. */
  readonly apartmentId: string | undefined;
}

const keyOf = ({ ownerId, apartmentId }: DraftPlace) => `nightlatch.draft.${ownerId}.${apartmentId ?? 'new'}`;

/** @param kept undefined forgets it */
export function keepDraft(place: DraftPlace, kept: KeptDraft | undefined): void {
  try {
    if (kept === undefined) sessionStorage.removeItem(keyOf(place));
    else sessionStorage.setItem(keyOf(place), draftText(kept));
  } catch {
    // Full or forbidden: the draft lives as long as the page.
  }
}

export function keptDraft(place: DraftPlace): KeptDraft | undefined {
  try {
    const text = sessionStorage.getItem(keyOf(place));
    return text === null ? undefined : parsedDraft(text);
  } catch {
    return undefined;
  }
}

/** JSON writes NaN, an emptied number, as null; nothing in a draft is null otherwise. */
export const draftText = (kept: KeptDraft): string => JSON.stringify(kept);
export const parsedDraft = (text: string): KeptDraft =>
  JSON.parse(text, (_, value: unknown) => (value === null ? Number.NaN : value)) as KeptDraft;
