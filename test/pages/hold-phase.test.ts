/** Which hold the page of an apartment tells of, and how. */
import { describe, expect, it } from 'vitest';
import type { ErrorBody } from '../../src/protocol/errors.ts';
import {
  bookedHere,
  holdHere,
  NOTHING_SEEN,
  phaseAfter,
  type SeenHolds,
  seenToo,
} from '../../web/src/guest/hold/hold-phase.ts';
import type { KnownHold } from '../../web/src/shared/live/stay-store.ts';

const hold = (id: string, status: KnownHold['status'], bookingId?: string) =>
  ({ id, status, ...(bookingId === undefined ? {} : { bookingId }) }) as KnownHold;
const seen = (changes: Partial<SeenHolds> = {}): SeenHolds => ({ ...NOTHING_SEEN, ...changes });

describe('the hold of a page', () => {
  it('is an open one before one that has ended', () => {
    expect(holdHere([hold('a', 'held'), hold('b', 'expired')], seen())).toMatchObject({
      hold: { id: 'a' },
      phase: 'held',
    });
    expect(holdHere([hold('a', 'confirming')], seen())?.phase).toBe('paying');
  });

  it('is told of when it has ended by itself or elsewhere, until the guest has heard enough', () => {
    expect(holdHere([hold('a', 'expired')], seen())?.phase).toBe('expired');
    expect(holdHere([hold('a', 'expired')], seen({ dismissed: new Set(['a']) }))).toBe(undefined);
    expect(holdHere([hold('a', 'released')], seen())).toBe(undefined);
    expect(holdHere([hold('a', 'released')], seen({ open: new Set(['a']) }))?.phase).toBe('released');
    expect(holdHere([hold('a', 'expired'), hold('b', 'released')], seen())).toBe(undefined);
  });

  it('leaves the money open where the payment had begun', () => {
    expect(holdHere([hold('a', 'expired')], seen({ paying: new Set(['a']) }))?.phase).toBe('settling');
  });

  it('leaves it closed where the payment was declined before the hold ended', () => {
    const paying = seenToo(NOTHING_SEEN, [hold('a', 'confirming')]);
    expect(paying.paying).toEqual(new Set(['a']));
    const declined = seenToo(paying, [hold('a', 'held')]);
    expect(holdHere([hold('a', 'expired')], declined)?.phase).toBe('expired');
    expect(seenToo(declined, [hold('a', 'expired')])).toBe(declined);
  });

  it('has nothing to settle where the bank said no after its deadline', () => {
    const refusal = (code: ErrorBody['code']): ErrorBody => ({ code, message: '', retryable: false });
    expect(phaseAfter('settling', refusal('payment_declined'))).toBe('expired');
    expect(phaseAfter('settling', refusal('payment_action_required'))).toBe('expired');
    expect(phaseAfter('settling', refusal('unavailable'))).toBe('settling');
    expect(phaseAfter('settling', undefined)).toBe('settling');
    expect(phaseAfter('paying', refusal('payment_declined'))).toBe('paying');
  });

  it('has ended without anybody saying how: it blames neither time nor bank', () => {
    expect(holdHere([hold('a', 'gone')], seen())?.phase).toBe('gone');
    expect(holdHere([hold('a', 'gone')], seen({ paying: new Set(['a']) }))?.phase).toBe('gone-paying');
    expect(holdHere([hold('a', 'gone')], seen({ dismissed: new Set(['a']) }))).toBe(undefined);
  });

  it('leads to the booking it has become, unless it had become one before the page was there', () => {
    expect(bookedHere([hold('a', 'confirmed', 'b1')], seen({ open: new Set(['a']) }))).toBe('b1');
    expect(bookedHere([hold('a', 'confirmed', 'b1')], seen())).toBe(undefined);
  });
});
