import type { ErrorCode } from '../../../../src/protocol/errors.ts';
import type { Rule } from '../../../../src/protocol/rules.ts';

/**
 * What the server says no to. `says` and `rules` stand in the place of the server's own sentence, which is English and
 * written for who calls the API.
 */
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
    unreadable: 'This apartment is out of order',
    internal: 'Something is broken on our side',
  } satisfies Record<ErrorCode, string> as Record<ErrorCode, string>,
  /** The server's sentence is shown for what is not here: it names the field, or a rule that has no words here. */
  says: {
    unauthenticated: 'Your session is over.',
    forbidden: 'Sign in with an account that may.',
    not_found: 'It may belong to another account, or the address is old.',
    nights_unavailable: 'Some of these nights have been taken meanwhile. Choose others.',
    hold_expired: 'Hold the nights again, if they are still free.',
    hold_not_open:
      'It is booked or released already, or you have held these nights as long as one may; try again in half an hour.',
    too_many_holds: 'Book one of your holds, or release one.',
    payment_declined: 'The nights are held until the time is up. Choose another way to pay.',
    payment_action_required: 'Approve the payment at your bank, then try again.',
    idempotency_conflict: 'Load the page again to see what stands now.',
    revision_conflict: 'Load the page again and change what stands now.',
    rate_limited: 'There were too many requests. Wait a moment.',
    unavailable: 'Try it again: what has been done already is not done twice.',
    unreadable: 'What you hold and have booked stays yours. Come back later.',
    internal: 'Try it again later.',
  } as Partial<Record<ErrorCode, string>>,
  rules: {
    stay_order: 'Leave after you arrive.',
    past: 'The day you arrive is over at the apartment.',
    notice: 'The apartment cannot be booked at such short notice.',
    horizon: 'The apartment cannot be booked so far ahead.',
    min_nights: 'The stay is shorter than the shortest one here.',
    max_nights: 'The stay is longer than the longest one here.',
    arrival_day: 'Nobody arrives here on that day of the week.',
    departure_day: 'Nobody leaves here on that day of the week.',
    capacity: 'The apartment is for fewer guests.',
    turnover: 'Nights are kept empty between two stays here.',
  } as Partial<Record<Rule, string>>,
  freeInstead: 'Free instead:',
  hold: (stay: string) => `Hold ${stay}`,
  taken: (dates: string, status: string) => `${dates}: ${status}`,
  takenUntil: (dates: string, time: string) => `${dates}: held until ${time}`,
};
