import { getEventListeners } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { PaymentSaga } from '../../src/actors/payment-saga.ts';
import type { Amount, Journal, PaymentProvider } from '../../src/actors/ports.ts';
import { MemoryJournal } from '../../src/persistence/journal/memory-journal.ts';
import { PAYMENT_DEADLINE_MS } from '../../src/protocol/limits.ts';
import { memoryBooks } from '../../src/services/payments/sandbox/memory-books.ts';
import { SandboxPayments } from '../../src/services/payments/sandbox/provider.ts';
import { type Answer, House, ManualTime, markedIn } from '../support/apartment-house.ts';
import { openTerms } from '../support/terms.ts';

const NOW_MS = Date.UTC(2027, 0, 1, 12);
const TODAY = Math.floor(NOW_MS / 86_400_000);
const ana = { id: 'ana', kind: 'guest' } as const;
const ben = { id: 'ben', kind: 'guest' } as const;
const A = 'a1';
const stay = { from: TODAY + 10, to: TODAY + 13 };
const contact = { name: 'Ana', email: 'ana@example.com' };

/**
 * Everything that a server does outside goes through here, counted: appends to the journal and calls of the provider.
 * At a chosen one the server dies: before it takes effect, or after, without hearing of it. Then nothing it does
 * takes effect any more.
 */
class Boundary {
  count = 0;
  isDead = false;
  readonly #dieAt: number;
  readonly #when: 'before' | 'after';

  constructor(dieAt: number, when: 'before' | 'after') {
    this.#dieAt = dieAt;
    this.#when = when;
  }

  /** @returns whether it takes effect, and whether the server hears of it */
  pass(): { takesEffect: boolean; isHeard: boolean } {
    if (this.isDead) return { takesEffect: false, isHeard: false };
    this.count += 1;
    if (this.count !== this.#dieAt) return { takesEffect: true, isHeard: true };
    this.isDead = true;
    return { takesEffect: this.#when === 'after', isHeard: false };
  }

  journal(journal: MemoryJournal): Journal {
    const guarded = Object.create(journal) as MemoryJournal;
    guarded.append = (append) => {
      const { takesEffect, isHeard } = this.pass();
      if (takesEffect)
        journal.append({ ...pick(append), done: isHeard ? (result) => append.done(result) : () => {} });
    };
    for (const read of [
      'load',
      'entry',
      'entries',
      'booking',
      'bookingOfHold',
      'endOf',
      'restless',
      'saveSnapshots',
    ] as const) {
      guarded[read] = journal[read].bind(journal) as never;
    }
    return guarded;
  }

  provider(provider: PaymentProvider): PaymentProvider {
    return new Proxy(provider, {
      get: (target, name: keyof PaymentProvider) => async (request: never) => {
        const { takesEffect, isHeard } = this.pass();
        const answer = takesEffect ? target[name](request) : undefined;
        if (isHeard) return answer;
        answer?.catch(() => {});
        return new Promise(() => {});
      },
    });
  }
}

function pick({ apartmentId, shard, epoch, entries, chain, mark }: Parameters<Journal['append']>[0]) {
  return { apartmentId, shard, epoch, entries, chain, mark };
}

class World {
  readonly journal = new MemoryJournal();
  readonly time = new ManualTime(NOW_MS);
  readonly provider = new SandboxPayments({
    books: memoryBooks(),
    nowMs: () => this.time.nowMs,
    after: (ms, call) => this.time.after(ms, call),
  });

  constructor() {
    this.journal.addListing(A, openTerms());
  }

  /** Undefined: the server does not trust its lease. */
  epoch: number | undefined = 1;

  server(boundary = new Boundary(0, 'before')): House {
    const { time } = this;
    return new House({
      journal: boundary.journal(this.journal),
      time,
      epochOf: () => this.epoch,
      provider: boundary.provider(this.provider),
    });
  }

  /** I6, read off the journal, the bookings table and the provider's books, once nothing is left to do. */
  async expectMoneyFollowsBooking(): Promise<'booked' | 'not booked'> {
    const entries = await this.journal.entries(A, 0, 1_000);
    const keys = new Set(entries.flatMap(({ fact }) => (fact.kind === 'confirming' ? [fact.key] : [])));
    const confirmed = entries.flatMap(({ fact }) => (fact.kind === 'confirmed' ? [fact] : []));
    const paid = new Set(confirmed.map(({ key }) => key));
    expect(confirmed.length).toBeLessThanOrEqual(1);
    for (const key of keys) {
      const { status } = await this.provider.lookUp({ key, signal: new AbortController().signal });
      if (paid.has(key)) expect(status).toBe('captured');
      else expect(['none', 'voided', 'declined', 'action_required', 'refunded']).toContain(status);
    }
    for (const { fact } of entries) {
      if (fact.kind !== 'confirming') continue;
      const row = await this.journal.booking(A, fact.booking);
      expect(row?.status).toBe(paid.has(fact.key) ? 'confirmed' : undefined);
    }
    return confirmed.length === 1 ? 'booked' : 'not booked';
  }
}

async function holdAndConfirm(
  house: House,
  world: World,
  method: string,
  requestId: string,
): Promise<[Answer, Answer]> {
  const placed = house.ask(ana, A, { kind: 'hold', stay, guests: 1 });
  await world.time.pass(100);
  const confirm = house.ask(ana, A, { kind: 'confirm', holdId: placed.holdId, contact, method }, requestId);
  return [placed, confirm];
}

async function asked(house: House, world: World, body: Parameters<House['ask']>[2]): Promise<Answer> {
  const answer = house.ask(ben, A, body);
  await world.time.pass(100);
  return answer;
}

const METHODS = {
  sandbox_ok: 'booked',
  sandbox_slow: 'booked',
  sandbox_late: 'booked',
  sandbox_declined: 'not booked',
  sandbox_action_required: 'not booked',
  sandbox_down: 'not booked',
} as const;

describe('the payment saga', () => {
  for (const [method, expected] of Object.entries(METHODS)) {
    it(`[I6] ${method} ends ${expected}`, async () => {
      const world = new World();
      const house = world.server();
      const [, confirm] = await holdAndConfirm(house, world, method, House.requestId());
      await world.time.pass(PAYMENT_DEADLINE_MS + 60_000);
      expect(await world.expectMoneyFollowsBooking()).toBe(expected);
      expect(confirm.code).toBeDefined();
      expect(house.saga.size).toBe(0);
    });
  }

  it('[B4] a declined hold stays open, and the same confirm may be decided anew', async () => {
    const world = new World();
    const house = world.server();
    const requestId = House.requestId();
    const [placed, declined] = await holdAndConfirm(house, world, 'sandbox_declined', requestId);
    await world.time.pass(1_000);
    expect(declined.code).toBe('payment_declined');
    const paid = house.ask(
      ana,
      A,
      { kind: 'confirm', holdId: placed.holdId, contact, method: 'sandbox_ok' },
      requestId,
    );
    await world.time.pass(1_000);
    expect(paid.code).toBe('ok');
    expect(await world.expectMoneyFollowsBooking()).toBe('booked');
  });

  it('[H6] a confirm in time is not killed by the hold’s deadline', async () => {
    const world = new World();
    const house = world.server();
    const placed = house.ask(ana, A, { kind: 'hold', stay, guests: 1 });
    await world.time.pass(598_000);
    const confirm = house.ask(ana, A, {
      kind: 'confirm',
      holdId: placed.holdId,
      contact,
      method: 'sandbox_slow',
    });
    await world.time.pass(10_000);
    expect(confirm.code).toBe('ok');
  });

  it('[H6] a confirm in time whose turn is lost after the deadline is decided as it would have been', async () => {
    const world = new World();
    const house = world.server();
    const placed = house.ask(ana, A, { kind: 'hold', stay, guests: 1 });
    await world.time.pass(599_600);
    world.journal.stall();
    const confirm = house.ask(ana, A, {
      kind: 'confirm',
      holdId: placed.holdId,
      contact,
      method: 'sandbox_ok',
    });
    await world.time.pass(600);
    world.journal.failNext('unknown');
    world.journal.resume();
    // Somebody else looks before it is asked again: the nights are not free yet.
    await world.time.pass(60);
    const other = house.ask(ben, A, { kind: 'hold', stay, guests: 1 });
    await world.time.pass(2_000);
    expect([confirm.code, other.code]).toEqual(['ok', 'nights_unavailable']);
  });

  it('[C3] [H6] a declined confirm that is sent again in time is decided anew, however late its turn comes', async () => {
    const world = new World();
    const house = world.server();
    const placed = house.ask(ana, A, { kind: 'hold', stay, guests: 1 });
    await world.time.pass(595_000);
    const requestId = House.requestId();
    const confirm = { kind: 'confirm', holdId: placed.holdId, contact } as const;
    const declined = house.ask(ana, A, { ...confirm, method: 'sandbox_declined' }, requestId);
    await world.time.pass(4_600);
    expect(declined.code).toBe('payment_declined');
    world.journal.stall();
    const other = house.ask(ben, A, { kind: 'hold', stay: { from: TODAY + 40, to: TODAY + 41 }, guests: 1 });
    const again = house.ask(ana, A, { ...confirm, method: 'sandbox_ok' }, requestId);
    await world.time.pass(600);
    world.journal.failNext('unknown');
    world.journal.resume();
    await world.time.pass(5_000);
    expect([other.code, again.code]).toEqual(['ok', 'ok']);
  });

  it('[B1] an answer that comes while the server does not trust its lease is heard when it does again', async () => {
    const world = new World();
    const [, confirm] = await holdAndConfirm(world.server(), world, 'sandbox_slow', House.requestId());
    await world.time.pass(1_000);
    world.epoch = undefined;
    await world.time.pass(6_000);
    expect(confirm.code).toBeUndefined();
    world.epoch = 1;
    await world.time.pass(1_000);
    expect(confirm.code).toBe('ok');
  });

  it('[C3] [I3] a confirm asked again while it is under way, and after, gets the first answer', async () => {
    const world = new World();
    const house = world.server();
    const requestId = House.requestId();
    const [placed, first] = await holdAndConfirm(house, world, 'sandbox_slow', requestId);
    await world.time.pass(1_000);
    const body = { kind: 'confirm', holdId: placed.holdId, contact, method: 'sandbox_slow' } as const;
    const meanwhile = house.ask(ana, A, body, requestId);
    await world.time.pass(10_000);
    house.dropAll();
    const after = house.ask(ana, A, body, requestId);
    const elsewhere = world.server().ask(ana, A, body, requestId);
    await world.time.pass(1_000);
    expect(first.code).toBe('ok');
    for (const again of [meanwhile, after, elsewhere]) {
      expect(JSON.stringify(again.outcome)).toBe(JSON.stringify(first.outcome));
    }
  });

  describe('[B2] a call that is not answered', () => {
    /** The provider, of which every call is kept, and that is unheard as often as the test says, before or after it acts. */
    function unheard(world: World, times: number, acts: boolean) {
      const calls: string[] = [];
      const provider = new Proxy(world.provider, {
        get: (target, name: keyof PaymentProvider) => async (request: { key: string }) => {
          calls.push(`${name} ${request.key}`);
          if (name !== 'authorise' && name !== 'capture') return target[name](request as never);
          const isUnheard = calls.filter((call) => call.startsWith(name)).length <= times;
          if (!isUnheard || acts) await target[name](request as never);
          if (isUnheard) throw new Error('the connection was lost');
          return target[name](request as never);
        },
      });
      return { calls, house: new House({ journal: world.journal, time: world.time, provider }) };
    }

    it('is looked up, and a success that is found is taken', async () => {
      const world = new World();
      const { calls, house } = unheard(world, 1, true);
      const [placed, confirm] = await holdAndConfirm(house, world, 'sandbox_ok', House.requestId());
      await world.time.pass(5_000);
      expect(confirm.code).toBe('ok');
      const key = `${placed.holdId}-1`;
      expect(calls).toEqual([`authorise ${key}`, `lookUp ${key}`, `capture ${key}`, `capture ${key}`]);
      expect(await world.expectMoneyFollowsBooking()).toBe('booked');
    });

    it('is repeated with the same key', async () => {
      const world = new World();
      const { calls, house } = unheard(world, 3, false);
      const [placed, confirm] = await holdAndConfirm(house, world, 'sandbox_ok', House.requestId());
      await world.time.pass(20_000);
      expect(confirm.code).toBe('ok');
      const of = (name: string) => calls.filter((call) => call === `${name} ${placed.holdId}-1`).length;
      expect([of('authorise'), of('lookUp'), of('capture')]).toEqual([4, 3, 4]);
      expect(calls).toHaveLength(11);
      expect(await world.expectMoneyFollowsBooking()).toBe('booked');
    });

    it('is not repeated after the payment deadline', async () => {
      const world = new World();
      const { calls, house } = unheard(world, Number.POSITIVE_INFINITY, false);
      const isExpired = () => house.changes.some(({ cause }) => cause === 'expired');
      await holdAndConfirm(house, world, 'sandbox_ok', House.requestId());
      // To the last moment before the deadline.
      await world.time.pass(PAYMENT_DEADLINE_MS - 101);
      expect(isExpired()).toBe(false);
      const tried = calls.length;
      expect(calls.filter((call) => call.startsWith('authorise')).length).toBeGreaterThan(5);
      await world.time.pass(PAYMENT_DEADLINE_MS);
      expect(isExpired()).toBe(true);
      expect(calls.slice(tried).filter((call) => call.startsWith('authorise'))).toEqual([]);
      expect(await world.expectMoneyFollowsBooking()).toBe('not booked');
    });
  });

  it('[C3] [I3] a confirm asked again whose payment is decided while the journal is read for it gets the first answer', async () => {
    const world = new World();
    const read = world.journal.booking.bind(world.journal);
    const { promise: late, resolve } = Promise.withResolvers<void>();
    let reads = 0;
    // The row is read once to compare who pays, and once for the answer: that one is on its way for long.
    world.journal.booking = async (...which) => {
      const found = await read(...which);
      if (++reads === 2) await late;
      return found;
    };
    const house = world.server();
    const requestId = House.requestId();
    const [placed, first] = await holdAndConfirm(house, world, 'sandbox_slow', requestId);
    await world.time.pass(1_000);
    const body = { kind: 'confirm', holdId: placed.holdId, contact, method: 'sandbox_slow' } as const;
    const again = house.ask(ana, A, body, requestId);
    await world.time.pass(10_000);
    expect([first.code, again.code]).toEqual(['ok', undefined]);
    resolve();
    await world.time.pass(100);
    expect(JSON.stringify(again.outcome)).toBe(JSON.stringify(first.outcome));
  });

  it('[B3] a payment found captured after the deadline is taken if the nights are free, else refunded', async () => {
    for (const areFree of [true, false]) {
      const world = new World();
      // The capture takes effect and its server dies; nobody looks until the deadline has passed.
      const boundary = new Boundary(5, 'after');
      const [placed] = await holdAndConfirm(world.server(boundary), world, 'sandbox_ok', House.requestId());
      await world.time.pass(1_000);
      expect(boundary.isDead).toBe(true);
      // The next server hears nothing of the provider until the hold has expired.
      const cut = { isCut: true };
      const provider = new Proxy(world.provider, {
        get: (target, name: keyof PaymentProvider) => (request: never) =>
          cut.isCut ? Promise.reject(new Error('cut')) : target[name](request),
      });
      const next = new House({ journal: world.journal, time: world.time, provider });
      await Promise.all([next.registry.wake([A]), world.time.pass(PAYMENT_DEADLINE_MS + 1_000)]);
      expect(next.changes.map(({ cause }) => cause)).toContain('expired');
      if (!areFree) {
        const other = next.ask(ben, A, { kind: 'hold', stay, guests: 1 });
        await world.time.pass(100);
        expect(other.code).toBe('ok');
      }
      cut.isCut = false;
      await world.time.pass(120_000);
      const key = `${placed.holdId}-1`;
      const { status } = await world.provider.lookUp({ key, signal: new AbortController().signal });
      expect(status).toBe(areFree ? 'captured' : 'refunded');
      expect(await world.expectMoneyFollowsBooking()).toBe(areFree ? 'booked' : 'not booked');
    }
  });

  it('[B3] [I6] who waits until the deadline is promised nothing that a late payment breaks: booked, or given back', async () => {
    for (const areFree of [true, false]) {
      const world = new World();
      const cut = { isCut: false };
      // The capture takes effect, and nothing more is heard of the provider.
      const provider = new Proxy(world.provider, {
        get: (target, name: keyof PaymentProvider) => async (request: never) => {
          const answer = cut.isCut ? undefined : await target[name](request);
          cut.isCut ||= name === 'capture';
          if (cut.isCut) throw new Error('cut');
          return answer;
        },
      });
      const house = new House({ journal: world.journal, time: world.time, provider });
      const requestId = House.requestId();
      const [placed] = await holdAndConfirm(house, world, 'sandbox_ok', requestId);
      await world.time.pass(PAYMENT_DEADLINE_MS - 5_000);
      const body = { kind: 'confirm', holdId: placed.holdId, contact, method: 'sandbox_ok' } as const;
      const again = house.ask(ana, A, body, requestId);
      await world.time.pass(6_000);
      expect(again.code).toBe('hold_expired');
      const sentence = again.outcome?.ok === false ? again.outcome.error.message : '';
      expect(sentence).toContain(
        'if it was charged all the same, the nights are booked where they are still free',
      );
      expect(sentence).toContain('the money goes back where not');
      expect(sentence).not.toMatch(/(nothing|not|no money) (is|was|has been|will be) (charged|taken)/);
      // Asked once more, it is told of the hold alone: what became of the money is not known yet.
      const later = house.ask(ana, A, body, requestId);
      await world.time.pass(1_000);
      expect(later.code).toBe('hold_expired');
      expect(JSON.stringify(later.outcome)).not.toMatch(/charged|taken|paid/);

      if (!areFree) expect((await asked(house, world, { kind: 'hold', stay, guests: 1 })).code).toBe('ok');
      cut.isCut = false;
      await world.time.pass(120_000);
      expect(await world.expectMoneyFollowsBooking()).toBe(areFree ? 'booked' : 'not booked');
    }
  });

  it('[B3] a call still under way when the hold ends cannot take money afterwards', async () => {
    const world = new World();
    // The provider gets the call, and decides it long after the deadline.
    const provider = new Proxy(world.provider, {
      get: (target, name: keyof PaymentProvider) => async (request: { signal: AbortSignal }) => {
        if (name !== 'authorise') return target[name](request as never);
        const asked = { ...request, signal: new AbortController().signal };
        world.time.after(
          PAYMENT_DEADLINE_MS + 30_000,
          () => void target[name](asked as never).catch(() => {}),
        );
        return new Promise(() => {});
      },
    });
    const house = new House({ journal: world.journal, time: world.time, provider });
    const [, confirm] = await holdAndConfirm(house, world, 'sandbox_ok', House.requestId());
    await world.time.pass(PAYMENT_DEADLINE_MS + 120_000);
    expect(confirm.code).toBe('unavailable');
    expect(await world.expectMoneyFollowsBooking()).toBe('not booked');
  });

  for (const [method, expected] of Object.entries(METHODS)) {
    for (const when of ['before', 'after'] as const) {
      it(`[I6] ${method}: a server that dies ${when} any of its steps leaves it to the next one`, async () => {
        for (let dieAt = 2; ; dieAt++) {
          const world = new World();
          const boundary = new Boundary(dieAt, when);
          const requestId = House.requestId();
          const [placed] = await holdAndConfirm(world.server(boundary), world, method, requestId);
          await world.time.pass(20_000);
          // Fewer steps than this: every point at which it can die has been tried.
          if (!boundary.isDead) break;
          const next = world.server();
          await Promise.all([next.registry.wake(await markedIn(world.journal)), world.time.pass(1_000)]);
          const body = { kind: 'confirm', holdId: placed.holdId, contact, method } as const;
          const again = next.ask(ana, A, body, requestId);
          await world.time.pass(PAYMENT_DEADLINE_MS + 120_000);
          expect(await world.expectMoneyFollowsBooking(), `died at ${dieAt}`).toBe(expected);
          expect(again.code === 'ok', `died at ${dieAt}: ${again.code}`).toBe(expected === 'booked');
          expect(next.saga.size).toBe(0);
        }
      });
    }
  }
});

describe('cancellation', () => {
  it('[B5] [I6] refunds under the policy, once, also when servers die at any step of it', async () => {
    for (const when of ['before', 'after'] as const) {
      for (let dieAt = 1; ; dieAt++) {
        const world = new World();
        const [, confirm] = await holdAndConfirm(world.server(), world, 'sandbox_ok', House.requestId());
        await world.time.pass(1_000);
        const boundary = new Boundary(dieAt, when);
        const requestId = House.requestId();
        const body = { kind: 'cancel', bookingId: confirm.bookingId } as const;
        world.server(boundary).ask(ana, A, body, requestId);
        await world.time.pass(5_000);
        if (!boundary.isDead) break;
        const next = world.server();
        await Promise.all([next.registry.wake(await markedIn(world.journal)), world.time.pass(1_000)]);
        const again = next.ask(ana, A, body, requestId);
        await world.time.pass(120_000);
        expect(again.outcome).toMatchObject({ ok: true, data: { booking: { status: 'cancelled' } } });
        const row = await world.journal.booking(A, confirm.bookingId);
        const key = row?.paymentKey ?? '';
        const { status, refundedMinor, amountMinor } = await world.provider.lookUp({
          key,
          signal: new AbortController().signal,
        });
        expect([status, refundedMinor]).toEqual(['refunded', amountMinor]);
        expect(await markedIn(world.journal)).toEqual([]);
      }
    }
  });
});

describe('a refund that the provider refuses for good', () => {
  const faults = (house: House, event: string) => house.faults.filter((fault) => fault.event === event);

  it('[B7] of a cancellation is asked for once, told, and left to the operator, across restarts', async () => {
    const world = new World();
    const house = world.server();
    const [, confirm] = await holdAndConfirm(house, world, 'sandbox_refund_refused', House.requestId());
    await world.time.pass(1_000);
    const refund = vi.spyOn(world.provider, 'refund');
    const cancelled = house.ask(ana, A, { kind: 'cancel', bookingId: confirm.bookingId });
    await world.time.pass(3_600_000);
    expect(cancelled.code).toBe('ok');
    expect(refund).toHaveBeenCalledTimes(1);
    expect(faults(house, 'payment.refund_refused')).toHaveLength(1);
    expect((await world.journal.entries(A, 0, 100)).at(-1)?.fact).toMatchObject({
      ...{ kind: 'settled', outcome: 'refused' },
    });
    // Whoever gives it back by hand finds to whom.
    const row = await world.journal.booking(A, confirm.bookingId);
    expect(row).toMatchObject({ status: 'cancelled', contact: { email: contact.email } });
    const next = world.server();
    await Promise.all([next.registry.wake([A]), world.time.pass(120_000)]);
    expect(refund).toHaveBeenCalledTimes(1);
    expect(next.saga.size).toBe(0);
  });

  it('[B7] counts as made where the money has gone back by other means', async () => {
    const world = new World();
    const house = world.server();
    const [placed, confirm] = await holdAndConfirm(house, world, 'sandbox_ok', House.requestId());
    await world.time.pass(1_000);
    const key = `${placed.holdId}-1`;
    const { signal } = new AbortController();
    const { amountMinor } = await world.provider.lookUp({ key, signal });
    await world.provider.refund({ key, refundKey: 'by hand', amountMinor, signal });
    house.ask(ana, A, { kind: 'cancel', bookingId: confirm.bookingId });
    await world.time.pass(1_000);
    expect((await world.journal.entries(A, 0, 100)).at(-1)?.fact).toEqual({
      ...{ kind: 'settled', key, outcome: 'refunded' },
    });
    expect(faults(house, 'payment.refund_refused')).toEqual([]);
  });
});

describe('an amount that is not the price', () => {
  const off = (amount: Amount, by: Partial<Amount>) => ({ ...amount, ...by });
  /** Says at one step that it has set aside or taken something else, and has. */
  function wrong(world: World, step: 'authorise' | 'capture', by: Partial<Amount>): PaymentProvider {
    const real = world.provider;
    return new Proxy(real, {
      get: (target, name: keyof PaymentProvider) => async (request: never) => {
        const answer = await target[name](request);
        return name === step ? off(answer as Amount, by) : answer;
      },
    });
  }

  for (const step of ['authorise', 'capture'] as const) {
    for (const by of [{ amountMinor: 1 }, { currency: 'USD' }] as const) {
      it(`[B8] [I7] is never booked: ${step} of ${JSON.stringify(by)} is given back, and the hold goes on`, async () => {
        const world = new World();
        const provider = wrong(world, step, by);
        const house = new House({ journal: world.journal, time: world.time, provider });
        const [placed, confirm] = await holdAndConfirm(house, world, 'sandbox_ok', House.requestId());
        await world.time.pass(1_000);
        expect(confirm.code).toBe('payment_declined');
        expect(faultsOf(house)).toEqual(['payment.wrong_amount']);
        expect((await house.holdsOf('ana'))[0]).toMatchObject({ id: placed.holdId, status: 'held' });
        const { status } = await world.provider.lookUp({
          ...{ key: `${placed.holdId}-1`, signal: new AbortController().signal },
        });
        expect(status).toBe(step === 'authorise' ? 'voided' : 'refunded');
        expect(await world.expectMoneyFollowsBooking()).toBe('not booked');
      });
    }
  }

  it('[B8] found after the deadline is given back, though the nights are free', async () => {
    const world = new World();
    const cut = { isCut: false };
    const provider = new Proxy(world.provider, {
      get: (target, name: keyof PaymentProvider) => async (request: never) => {
        if (cut.isCut) throw new Error('cut');
        const answer = await target[name](request);
        if (name === 'capture') {
          cut.isCut = true;
          throw new Error('cut');
        }
        return name === 'lookUp' ? off(answer as Amount, { amountMinor: 1 }) : answer;
      },
    });
    const house = new House({ journal: world.journal, time: world.time, provider });
    await holdAndConfirm(house, world, 'sandbox_ok', House.requestId());
    await world.time.pass(PAYMENT_DEADLINE_MS + 1_000);
    cut.isCut = false;
    await world.time.pass(120_000);
    const last = (await world.journal.entries(A, 0, 100)).at(-1);
    expect(last?.fact).toMatchObject({ kind: 'settled', outcome: 'refunded' });
    expect(faultsOf(house)).toContain('payment.wrong_amount');
  });

  const faultsOf = (house: House) => house.faults.map(({ event }) => event);
});

it('[B3] a provider that is away for a day leaves nothing behind at each try', async () => {
  const added = vi.spyOn(EventTarget.prototype, 'addEventListener');
  try {
    const time = new ManualTime(NOW_MS);
    let tries = 0;
    const away = async () => {
      tries += 1;
      throw new Error('away');
    };
    const saga = new PaymentSaga({
      provider: { lookUp: away } as unknown as PaymentProvider,
      scheduler: time,
      report: () => {},
      pendingBooking: async () => undefined,
      onFault: () => {},
    });
    const settlement = { key: 'k', purpose: 'void', amountMinor: 1 } as never;
    saga.take(A, { do: 'settle', settlement });
    await time.pass(24 * 60 * 60_000);
    expect(tries).toBeGreaterThan(1_000);
    const signals = new Set(added.mock.contexts as EventTarget[]);
    const listeners = [...signals].map((signal) => getEventListeners(signal, 'abort').length);
    expect(Math.max(...listeners)).toBeLessThan(3);
    saga.stop();
  } finally {
    added.mockRestore();
  }
});
