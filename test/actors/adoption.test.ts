import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryJournal } from '../../src/persistence/journal/memory-journal.ts';
import type { CommittedChange } from '../../src/protocol/committed-change.ts';
import type { Subject } from '../../src/protocol/resources.ts';
import { memoryBooks } from '../../src/services/payments/sandbox/memory-books.ts';
import { SandboxPayments } from '../../src/services/payments/sandbox/provider.ts';
import { House, ManualTime } from '../support/apartment-house.ts';
import { openTerms } from '../support/terms.ts';
import { problemsOf } from '../verify/rows.ts';

const NOW_MS = Date.UTC(2027, 0, 1, 12);
const TODAY = Math.floor(NOW_MS / 86_400_000);
const A = 'a1';
const ana: Subject = { id: 'anonymous', kind: 'guest' };
const account: Subject = { id: 'account', kind: 'guest' };
const other: Subject = { id: 'other', kind: 'guest' };
const contact = { sealed: '1.key.contact' };
const stay = (from: number) => ({ from: TODAY + from, to: TODAY + from + 2 });

let journal: MemoryJournal;
let time: ManualTime;
let house: House;
let heirs: Map<string, string>;
beforeEach(() => {
  journal = new MemoryJournal();
  journal.addListing(A, openTerms());
  time = new ManualTime(NOW_MS);
  heirs = new Map();
  house = begin();
});

function begin(name = ''): House {
  const after = (ms: number, call: () => void) => time.after(ms, call);
  const provider = new SandboxPayments({ books: memoryBooks(), nowMs: () => time.nowMs, after });
  const heirOf = async (guestId: string) => heirs.get(guestId);
  return new House({ journal, time, provider, heirOf, name });
}
async function ask(...asked: Parameters<House['ask']>) {
  const answer = house.ask(...asked);
  await time.pass(1_000);
  return answer;
}
const hold = async (who: Subject, from: number, requestId?: string) =>
  (await ask(who, A, { kind: 'hold', stay: stay(from), guests: 1 }, requestId)).holdId;
const confirm = (who: Subject, holdId: string, method = 'sandbox_ok', requestId?: string) =>
  ask(who, A, { kind: 'confirm', holdId, contact, method }, requestId);
async function adopt(by = account, requestId?: string) {
  heirs.set(ana.id, by.id);
  return ask(by, A, { kind: 'adopt', guestId: ana.id }, requestId);
}
const kinds = async () => (await journal.entries(A, 0, 1_000)).map(({ fact }) => fact.kind);
const adoptions = async () => (await kinds()).filter((kind) => kind === 'adopted').length;
const last = (): CommittedChange => house.changes.at(-1)!;
/** The judge, on all that was written. */
const problems = async () => {
  const entries = await journal.entries(A, 0, 1_000);
  return problemsOf({ apartmentId: A, entries, bookings: journal.bookings() });
};

describe('[G9] what an anonymous guest had', () => {
  it('is the account’s in one fact, with its deadline, its price and its cap, and tells it so', async () => {
    const holdId = await hold(ana, 10);
    const { bookingId } = await confirm(ana, await hold(ana, 20));
    const before = (await house.holdsOf(ana.id))[0]!;
    expect((await adopt()).code).toBe('ok');
    expect(await house.holdsOf(ana.id)).toEqual([]);
    expect(await house.holdsOf(account.id)).toEqual([{ ...before, version: last().version }]);
    expect(last()).toMatchObject({
      guestId: account.id,
      cause: undefined,
      changes: [{ status: 'held' }, { status: 'booked' }],
    });
    expect(last().adopted).toMatchObject({
      guestId: ana.id,
      holds: [{ id: holdId }],
      bookings: [{ id: bookingId }],
    });
    // Under the key of who confirmed it, whose-ever it is.
    expect(last().adopted?.bookings[0]?.guest).toMatchObject({ ...contact, guestId: ana.id });
    expect(await journal.booking(A, bookingId)).toMatchObject({
      ...{ guestId: account.id, status: 'confirmed', contact: { ...contact, guestId: ana.id } },
    });
    expect((await ask(ana, A, { kind: 'release', holdId })).code).toBe('not_found');
    expect((await ask(account, A, { kind: 'extend', holdId })).code).toBe('ok');
    expect((await ask(account, A, { kind: 'cancel', bookingId })).code).toBe('ok');
    expect(await problems()).toEqual([]);
  });

  it('is adopted once: asked again, there is nothing left, and nothing is written', async () => {
    await hold(ana, 10);
    const requestId = House.requestId();
    await adopt(account, requestId);
    expect((await adopt(account, requestId)).code).toBe('ok');
    expect((await adopt()).code).toBe('ok');
    expect((await adopt(other)).code).toBe('ok');
    expect(await adoptions()).toBe(1);
    expect(await house.holdsOf(other.id)).toEqual([]);
  });

  it('is a booking that has been cancelled, too, of which the calendar knows nothing any more', async () => {
    const { bookingId } = await confirm(ana, await hold(ana, 20));
    await ask(ana, A, { kind: 'cancel', bookingId });
    await time.pass(60_000);
    const both = [adopt(), adopt()];
    await time.pass(1_000);
    expect((await Promise.all(both)).map(({ code }) => code)).toEqual(['ok', 'ok']);
    expect(await adoptions()).toBe(1);
    expect(await journal.booking(A, bookingId)).toMatchObject({ guestId: account.id, status: 'cancelled' });
    expect(last().adopted?.bookings).toMatchObject([{ id: bookingId, status: 'cancelled' }]);
    expect(await problems()).toEqual([]);
  });

  it('is a payment under way, which ends as the account’s booking', async () => {
    const holdId = await hold(ana, 10);
    const requestId = House.requestId();
    const first = await confirm(ana, holdId, 'sandbox_slow', requestId);
    await adopt();
    expect(first.code).toBeUndefined();
    // Its own request, repeated as who it has become, waits for the same payment.
    const again = await confirm(account, holdId, 'sandbox_slow', requestId);
    await time.pass(60_000);
    expect(again.bookingId).toBe(first.bookingId);
    expect(journal.bookings()).toMatchObject([
      { id: first.bookingId, guestId: account.id, status: 'confirmed' },
    ]);
    expect(house.changes.find(({ booking }) => booking !== undefined)).toMatchObject({ guestId: account.id });
    expect(await problems()).toEqual([]);
  });

  it('[C13] is what it repeats under the same requestId, and nobody else’s', async () => {
    const requestId = House.requestId();
    const holdId = await hold(ana, 10, requestId);
    await adopt();
    const repeat = (who: Subject) => ask(who, A, { kind: 'hold', stay: stay(10), guests: 1 }, requestId);
    expect((await repeat(account)).holdId).toBe(holdId);
    expect((await repeat(other)).code).toBe('nights_unavailable');
    const released = House.requestId();
    await ask(account, A, { kind: 'release', holdId }, released);
    expect((await ask(account, A, { kind: 'release', holdId })).code).toBe('hold_not_open');
    expect((await ask(other, A, { kind: 'release', holdId })).code).toBe('not_found');
    expect((await kinds()).filter((kind) => kind === 'held')).toHaveLength(1);
  });

  it('counts once for the account’s caps: it stands beyond them, and no new one is placed until there is room', async () => {
    for (let i = 0; i < 3; i++) {
      await hold(ana, 10 + i * 3);
      await hold(account, 30 + i * 3);
    }
    await adopt();
    expect((await house.holdsOf(account.id)).length).toBe(6);
    expect(house.openHolds.countOf(account.id, time.nowMs)).toBe(6);
    expect(house.openHolds.countOf(ana.id, time.nowMs)).toBe(0);
    expect((await ask(account, A, { kind: 'hold', stay: stay(50), guests: 1 })).code).toBe('too_many_holds');
    for (const { id } of (await house.holdsOf(account.id)).slice(0, 2))
      await ask(account, A, { kind: 'release', holdId: id });
    expect((await ask(account, A, { kind: 'hold', stay: stay(50), guests: 1 })).code).toBe('ok');
  });

  it('keeps the first instant of nights that the guest had let go (H3)', async () => {
    await ask(ana, A, { kind: 'release', holdId: await hold(ana, 10) });
    await hold(ana, 20);
    await time.pass(5 * 60_000);
    await adopt();
    const holdId = await hold(account, 10);
    const entry = (await journal.entries(A, 0, 100)).findLast(({ fact }) => fact.kind === 'held');
    expect(entry?.fact).toMatchObject({ hold: holdId, firstHeldAtMs: NOW_MS });
    expect(await problems()).toEqual([]);
  });

  it('is the account’s after a crash, from the journal alone, and where the append was lost it is asked for again', async () => {
    const holdId = await hold(ana, 10);
    journal.failNext('unknown', ({ entries }) => entries.some(({ fact }) => fact.kind === 'adopted'));
    expect((await adopt()).code).toBe('ok');
    expect(await adoptions()).toBe(1);
    expect((await house.holdsOf(account.id)).map(({ id }) => id)).toEqual([holdId]);
    house.dropAll();
    house = begin('next ');
    await ask(other, A, { kind: 'hold', stay: stay(40), guests: 1 });
    expect((await house.holdsOf(account.id)).map(({ id }) => id)).toEqual([holdId]);
    expect(house.openHolds.countOf(ana.id, time.nowMs)).toBe(0);
  });

  it('is told once more where a fact that nobody heard of was on disk all the same', async () => {
    const { bookingId } = await confirm(ana, await hold(ana, 20));
    journal.failNext('lost', ({ entries }) => entries.some(({ fact }) => fact.kind === 'adopted'));
    await adopt();
    const told = house.changes.filter(({ adopted }) => adopted !== undefined);
    expect(told).toHaveLength(1);
    expect(told[0]?.adopted?.bookings).toMatchObject([{ id: bookingId, guest: { guestId: ana.id } }]);
  });

  it('waits while a server of an older version would not understand it', async () => {
    house.dropAll();
    const old = new House({ journal, time, mayWrite: (feature) => feature !== 'adoptions' });
    const held = old.ask(ana, A, { kind: 'hold', stay: stay(10), guests: 1 });
    const asked = old.ask(account, A, { kind: 'adopt', guestId: ana.id });
    await time.pass(1_000);
    expect([held.code, asked.code]).toEqual(['ok', 'unavailable']);
    expect(await adoptions()).toBe(0);
  });
});

describe('the judge', () => {
  const story = async () => {
    await confirm(ana, await hold(ana, 20));
    await hold(ana, 30);
    await adopt();
    const entries = structuredClone(await journal.entries(A, 0, 1_000));
    return { apartmentId: A, entries, bookings: structuredClone(journal.bookings()) };
  };
  const rules = async (recorded: Awaited<ReturnType<typeof story>>) =>
    (await problemsOf(recorded)).map(({ rule }) => rule);

  it('finds a booking whose row was left behind, and one that nobody has adopted', async () => {
    const recorded = await story();
    expect(await rules(recorded)).toEqual([]);
    const bookings = recorded.bookings.map((row) => ({ ...row, guestId: ana.id }));
    expect(await rules({ ...recorded, bookings })).toEqual(['tables']);
    const entries = recorded.entries.filter(({ fact }) => fact.kind !== 'adopted');
    expect(await rules({ ...recorded, entries })).toEqual(['tables']);
  });

  it('finds what two accounts share, and what somebody else has taken along', async () => {
    const recorded = await story();
    const adopted = recorded.entries.at(-1)!;
    const twice = { ...adopted, version: adopted.version + 1, subjectId: other.id };
    const fact = { kind: 'adopted', guest: ana.id, account: other.id } as const;
    expect(await rules({ ...recorded, entries: [...recorded.entries, { ...twice, fact }] })).toContain('G9');
    const taken = { ...adopted, subjectId: other.id };
    expect(await rules({ ...recorded, entries: [...recorded.entries.slice(0, -1), taken] })).toContain('G9');
  });
});
