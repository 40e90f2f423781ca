/** What SPEC says of nights, stays and holds, asked of the actors of one server as guests, hosts and admins ask. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Amount, PaymentProvider, PaymentRecord } from '../../src/actors/ports.ts';
import { MemoryJournal } from '../../src/persistence/journal/memory-journal.ts';
import type { ErrorBody } from '../../src/protocol/errors.ts';
import { epochMs, instant } from '../../src/protocol/instant.ts';
import { ALTERNATIVES_REACH_NIGHTS, PAYMENT_DEADLINE_MS } from '../../src/protocol/limits.ts';
import { dateOf, nightOf, weekdayOf } from '../../src/protocol/nights.ts';
import type { Calendar, Hold, Subject } from '../../src/protocol/resources.ts';
import type { Terms } from '../../src/protocol/terms.ts';
import { type Answer, House, ManualTime, turnOfEvents } from '../support/apartment-house.ts';
import { openTerms } from '../support/terms.ts';

const NOW_MS = Date.UTC(2027, 0, 1, 12);
const TODAY = Math.floor(NOW_MS / 86_400_000);
const MINUTE = 60_000;
/** Of the house, where the apartment says nothing. */
const TTL_MS = 10 * MINUTE;
const A = 'a1';
const ana = { id: 'ana', kind: 'guest' } as const;
const ben = { id: 'ben', kind: 'guest' } as const;
const host = { id: 'h', kind: 'host' } as const;
const contact = { name: 'Ana', email: 'ana@example.com' };

let journal: MemoryJournal;
let time: ManualTime;
let house: House;
beforeEach(() => open());

function open(terms: Partial<Terms> = {}, provider?: PaymentProvider): void {
  journal = new MemoryJournal();
  journal.addListing(A, openTerms(terms));
  time = new ManualTime(NOW_MS);
  house = new House({ journal, time, ...(provider && { provider }) });
}

/** @param from and to, in nights from today on */
const nights = (from: number, to: number) => ({ from: TODAY + from, to: TODAY + to });
async function ask(subject: Subject, body: Parameters<House['ask']>[2]): Promise<Answer> {
  const answer = house.ask(subject, A, body);
  await turnOfEvents();
  return answer;
}
const hold = (subject: Subject, from: number, to: number) =>
  ask(subject, { kind: 'hold', stay: nights(from, to), guests: 1 });
const extend = (holdId: string) => ask(ana, { kind: 'extend', holdId });
const confirm = (holdId: string) => ask(ana, { kind: 'confirm', holdId, contact, method: 'any' });
const block = (from: number, to: number) => ask(host, { kind: 'block', range: nights(from, to) });

function holdIn({ outcome }: Answer): Hold {
  if (!outcome?.ok || !('hold' in outcome.data)) throw new Error(`no hold: ${JSON.stringify(outcome)}`);
  return outcome.data.hold;
}
function errorIn({ outcome }: Answer): ErrorBody {
  if (outcome === undefined || outcome.ok) throw new Error(`not refused: ${JSON.stringify(outcome)}`);
  return outcome.error;
}
/** Until when a hold is, in minutes from the beginning. */
const minutesOf = (answer: Answer) => (epochMs(holdIn(answer).expiresAt) - NOW_MS) / MINUTE;
async function calendar(from: number, to: number): Promise<Calendar> {
  const outcome = await house.reads.calendar(A, nights(from, to), time.nowMs);
  if (!outcome?.ok) throw new Error(JSON.stringify(outcome));
  return outcome.data;
}
const kinds = async () => (await journal.entries(A, 0, 100)).map(({ fact }) => fact.kind);

type Payment = Parameters<PaymentProvider['authorise']>[0];

/** Answers when and what the test says; every call is kept. */
class Provider implements PaymentProvider {
  readonly #answers: ((answer: 'authorised' | 'declined') => void)[] = [];
  readonly #amounts = new Map<string, Amount>();

  authorise({ key, amountMinor, currency }: Payment): ReturnType<PaymentProvider['authorise']> {
    const amount = { amountMinor, currency };
    this.#amounts.set(key, amount);
    return new Promise((resolve) =>
      this.#answers.push((status) => resolve(status === 'declined' ? { status } : { status, ...amount })),
    );
  }
  async answer(status: 'authorised' | 'declined'): Promise<void> {
    for (const answer of this.#answers.splice(0)) answer(status);
    await turnOfEvents();
  }
  capture = async ({ key }: { key: string }) => this.#amounts.get(key)!;
  cancel = () => Promise.resolve();
  refund = () => Promise.resolve();
  lookUp = (): Promise<PaymentRecord> =>
    Promise.resolve({ status: 'none', amountMinor: 0, refundedMinor: 0, currency: 'EUR' });
}

describe('nights and stays', () => {
  it('[N1] a guest may arrive on the day another leaves, and no earlier', async () => {
    expect((await hold(ana, 10, 12)).code).toBe('ok');
    expect((await hold(ben, 12, 14)).code).toBe('ok');
    expect((await hold(ben, 8, 10)).code).toBe('ok');
    expect((await hold(ben, 11, 12)).code).toBe('nights_unavailable');
  });

  it('[N1] tonight is the night of the calendar date at the apartment', async () => {
    const zones = { 'Pacific/Kiritimati': 1, UTC: 0, 'Pacific/Pago_Pago': -1 };
    for (const [timeZone, today] of Object.entries(zones)) {
      open({ timeZone });
      // Noon of UTC is two at night of the next day in the first, its ten o'clock eleven at night of the day before in the last.
      if (today === -1) time.nowMs = NOW_MS - 120 * MINUTE;
      expect((await hold(ana, today, today + 1)).code, timeZone).toBe('ok');
      expect(errorIn(await hold(ana, today - 1, today)).fields, timeZone).toMatchObject([
        { message: 'past' },
      ]);
    }
  });

  it('[N2] a stay backwards, of no night, in the past or past the horizon is a rule_violation', async () => {
    open({ horizonNights: 100 });
    const stays = { stay_order: [5, 5], past: [-1, 1], horizon: [99, 101] } as const;
    for (const [rule, [from, to]] of [...Object.entries(stays), ['stay_order', [5, 4]] as const]) {
      const { code, fields } = errorIn(await hold(ana, from, to));
      expect([code, fields?.map(({ message }) => message)]).toEqual(['rule_violation', [rule]]);
    }
    expect((await hold(ana, 99, 100)).code).toBe('ok');
  });

  it('[N3] a taken range is marked where a stay may end on its first day, as it is at that version', async () => {
    await hold(ana, 5, 7);
    await hold(ben, 7, 9);
    await block(11, 13);
    const marked = async (from: number) =>
      (await calendar(from, 20)).taken.map((range) => [range.from, range.checkOutOnly ?? false]);
    expect(await marked(0)).toEqual([
      [dateOf(TODAY + 5), true],
      [dateOf(TODAY + 7), false],
      [dateOf(TODAY + 11), true],
    ]);
    // What began before the window is not known to begin where the window does.
    expect((await marked(6))[0]).toEqual([dateOf(TODAY + 6), false]);
    await hold(ben, 10, 11);
    expect((await marked(10)).map(([, isMarked]) => isMarked)).toEqual([true, false]);
  });

  it('[N4] turnover is kept between stays of either kind by a rule, and is no claim', async () => {
    const provider = new Provider();
    open({ turnoverNights: 2 }, provider);
    const booked = await hold(ana, 20, 22);
    const answer = await confirm(booked.holdId);
    await provider.answer('authorised');
    expect(answer.code).toBe('ok');
    await hold(ana, 30, 32);
    for (const [from, to] of [
      [16, 19],
      [23, 25],
      [26, 29],
      [33, 35],
    ] as const) {
      const { code, fields } = errorIn(await hold(ben, from, to));
      expect([code, fields?.[0]?.message], `${from} to ${to}`).toEqual(['rule_violation', 'turnover']);
    }
    // Neither beside a block, nor in the way of one.
    expect((await block(22, 24)).code).toBe('ok');
    expect((await block(40, 42)).code).toBe('ok');
    expect((await hold(ben, 42, 44)).code).toBe('ok');
    expect((await hold(ben, 16, 18)).code).toBe('ok');
    expect((await calendar(18, 36)).taken.map(({ from, to }) => [from, to])).toEqual(
      [
        [20, 22],
        [22, 24],
        [30, 32],
      ].map((range) => range.map((n) => dateOf(TODAY + n))),
    );
  });
});

describe('[H1] a hold', () => {
  /** Every status that its guest was told, in order. */
  const told = (holdId: string) =>
    house.changes
      .flatMap((change) => [...(change.replaced ?? []), ...(change.hold ? [change.hold] : [])])
      .filter(({ id }) => id === holdId)
      .map(({ status }) => status);

  const lives: Record<
    string,
    { live: (holdId: string, provider: Provider) => Promise<unknown>; is: string }
  > = {
    'is confirmed once it is paid': {
      async live(holdId, provider) {
        await confirm(holdId);
        await provider.answer('authorised');
      },
      is: 'held confirming confirmed',
    },
    'is released by its guest': {
      live: (holdId) => ask(ana, { kind: 'release', holdId }),
      is: 'held released',
    },
    'is released by one that replaces it': { live: () => hold(ana, 2, 5), is: 'held released' },
    'expires at its deadline': { live: () => time.pass(TTL_MS), is: 'held expired' },
    'is held again when it is declined in time, and can be confirmed': {
      async live(holdId, provider) {
        await confirm(holdId);
        await provider.answer('declined');
        await confirm(holdId);
        await provider.answer('authorised');
      },
      is: 'held confirming held confirming confirmed',
    },
    'expires when it is declined after its deadline': {
      async live(holdId, provider) {
        await time.pass(TTL_MS - 1);
        await confirm(holdId);
        await time.pass(MINUTE);
        await provider.answer('declined');
      },
      is: 'held confirming held expired',
    },
    'expires when its payment is not answered': {
      async live(holdId) {
        await confirm(holdId);
        await time.pass(PAYMENT_DEADLINE_MS);
      },
      is: 'held confirming expired',
    },
  };
  it.each(Object.entries(lives))('%s', async (_what, { live, is }) => {
    const provider = new Provider();
    open({}, provider);
    const { holdId } = await hold(ana, 1, 3);
    await live(holdId, provider);
    expect(told(holdId).join(' ')).toBe(is);
    // Where it has ended, nothing brings it back.
    const before = (await kinds()).length;
    for (const answer of [
      await extend(holdId),
      await confirm(holdId),
      await ask(ana, { kind: 'release', holdId }),
    ])
      expect(['hold_not_open', 'hold_expired']).toContain(answer.code);
    expect((await kinds()).length).toBe(before);
  });
});

describe('how long a hold lives', () => {
  it('[H2] is what its apartment says, else what the server is told', async () => {
    open({ holdTtlSeconds: 45 });
    const own = await hold(ana, 1, 3);
    expect(holdIn(own).expiresAt).toBe(instant(NOW_MS + 45_000));
    await time.pass(44_999);
    expect(await kinds()).toEqual(['held']);
    await time.pass(1);
    expect(await kinds()).toEqual(['held', 'expired']);
    open();
    expect(holdIn(await hold(ana, 1, 3)).expiresAt).toBe(instant(NOW_MS + TTL_MS));
  });

  it('[H3] is extended once, to 15 minutes from then', async () => {
    const { holdId } = await hold(ana, 1, 3);
    await time.pass(5 * MINUTE);
    expect(minutesOf(await extend(holdId))).toBe(20);
    await time.pass(MINUTE);
    expect((await extend(holdId)).code).toBe('hold_not_open');
    expect(await kinds()).toEqual(['held', 'extended']);
  });

  it('[H3] [H4] is never more than 30 minutes from the first hold of those nights, over what it replaces', async () => {
    await hold(ana, 1, 3);
    await time.pass(9 * MINUTE);
    expect(minutesOf(await hold(ana, 2, 4))).toBe(19);
    await time.pass(9 * MINUTE);
    const third = await hold(ana, 3, 5);
    expect(minutesOf(third)).toBe(28);
    // Another guest's nights begin anew.
    expect(minutesOf(await hold(ben, 10, 12))).toBe(28);
    await time.pass(9 * MINUTE);
    expect(minutesOf(await extend(third.holdId))).toBe(30);
    expect(minutesOf(await hold(ana, 3, 5))).toBe(30);
    await time.pass(3 * MINUTE);
    expect((await kinds()).slice(-2)).toEqual(['expired', 'expired']);
    // Once they have been let go for as long, the same nights are held anew.
    expect((await hold(ana, 3, 5)).code).toBe('hold_not_open');
    await time.pass(30 * MINUTE);
    expect(minutesOf(await hold(ana, 3, 5))).toBe(70);
  });

  it('[H3] is its own lifetime where that is longer, and no more', async () => {
    open({ holdTtlSeconds: 3_600 });
    const { holdId } = await hold(ana, 1, 3);
    await time.pass(50 * MINUTE);
    expect((await extend(holdId)).code).toBe('hold_not_open');
    expect(minutesOf(await hold(ana, 2, 4))).toBe(60);
  });
});

describe('[H4] a hold over own holds', () => {
  it('replaces all that it overlaps, in one version, and leaves the others', async () => {
    const [first, second, far] = [await hold(ana, 1, 3), await hold(ana, 5, 7), await hold(ana, 20, 22)];
    const over = await hold(ana, 2, 6);
    expect(holdIn(over).version).toBe(4);
    const { version, changes, replaced } = house.changes.at(-1)!;
    expect([version, replaced?.map(({ id, status }) => [id, status])]).toEqual([
      4,
      [first, second].map(({ holdId }) => [holdId, 'released']),
    ]);
    expect(changes.map(({ from, to, status }) => [from - TODAY, to - TODAY, status])).toEqual([
      [1, 3, 'free'],
      [5, 7, 'free'],
      [2, 6, 'held'],
    ]);
    expect((await house.holdsOf('ana')).map(({ id }) => id).sort()).toEqual([far.holdId, over.holdId].sort());
    expect((await hold(ben, 1, 2)).code).toBe('ok');
  });

  it('takes nothing and loses nothing where one night is not free', async () => {
    const own = await hold(ana, 1, 3);
    await hold(ben, 3, 4);
    expect((await hold(ana, 2, 5)).code).toBe('nights_unavailable');
    expect(await kinds()).toEqual(['held', 'held']);
    expect((await house.holdsOf('ana')).map(({ id }) => id)).toEqual([own.holdId]);
  });

  it('does not replace one that is being paid', async () => {
    open({}, new Provider());
    const { holdId } = await hold(ana, 1, 3);
    await confirm(holdId);
    expect((await hold(ana, 2, 4)).code).toBe('nights_unavailable');
  });
});

describe('[H7] a hold whose deadline has passed', () => {
  it('is ended before anything else is decided, though nothing has woken its apartment', async () => {
    const { holdId } = await hold(ana, 1, 3);
    // The clock moves on, and no timer goes off.
    time.nowMs += TTL_MS;
    expect((await hold(ben, 1, 3)).code).toBe('ok');
    expect((await journal.entries(A, 0, 9)).map(({ fact, subjectId }) => [fact.kind, subjectId])).toEqual([
      ['held', 'ana'],
      ['expired', null],
      ['held', 'ben'],
    ]);
    expect((await extend(holdId)).code).toBe('hold_expired');
  });

  it('is not confirmed or lengthened after it', async () => {
    const [first, second] = [await hold(ana, 1, 3), await hold(ana, 5, 7)];
    time.nowMs += TTL_MS;
    expect((await extend(first.holdId)).code).toBe('hold_expired');
    expect((await confirm(second.holdId)).code).toBe('hold_expired');
    expect(await kinds()).toEqual(['held', 'held', 'expired', 'expired']);
  });
});

describe('[H9] a refusal', () => {
  it('names what is taken within the nights, how, and until when', async () => {
    const provider = new Provider();
    open({}, provider);
    const booked = await hold(ana, 8, 11);
    await confirm(booked.holdId);
    await provider.answer('authorised');
    await hold(ana, 12, 13);
    await block(14, 20);
    const { code, conflicts, message } = errorIn(await hold(ben, 10, 16));
    const range = (from: number, to: number) => ({ from: dateOf(TODAY + from), to: dateOf(TODAY + to) });
    expect([code, conflicts]).toEqual([
      'nights_unavailable',
      [
        { ...range(10, 11), status: 'booked' },
        { ...range(12, 13), status: 'held', heldUntil: instant(NOW_MS + TTL_MS) },
        { ...range(14, 16), status: 'blocked' },
      ],
    ]);
    expect(message).toContain(`the nights from ${dateOf(TODAY + 10)} to ${dateOf(TODAY + 11)} are booked`);
  });

  it('offers the nearest free stays of that length that every rule allows, three at most', async () => {
    const arrivalDays = [1, 5, 6, 7];
    open({ arrivalDays, turnoverNights: 1, noticeDays: 3 });
    /** A Saturday. */
    const at = 14 + 6 - weekdayOf(TODAY + 14);
    await hold(ana, at, at + 3);
    // Friday's stay would end on the very day on which this one begins.
    await hold(ana, at + 9, at + 10);
    await block(at + 20, at + 21);
    const { alternatives } = errorIn(await hold(ben, at + 1, at + 4));
    const taken = [[at - 1, at + 4] as const, [at + 8, at + 11] as const, [at + 20, at + 21] as const];
    const possible = Array.from(
      { length: 2 * ALTERNATIVES_REACH_NIGHTS },
      (_, i) => i - ALTERNATIVES_REACH_NIGHTS,
    )
      .map((apart) => ({ apart, from: at + 1 + apart }))
      .filter(({ from }) => from >= 3 && arrivalDays.includes(weekdayOf(TODAY + from)))
      .filter(({ from }) => taken.every(([first, end]) => from + 3 <= first || from >= end))
      .sort((a, b) => Math.abs(a.apart) - Math.abs(b.apart) || a.from - b.from)
      .slice(0, 3)
      .map(({ from }) => ({ checkIn: dateOf(TODAY + from), checkOut: dateOf(TODAY + from + 3) }));
    expect(alternatives).toEqual(possible);
    expect(possible).toHaveLength(3);
    // What is offered can be had.
    for (const { checkIn } of possible) {
      const from = nightOf(checkIn) - TODAY;
      const { holdId } = await hold(ben, from, from + 3);
      await ask(ben, { kind: 'release', holdId });
    }
  });

  it('offers none where none is', async () => {
    await block(0, 700);
    const { alternatives, message } = errorIn(await hold(ben, 10, 12));
    expect(alternatives).toEqual([]);
    expect(message).toMatch(`; check in on ${dateOf(TODAY + 700)} and out on ${dateOf(TODAY + 702)}`);
    await block(700, 730);
    expect(errorIn(await hold(ben, 10, 12)).message).toContain('choose another apartment');
  });
});
