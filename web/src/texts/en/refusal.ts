import type { ErrorCode } from '../../../../src/protocol/errors.ts';
import type { Rule } from '../../../../src/protocol/rules.ts';

/** What the server says no to. `says` stands where the server's own sentence, which is English, cannot. */
export const refusal = {
  headings: {
    invalid_request: 'That did not work',
    unauthenticated: 'Please sign in again',
    forbidden: 'This is not yours to do',
    not_found: 'There is no such thing',
    nights_unavailable: 'Somebody was faster',
    rule_violation: 'This stay does not fit the house rules',
    hold_expired: 'Your hold has ended',
    hold_not_open: 'This hold is not open any more',
    too_many_holds: 'You hold as many stays as you may',
    payment_declined: 'The payment was declined',
    payment_action_required: 'Your bank wants to hear from you first',
    idempotency_conflict: 'This was changed meanwhile',
    revision_conflict: 'Somebody changed this before you',
    rate_limited: 'A little slower, please',
    unavailable: 'No answer from the server',
    internal: 'Something is broken on our side',
  } satisfies Record<ErrorCode, string> as Record<ErrorCode, string>,
  /** Empty: the server's sentence is shown. */
  says: {} as Partial<Record<ErrorCode, string>>,
  rules: {} as Partial<Record<Rule, string>>,
  freeInstead: 'Free instead:',
  hold: (stay: string) => `Hold ${stay}`,
  taken: (from: string, to: string, status: string) => `${from} to ${to}: ${status}`,
  takenUntil: (from: string, to: string, time: string) => `${from} to ${to}: held until ${time}`,
};
