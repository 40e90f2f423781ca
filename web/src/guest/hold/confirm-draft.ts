/**
 * What was last typed and chosen to pay with, for as long as the tab is open and nobody signs out: it outlives holds
 * and reloads.
 */
export interface ConfirmDraft {
  readonly name: string;
  readonly email: string;
  readonly method: Method;
}

/** Payment methods of the sandbox. */
export const METHODS = [
  'sandbox_ok',
  'sandbox_declined',
  'sandbox_action_required',
  'sandbox_slow',
  'sandbox_late',
  'sandbox_down',
] as const;
export type Method = (typeof METHODS)[number];

const KEY = 'nightlatch.confirm';

/** @param ownEmail of who has signed in, in place of one that nobody has typed yet */
export function readDraft(ownEmail = ''): ConfirmDraft {
  try {
    const { name, email, method } = JSON.parse(sessionStorage.getItem(KEY) ?? '{}') as Partial<ConfirmDraft>;
    const known = METHODS.find((one) => one === method);
    return { name: String(name ?? ''), email: String(email || ownEmail), method: known ?? METHODS[0] };
  } catch {
    return { name: '', email: ownEmail, method: METHODS[0] };
  }
}

export function writeDraft(draft: ConfirmDraft): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(draft));
  } catch {
    // Forbidden by the browser: the form forgets, nothing else.
  }
}

export function forgetDraft(): void {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Forbidden by the browser: nothing is kept.
  }
}
