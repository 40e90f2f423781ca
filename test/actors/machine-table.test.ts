import { describe, expect, it } from 'vitest';
import { createActor } from 'xstate';
import { type ApartmentEvent, apartmentMachine } from '../../src/actors/apartment-machine.ts';
import type { ApartmentCommand } from '../../src/protocol/apartment-command.ts';
import type { ListingStatus } from '../../src/protocol/terms.ts';
import { BareApartment } from '../support/bare-apartment.ts';

const NOW_MS = Date.UTC(2027, 0, 1, 12);
const TODAY = Math.floor(NOW_MS / 86_400_000);
const guest = { id: 'g1', kind: 'guest' } as const;
const host = { id: 'h1', kind: 'host' } as const;
const contact = { name: 'Ana', email: 'ana@example.com' };

type Event = ApartmentCommand['kind'] | 'tick';
type Expected = 'ok' | 'nothing' | 'waits' | `refused ${string}`;

/** What each event does in each state to an apartment with a hold, a booking and a block. A missing cell does not compile. */
const TABLE: Record<ListingStatus, Record<Event, readonly [Expected, ListingStatus]>> = {
  listed: {
    hold: ['ok', 'listed'],
    extend: ['ok', 'listed'],
    release: ['ok', 'listed'],
    confirm: ['waits', 'listed'],
    cancel: ['ok', 'listed'],
    block: ['ok', 'listed'],
    unblock: ['ok', 'listed'],
    pause: ['ok', 'paused'],
    resume: ['refused rule_violation', 'listed'],
    retire: ['ok', 'retired'],
    adopt: ['ok', 'listed'],
    tick: ['nothing', 'listed'],
  },
  paused: {
    hold: ['refused rule_violation', 'paused'],
    extend: ['ok', 'paused'],
    release: ['ok', 'paused'],
    confirm: ['waits', 'paused'],
    cancel: ['ok', 'paused'],
    block: ['ok', 'paused'],
    unblock: ['ok', 'paused'],
    pause: ['refused rule_violation', 'paused'],
    resume: ['ok', 'listed'],
    retire: ['ok', 'retired'],
    adopt: ['ok', 'paused'],
    tick: ['nothing', 'paused'],
  },
  retired: {
    hold: ['refused rule_violation', 'retired'],
    extend: ['ok', 'retired'],
    release: ['ok', 'retired'],
    confirm: ['waits', 'retired'],
    cancel: ['ok', 'retired'],
    block: ['ok', 'retired'],
    unblock: ['ok', 'retired'],
    pause: ['refused rule_violation', 'retired'],
    resume: ['refused rule_violation', 'retired'],
    retire: ['refused rule_violation', 'retired'],
    adopt: ['ok', 'retired'],
    tick: ['nothing', 'retired'],
  },
};

/** An apartment with one hold, one booking and one block, brought into a state by its own events. */
function furnished(status: ListingStatus) {
  const apartment = new BareApartment(NOW_MS);
  const stay = (from: number) => ({ from: TODAY + from, to: TODAY + from + 2 });
  const place = (from: number) => {
    const { outcome } = apartment.command(guest, { kind: 'hold', stay: stay(from), guests: 1 });
    if (!outcome?.ok || !('hold' in outcome.data)) throw new Error('the hold was refused');
    return outcome.data.hold.id;
  };
  const paid = place(10);
  const confirming = apartment.command(guest, {
    kind: 'confirm',
    holdId: paid,
    contact,
    method: 'sandbox_ok',
  });
  const pending = confirming.entries[0]?.booking;
  if (pending?.op !== 'pending') throw new Error('no booking is pending');
  const { booking } = pending;
  apartment.payment({ kind: 'authorised', holdId: paid, key: booking.paymentKey });
  apartment.payment({ kind: 'captured', holdId: paid, key: booking.paymentKey, booking });
  const holdId = place(0);
  const blocked = apartment.command(host, { kind: 'block', range: stay(20) }).outcome;
  if (!blocked?.ok || !('block' in blocked.data)) throw new Error('the block was refused');
  const blockId = blocked.data.block.id;
  if (status === 'paused') apartment.command(host, { kind: 'pause' });
  if (status === 'retired') apartment.command(host, { kind: 'retire' });
  const row = {
    ...booking,
    apartmentId: apartment.id,
    status: 'confirmed' as const,
    createdAtMs: NOW_MS,
    cancelledAtMs: null,
    refundMinor: null,
    version: apartment.calendar.version,
    confirmedVersion: apartment.calendar.version,
  };
  const run: Record<Event, () => ReturnType<typeof apartment.tick>> = {
    hold: () => apartment.command(guest, { kind: 'hold', stay: stay(30), guests: 1 }),
    extend: () => apartment.command(guest, { kind: 'extend', holdId }),
    release: () => apartment.command(guest, { kind: 'release', holdId }),
    confirm: () => apartment.command(guest, { kind: 'confirm', holdId, contact, method: 'sandbox_ok' }),
    cancel: () => apartment.command(guest, { kind: 'cancel', bookingId: booking.id }, row),
    block: () => apartment.command(host, { kind: 'block', range: stay(40) }),
    unblock: () => apartment.command(host, { kind: 'unblock', blockId }),
    pause: () => apartment.command(host, { kind: 'pause' }),
    resume: () => apartment.command(host, { kind: 'resume' }),
    retire: () => apartment.command(host, { kind: 'retire' }),
    adopt: () => apartment.command({ id: 'a1', kind: 'guest' }, { kind: 'adopt', guestId: guest.id }),
    tick: () => apartment.tick(),
  };
  return { apartment, run };
}

describe('the apartment machine, state by event', () => {
  for (const [status, row] of Object.entries(TABLE) as [ListingStatus, (typeof TABLE)[ListingStatus]][]) {
    for (const [event, [expected, after]] of Object.entries(row) as [
      Event,
      readonly [Expected, ListingStatus],
    ][]) {
      it(`${status} × ${event}: ${expected}, then ${after}`, () => {
        const { apartment, run } = furnished(status);
        expect(apartment.calendar.status).toBe(status);
        const { outcome, entries } = run[event]();
        if (expected === 'nothing') expect([outcome, entries]).toEqual([undefined, []]);
        else if (expected === 'waits') expect([outcome, entries.length]).toEqual([undefined, 1]);
        else if (expected === 'ok') expect(outcome).toMatchObject({ ok: true });
        else expect(outcome).toMatchObject({ ok: false, error: { code: expected.slice('refused '.length) } });
        expect(apartment.calendar.status).toBe(after);
      });
    }
  }

  it('runs the action that XState runs with the same machine, and goes where it goes', () => {
    const ran: string[] = [];
    const record = (name: string) => () => void ran.push(name);
    const actions = {
      ...{ decide: record('decide'), refuse: record('refuse'), lapse: record('lapse'), pay: record('pay') },
    };
    const machine = apartmentMachine.provide({ actions });
    for (const [status, row] of Object.entries(TABLE) as [ListingStatus, (typeof TABLE)[ListingStatus]][]) {
      for (const [type, [expected, after]] of Object.entries(row)) {
        const actor = createActor(machine, { snapshot: machine.resolveState({ value: status }) }).start();
        actor.send({ type } as ApartmentEvent);
        const act = type === 'tick' ? 'lapse' : expected.startsWith('refused') ? 'refuse' : 'decide';
        expect([type, ran.splice(0), actor.getSnapshot().value]).toEqual([type, [act], after]);
      }
    }
  });

  it('ends with the error where no state knows an event', () => {
    const { apartment } = furnished('paused');
    expect(() => apartment.send('sublet')).toThrow('an apartment that is paused knows no sublet');
  });
});
