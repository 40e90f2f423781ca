/**
 * Bugs planted into the one place where the program changes its calendars. It decides, answers and loads by the same code,
 * so that it contradicts itself nowhere; the judge, who shares none of it, must find what the guests will.
 */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { MACHINE_VERSION } from '../../src/actors/apartment-machine.ts';
import type { Calendar, Claim, HoldClaim } from '../../src/actors/calendar/calendar.ts';
import type { Fact, JournalEntry } from '../../src/actors/facts.ts';
import { MemoryJournal } from '../../src/persistence/journal/memory-journal.ts';
import { memoryBooks } from '../../src/services/payments/sandbox/memory-books.ts';
import { SandboxPayments } from '../../src/services/payments/sandbox/provider.ts';
import { House, ManualTime } from '../support/apartment-house.ts';
import { openTerms } from '../support/terms.ts';
import { problemsOf } from './rows.ts';

const START_MS = Date.UTC(2027, 0, 1, 12);
const DAY_MS = 86_400_000;
const NIGHT = START_MS / DAY_MS + 9.5;
const A = 'a1';

/** What the planted bug does instead; `apply` is the program's own. */
type Planted = (calendar: Calendar, entry: JournalEntry, apply: Apply) => Claim | undefined;
type Apply = (calendar: Calendar, entry: JournalEntry) => Claim | undefined;
const planted = vi.hoisted(() => ({ bug: undefined as Planted | undefined }));

vi.mock('../../src/actors/calendar/apply.ts', async (original) => {
  const real = await original<typeof import('../../src/actors/calendar/apply.ts')>();
  const apply: Apply = (calendar, entry) =>
    planted.bug === undefined ? real.apply(calendar, entry) : planted.bug(calendar, entry, real.apply);
  return { ...real, apply };
});
afterEach(() => {
  planted.bug = undefined;
});

const after =
  (kind: Fact['kind'], change: (calendar: Calendar, claim: Claim | undefined) => void): Planted =>
  (calendar, entry, apply) => {
    const claim = apply(calendar, entry);
    if (entry.fact.kind === kind) change(calendar, claim);
    return claim;
  };
const forgets = (calendar: Calendar, kind: Claim['kind']) =>
  calendar.claims.splice(
    0,
    calendar.claims.length,
    ...calendar.claims.filter((claim) => claim.kind !== kind),
  );

/** Each with the rule that the judge finds broken. */
const BUGS: readonly (readonly [bug: string, rule: string, planted: Planted])[] = [
  ['a booking claims no night', 'I1', after('confirmed', (calendar) => forgets(calendar, 'booking'))],
  ['a block claims no night', 'I1', after('blocked', (calendar) => forgets(calendar, 'block'))],
  [
    'a hold is open for a minute',
    'I5',
    after('held', (_, hold) => {
      (hold as HoldClaim).expiresAtMs -= 9 * 60_000;
    }),
  ],
  [
    'an extension can be used again',
    'H3',
    after('extended', (_, hold) => {
      (hold as HoldClaim).extended = false;
    }),
  ],
  ['a refund is forgotten', 'snapshot', after('cancelled', ({ settlements }) => void settlements.splice(0))],
  [
    'what an account has adopted can still be let go by whose it was',
    'H8',
    after('adopted', ({ claims }) => {
      for (const claim of claims)
        if (claim.kind !== 'block' && claim.guestId === 'acc') claim.guestId = 'ana';
    }),
  ],
  ['holds that ended are not remembered', 'H3', after('released', (calendar) => delete calendar.past)],
];

describe('a bug planted where calendars are changed', () => {
  it.each(BUGS)('is found: %s (%s)', async (_, rule, bug) => {
    planted.bug = bug;
    const found = await story();
    expect(found.map((problem) => problem.rule)).toContain(rule);
  });

  it('is what was found: without one the same story has nothing to find', async () => {
    expect(await story()).toEqual([]);
  });
});

/** Guests, a host and time on one apartment, who meet wherever a claim could be forgotten. */
async function story() {
  const time = new ManualTime(START_MS);
  const journal = new MemoryJournal();
  journal.addListing(A, openTerms());
  const after = (ms: number, call: () => void) => time.after(ms, call);
  const provider = new SandboxPayments({ books: memoryBooks(), nowMs: () => time.nowMs, after });
  const house = new House({ journal, time, provider });
  const [ana, ben] = [
    { id: 'ana', kind: 'guest' },
    { id: 'ben', kind: 'guest' },
  ] as const;
  const host = { id: 'host', kind: 'host' } as const;
  const asks = async (...asked: Parameters<House['ask']>) => {
    const answer = house.ask(...asked);
    await time.pass(1_000);
    return answer;
  };
  const stay = (nth: number) => ({ from: NIGHT + nth * 3, to: NIGHT + nth * 3 + 2 });
  const holds = async (who: typeof ana | typeof ben, nth: number) => {
    const answer = await asks(who, A, { kind: 'hold', stay: stay(nth), guests: 1 });
    return answer.code === 'ok' ? answer.holdId : 'none';
  };
  const books = async (who: typeof ana, holdId: string) => {
    const contact = { name: 'Ana', email: 'ana@example.com' };
    return await asks(who, A, { kind: 'confirm', holdId, contact, method: 'sandbox_ok' });
  };

  await asks(host, A, { kind: 'block', range: stay(0) });
  await holds(ben, 0);
  await books(ana, await holds(ana, 1));
  await holds(ben, 1);
  const booked = await books(ana, await holds(ana, 2));
  await asks(ana, A, { kind: 'cancel', bookingId: booked.bookingId });
  const extended = await holds(ben, 3);
  await asks(ben, A, { kind: 'extend', holdId: extended });
  await time.pass(60_000);
  await asks(ben, A, { kind: 'extend', holdId: extended });
  await asks(ben, A, { kind: 'release', holdId: extended });
  await time.pass(60_000);
  await holds(ben, 3);
  const adopted = await holds(ana, 4);
  await asks({ id: 'acc', kind: 'guest' }, A, { kind: 'adopt', guestId: ana.id });
  await asks(ana, A, { kind: 'extend', holdId: adopted });
  await time.pass(11 * 60_000);
  await holds(ana, 5);
  await Promise.all([house.registry.stop(), time.pass(60_000)]);
  return problemsOf(await recorded(journal, time.nowMs));
}

async function recorded(journal: MemoryJournal, takenAtMs: number) {
  const entries = await journal.entries(A, 0, Number.POSITIVE_INFINITY);
  const { snapshot } = (await journal.load(A, MACHINE_VERSION, 1))!;
  const { version, machineVersion, windowFromVersion, state } = snapshot!;
  const blocks = entries.flatMap(({ fact }) =>
    fact.kind === 'blocked' ? [{ id: fact.block, from: fact.from, to: fact.to, reason: null }] : [],
  );
  return {
    ...{ apartmentId: A, entries, bookings: journal.bookings(), blocks },
    snapshot: { version, machineVersion, windowFromVersion, takenAtMs, state },
  };
}
