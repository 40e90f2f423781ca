import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { nightOf } from '../../src/protocol/nights.ts';
import { bornAt, spokenOf } from '../../web/src/admin/history/claim-lookup.ts';
import { factWords } from '../../web/src/admin/history/fact-words.ts';
import { loadTexts } from '../../web/src/texts/index.ts';

interface Told {
  readonly version: number;
  readonly kind: string;
  readonly at: string;
  readonly subjectId?: string;
  readonly fact: Record<string, unknown>;
}
const at = '2027-03-01T12:00:00.000Z';
const held: Told = {
  version: 1,
  kind: 'held',
  at,
  subjectId: 'acc_guest',
  fact: {
    kind: 'held',
    hold: 'h1-x',
    from: nightOf('2027-03-05'),
    to: nightOf('2027-03-07'),
    guests: 2,
    expiresAtMs: Date.parse(at) + 600_000,
    price: {
      currency: 'EUR',
      lines: [
        [0, 2, 20_000],
        [1, 0, 4_000],
      ],
    },
  },
};
const fact = (version: number, kind: string, own: Record<string, unknown>, subjectId?: string): Told => ({
  version,
  kind,
  at,
  fact: { kind, ...own },
  ...(subjectId === undefined ? {} : { subjectId }),
});
const journal = [
  held,
  fact(2, 'confirming', { hold: 'h1-x', booking: 'b2-y', key: 'k', deadlineMs: Date.parse(at) }, 'acc_guest'),
];
const factAt = (version: number) => journal.find((one) => one.version === version);
const words = (one: Told) => factWords(one, factAt).replaceAll('\u00a0', ' ');

describe('a fact in words', () => {
  beforeAll(async () => {
    await loadTexts('en');
    // Dates of another year say which.
    vi.useFakeTimers({ now: Date.parse(at), toFake: ['Date'] });
  });
  afterAll(() => void vi.useRealTimers());

  it('finds the nights of what a fact names by the version in its id', () => {
    expect(bornAt('h1c-abc')).toBe(48);
    expect(bornAt('acc_1-2')).toBeUndefined();
    // A booking came to be with its payment, which names the hold.
    const cancelled = fact(9, 'cancelled', { booking: 'b2-y', key: 'k', refundMinor: 100 });
    expect(spokenOf(cancelled, factAt)).toEqual({
      from: '2027-03-05',
      to: '2027-03-07',
      subjectId: 'acc_guest',
      totalMinor: 24_000,
      currency: 'EUR',
    });
    expect(spokenOf(fact(9, 'expired', { hold: 'h5-z' }), factAt)).toBeUndefined();
    // An id that claims to be younger than its fact leads nowhere, and not in a circle.
    expect(spokenOf(fact(2, 'expired', { hold: 'h2-z' }), factAt)).toBeUndefined();
  });

  it('tells who held what until when at which price', () => {
    expect(words(held)).toMatch(
      /^Held by acc_guest for Fri 5 Mar – Sun 7 Mar · 2 nights until \d\d:10:00, €240\.00\.$/,
    );
  });

  it('tells an end by the guest from one by the house, and both from time', () => {
    const stay = 'Fri 5 Mar – Sun 7 Mar · 2 nights';
    expect(words(fact(3, 'released', { hold: 'h1-x' }, 'acc_guest'))).toBe(
      `Given back: acc_guest does not want ${stay} any more.`,
    );
    expect(words(fact(3, 'released', { hold: 'h1-x' }, 'acc_admin'))).toBe(
      `Hold of acc_guest for ${stay} ended by the house (acc_admin).`,
    );
    expect(words(fact(3, 'expired', { hold: 'h1-x' }))).toBe(
      `Expired: the hold of acc_guest for ${stay} ran out.`,
    );
  });

  it('says why nights were closed, and what was paid back', () => {
    const closed = fact(
      4,
      'blocked',
      { block: 'k4-z', from: nightOf('2027-03-05'), to: nightOf('2027-03-06'), reason: 'painting' },
      'acc_host',
    );
    expect(words(closed)).toBe('Closed by acc_host: Fri 5 Mar – Sat 6 Mar · 1 night. Because: painting.');
    expect(
      words(fact(9, 'cancelled', { booking: 'b2-y', key: 'k', refundMinor: 12_000 }, 'acc_guest')),
    ).toContain('€120.00 back');
  });

  it('has words for every kind of fact, also for nights it cannot find and for kinds to come', async () => {
    const kinds = [
      'held',
      'extended',
      'confirming',
      'authorised',
      'declined',
      'confirmed',
      'released',
      'expired',
      'cancelled',
      'blocked',
      'unblocked',
      'adopted',
      'paused',
      'resumed',
      'retired',
    ];
    for (const language of ['en', 'de'] as const) {
      await loadTexts(language);
      for (const kind of kinds) {
        const said = words(fact(50, kind, { hold: 'h30-q' }));
        expect(said).not.toMatch(/undefined|NaN|Invalid/);
        expect(said).not.toContain(kind === 'held' ? 'held]' : `: ${kind}.`);
      }
      for (const outcome of ['nothing_taken', 'voided', 'refunded', 'refused']) {
        expect(words(fact(50, 'settled', { key: 'k', outcome }))).not.toContain('settled');
      }
      expect(words(fact(50, 'teleported', {}))).toContain('teleported');
    }
    await loadTexts('en');
  });
});
