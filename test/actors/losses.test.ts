import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryJournal } from '../../src/persistence/journal/memory-journal.ts';
import { COMMAND_DEADLINE_MS, SHARDS } from '../../src/protocol/limits.ts';
import { memoryBooks } from '../../src/services/payments/sandbox/memory-books.ts';
import { SandboxPayments } from '../../src/services/payments/sandbox/provider.ts';
import { House, ManualTime, turnOfEvents } from '../support/apartment-house.ts';
import { openTerms } from '../support/terms.ts';

const NOW_MS = Date.UTC(2027, 0, 1, 12);
const TODAY = Math.floor(NOW_MS / 86_400_000);
const ana = { id: 'ana', kind: 'guest' } as const;
const ben = { id: 'ben', kind: 'guest' } as const;
const A = 'a1';
const EVERY_SHARD = new Set(Array.from({ length: SHARDS }, (_, shard) => shard));
const hold = (from: number) =>
  ({ kind: 'hold', stay: { from: TODAY + from, to: TODAY + from + 2 }, guests: 1 }) as const;
const confirm = (holdId: string, method = 'sandbox_ok', name = 'Ana') =>
  ({ kind: 'confirm', holdId, contact: { name, email: 'ana@example.com' }, method }) as const;

let journal: MemoryJournal;
let time: ManualTime;
let house: House;
let epoch: number | undefined;

beforeEach(() => {
  epoch = 1;
  journal = new MemoryJournal();
  journal.addListing(A, openTerms());
  time = new ManualTime(NOW_MS);
  const after = (ms: number, call: () => void) => time.after(ms, call);
  const provider = new SandboxPayments({ books: memoryBooks(), nowMs: () => time.nowMs, after });
  house = new House({ journal, time, provider, epochOf: () => epoch });
});

async function placed(from: number): Promise<string> {
  const answer = house.ask(ana, A, hold(from));
  await time.pass(100);
  return answer.holdId;
}

describe('what is lost comes back', () => {
  it('[I5] [I6] an apartment with an open hold and a payment runs again, however long storage was away', async () => {
    const booked = house.ask(ana, A, confirm(await placed(0), 'sandbox_slow'));
    await placed(10);
    journal.stall();
    house.ask(ana, A, hold(20));
    const load = journal.load.bind(journal);
    journal.load = () => Promise.reject(new Error('away'));
    await time.pass(COMMAND_DEADLINE_MS + 1_000);
    journal.failNext('unknown');
    journal.resume();
    await time.pass(60_000);
    journal.load = load;
    await time.pass(900_000);
    const kinds = (await journal.entries(A, 0, 100)).map(({ fact }) => fact.kind);
    expect(kinds).toContain('expired');
    expect(kinds).toContain('confirmed');
    expect(booked.code).toBeDefined();
    expect(house.openHolds.count).toBe(0);
  });

  it.each([
    [
      'still counts whose apartment was lost and is handed over',
      () => house.registry.handOver(EVERY_SHARD, 0),
      1,
    ],
    // What has ended since with whoever took it nobody knows here.
    ['counts no more whose apartment was lost and others took', async () => house.dropAll(), 0],
  ])('[H5] a hold %s before it runs again', async (_, goes, counted) => {
    const holdId = await placed(0);
    journal.stall();
    house.ask(ana, A, hold(20));
    journal.load = () => Promise.reject(new Error('away'));
    await time.pass(100);
    journal.failNext('unknown');
    journal.resume();
    await time.pass(100);
    expect(house.registry.size).toBe(0);
    await goes();
    expect(house.openHolds.countOf('ana', time.nowMs)).toBe(counted);
    // As of any hold elsewhere its end is heard of.
    house.openHolds.heard({ guestId: 'ana', id: holdId, apartmentId: A, nights: 2, untilMs: 0 });
    expect(house.openHolds.countOf('ana', time.nowMs)).toBe(0);
  });

  it('a defect of whoever hears an answer costs nobody else theirs', async () => {
    const command = { ...hold(0), apartmentId: A, requestId: House.requestId() };
    const reply = () => {
      throw new Error('a defect');
    };
    house.router.ask({ subject: ana, command, reply, sinceMs: time.nowMs, attempts: 0 });
    // Refused because of the first, so that it leaves with it; and one of its own.
    const behind = house.ask(ben, A, hold(0));
    const other = house.ask(ana, A, hold(10));
    await time.pass(1_000);
    expect([behind.code, other.code]).toEqual(['nights_unavailable', 'ok']);
    expect(house.changes.map(({ version }) => version)).toEqual([1, 2]);
    expect(house.faults.map(({ event, details }) => [event, details.reason])).toEqual([
      ['apartment.lost', 'defect'],
    ]);
  });

  it('[I4] a fact whose acknowledgement was lost is told to watchers once it is found', async () => {
    const holdId = await placed(0);
    journal.failNext('lost');
    const release = house.ask(ana, A, { kind: 'release', holdId });
    await time.pass(2_000);
    expect(release.code).toBe('ok');
    expect(house.changes.map(({ version }) => version)).toEqual([1, 2]);
    expect(house.changes[1]).toMatchObject({
      cause: 'released',
      changes: [{ from: TODAY, to: TODAY + 2, status: 'free' }],
      guestId: ana.id,
      hold: { id: holdId, status: 'released' },
    });
  });

  it('the guest hears of a booking whose acknowledgement was lost, with its contact', async () => {
    const holdId = await placed(0);
    journal.failNext('lost', ({ entries }) => entries.some(({ fact }) => fact.kind === 'confirmed'));
    const confirmed = house.ask(ana, A, confirm(holdId));
    await time.pass(2_000);
    expect(confirmed.code).toBe('ok');
    const told = house.changes.filter(({ booking }) => booking !== undefined);
    expect(told).toMatchObject([
      {
        hold: { id: holdId, status: 'confirmed', bookingId: confirmed.bookingId },
        booking: { id: confirmed.bookingId, status: 'confirmed', guest: { name: 'Ana' } },
      },
    ]);
    expect(confirmed.outcome).toEqual({ ok: true, data: { booking: told[0]?.booking } });
  });

  it('[I2] `mine` still tells a hold whose release was lost before it was on disk', async () => {
    const holdId = await placed(0);
    journal.failNext('unknown');
    const release = house.ask(ana, A, { kind: 'release', holdId });
    await turnOfEvents();
    expect([release.code, house.openHolds.countOf(ana.id, time.nowMs)]).toEqual([undefined, 1]);
    const mine = house.holdsOf(ana.id);
    await time.pass(50);
    expect((await mine).map(({ id }) => id)).toEqual([holdId]);
    await time.pass(2_000);
    expect([release.code, house.openHolds.count]).toEqual(['ok', 0]);
  });

  it('[I2] `mine` does not rest on the end of a hold that is not on disk yet', async () => {
    const holdId = await placed(0);
    journal.stall();
    const release = house.ask(ana, A, { kind: 'release', holdId });
    await turnOfEvents();
    // It does not count any more, so that another may be placed in the same breath.
    expect(house.openHolds.countOf(ana.id, time.nowMs)).toBe(0);
    let mine: string[] | undefined;
    void house.holdsOf(ana.id).then((holds) => {
      mine = holds.map(({ id }) => id);
    });
    await turnOfEvents();
    expect([release.code, mine]).toEqual([undefined, undefined]);
    journal.resume();
    await turnOfEvents();
    expect([release.code, mine]).toEqual(['ok', []]);
    expect(house.openHolds.apartmentsOf(ana.id).size).toBe(0);
  });

  it('[I2] `mine` waits for an apartment that is being loaded again, and then tells what is on disk', async () => {
    const holdId = await placed(0);
    journal.failNext('unknown');
    const never = house.ask(ana, A, hold(10));
    await turnOfEvents();
    expect(never.code).toBeUndefined();
    const mine = house.holdsOf(ana.id);
    await time.pass(50);
    expect((await mine).map(({ id }) => id)).toEqual([holdId]);
    await time.pass(2_000);
    expect(never.code).toBe('ok');
    expect(house.openHolds.count).toBe(2);
  });

  it('[I2] `mine` behind an append that is lost leaves no hold out: it is refused, and then tells', async () => {
    const holdId = await placed(0);
    journal.failNext('unknown');
    house.ask({ id: 'ben', kind: 'guest' }, A, hold(10));
    const behind = house.holdsOf(ana.id);
    await expect(behind).rejects.toMatchObject({ body: { code: 'unavailable', retryable: true } });
    await time.pass(2_000);
    const after = await house.holdsOf(ana.id);
    expect(after.map(({ id }) => id)).toEqual([holdId]);
  });

  it('[C1] reads and repeats behind a stalled gate end at the deadline', async () => {
    journal.stall();
    const requestId = House.requestId();
    house.ask(ana, A, hold(0), requestId);
    await turnOfEvents();
    const again = house.ask(ana, A, hold(0), requestId);
    let read: unknown = 'waiting';
    house.registry.get(A)?.read(
      ({ version }) => version,
      (view) => {
        read = view;
      },
    );
    await time.pass(COMMAND_DEADLINE_MS + 1_000);
    expect(again.code).toBe('unavailable');
    expect(read).toBeUndefined();
  });

  it('a node that no longer owns the shard says nothing from memory', async () => {
    await placed(0);
    epoch = undefined;
    const answer = house.ask({ id: 'ben', kind: 'guest' }, A, hold(0));
    await time.pass(COMMAND_DEADLINE_MS + 1_000);
    expect(answer.code).toBe('unavailable');
  });

  it('a storage that refuses every write is not asked in a hot loop', async () => {
    let appends = 0;
    journal.failWhen(() => {
      appends += 1;
      return 'unknown';
    });
    const answer = house.ask(ana, A, hold(0));
    await time.pass(COMMAND_DEADLINE_MS + 1_000);
    expect(answer.code).toBe('unavailable');
    expect(appends).toBeLessThan(200);
  });
});

describe('[I3] repeats', () => {
  it('of a confirm are compared: another hold, another contact or a hold’s own id are conflicts', async () => {
    const requestId = House.requestId();
    const placing = house.ask(ana, A, hold(0), requestId);
    const other = await placed(10);
    const misused = house.ask(ana, A, confirm(placing.holdId), requestId);
    await time.pass(1_000);
    expect(misused.code).toBe('idempotency_conflict');
    const id = House.requestId();
    const first = house.ask(ana, A, confirm(other), id);
    const elsewhere = house.ask(ana, A, confirm(placing.holdId), id);
    await time.pass(1_000);
    const renamed = house.ask(ana, A, confirm(other, 'sandbox_ok', 'Eve'), id);
    await time.pass(1_000);
    expect([first.code, elsewhere.code, renamed.code]).toEqual([
      'ok',
      'idempotency_conflict',
      'idempotency_conflict',
    ]);
  });

  it('a verdict of an earlier payment does not answer the confirm of a later one', async () => {
    const holdId = await placed(0);
    const declined = house.ask(ana, A, confirm(holdId, 'sandbox_declined'));
    await turnOfEvents();
    let paid: ReturnType<House['ask']> | undefined;
    const append = journal.append.bind(journal);
    journal.append = (turn) => {
      append(turn);
      if (turn.entries[0]?.fact.kind === 'declined') paid ??= house.ask(ana, A, confirm(holdId));
    };
    await time.pass(2_000);
    paid ??= house.ask(ana, A, confirm(holdId));
    await time.pass(2_000);
    expect([declined.code, paid.code]).toEqual(['payment_declined', 'ok']);
  });

  it('of a cancel, sent twice at once and again after the refund, get the same bytes', async () => {
    const booked = house.ask(ana, A, confirm(await placed(0)));
    await time.pass(1_000);
    const requestId = House.requestId();
    const cancel = { kind: 'cancel', bookingId: booked.bookingId } as const;
    const [one, two] = [house.ask(ana, A, cancel, requestId), house.ask(ana, A, cancel, requestId)];
    await time.pass(5_000);
    const three = house.ask(ana, A, cancel, requestId);
    await time.pass(1_000);
    expect(one.code).toBe('ok');
    for (const again of [two, three]) expect(JSON.stringify(again.outcome)).toBe(JSON.stringify(one.outcome));
  });

  it('[H8] the first command after a deadline is told that the hold has expired', async () => {
    const holdId = await placed(0);
    time.nowMs += 600_000;
    const late = house.ask(ana, A, confirm(holdId));
    await turnOfEvents();
    expect(late.code).toBe('hold_expired');
  });
});
