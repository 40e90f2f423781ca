import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ChangeBus } from '../../src/actors/change-bus.ts';
import type { Asked } from '../../src/actors/turn.ts';
import { createApartments } from '../../src/app/apartments.ts';
import type { ApartmentsNode } from '../../src/app/apartments-node.ts';
import { CONTACT_PATIENCE_MS } from '../../src/app/limits.ts';
import type { Listings } from '../../src/gateway/ports.ts';
import type { CommittedChange } from '../../src/protocol/committed-change.ts';
import { isOfAnother, OF_ANOTHER, refuse } from '../../src/protocol/errors.ts';
import type { KeptBooking } from '../../src/protocol/kept-contact.ts';
import type { Booking } from '../../src/protocol/resources.ts';
import type { Contacts } from '../../src/services/contacts/index.ts';

const ANA = { id: 'ana', kind: 'guest' } as const;
const CONTACT = { name: 'Ana', email: 'ana@example.com' };
const SEALED = { sealed: '1.k.ana', guestId: 'ana', holdId: 'h1-x' };
const booking = { id: 'b1', apartmentId: 'a1', guest: SEALED } as unknown as KeptBooking;
const shown = { ...booking, guest: CONTACT } as Booking;
const intent = { apartmentId: 'a1', requestId: 'r' };
const confirm = { kind: 'confirm', ...intent, holdId: 'h1-x', contact: CONTACT, method: 'any' } as const;
const cancel = { kind: 'cancel', ...intent, bookingId: 'b1' } as const;

let asked: Asked[];
let faults: string[];
let changes: ChangeBus;
beforeEach(() => {
  asked = [];
  faults = [];
  changes = new ChangeBus((event) => void faults.push(event));
});
afterEach(() => vi.useRealTimers());

const PUBLIC: Pick<Listings, 'isPublic' | 'get'> = {
  isPublic: () => true,
  get: () => Promise.reject(new Error('it is known here that anybody may know of it')),
};

function apartments(contacts: Partial<Contacts>, listings = PUBLIC) {
  const calendar = async (apartmentId: string) => ({ ok: true, data: { apartmentId } });
  const cluster = { ask: (one: Asked) => void asked.push(one), calendar };
  const node = { cluster, clock: { nowMs: () => 7 }, changes };
  return createApartments(node as unknown as ApartmentsNode, {
    pool: undefined as never,
    contacts: { sealNow: () => undefined, ...contacts } as Contacts,
    listings,
    onFault: (event) => void faults.push(event),
  });
}
const seals = { seal: async () => ({ sealed: SEALED.sealed }) };
const change = {
  apartmentId: 'a1',
  version: 1,
  changes: [],
  guestId: 'ana',
  booking,
} as unknown as CommittedChange;

describe('[S7] the apartments, as the gateway asks them', () => {
  it('are asked with a sealed contact, and the answer has what the confirm has said, without a key', async () => {
    const seal = vi.fn(seals.seal);
    const answers: unknown[] = [];
    await apartments({ seal }).ask(ANA, confirm, (outcome) => answers.push(outcome));
    expect(seal).toHaveBeenCalledWith({ guestId: 'ana', apartmentId: 'a1', holdId: 'h1-x' }, CONTACT);
    expect(asked).toMatchObject([
      { subject: ANA, command: { contact: { sealed: SEALED.sealed } }, sinceMs: 7 },
    ]);
    asked[0]!.reply({ ok: true, data: { booking } });
    expect(answers).toEqual([{ ok: true, data: { booking: shown } }]);
  });

  it('are asked at once where the key of the guest is known', () => {
    const sealNow = vi.fn(() => ({ sealed: SEALED.sealed }));
    void apartments({ sealNow }).ask(ANA, confirm, () => {});
    expect(sealNow).toHaveBeenCalledWith({ guestId: 'ana', apartmentId: 'a1', holdId: 'h1-x' }, CONTACT);
    expect(asked).toMatchObject([{ command: { contact: { sealed: SEALED.sealed } } }]);
  });

  it('answer a confirm sent again with the contact that was kept, not the one that it says now', async () => {
    const answers: unknown[] = [];
    const kept = { ...booking, guest: { ...SEALED, sealed: '1.before.ana' } };
    const erased = { name: 'contact erased', email: 'erased@contact.invalid' };
    await apartments({ ...seals, openNow: () => erased }).ask(ANA, confirm, (outcome) =>
      answers.push(outcome),
    );
    asked[0]!.reply({ ok: true, data: { booking: kept } });
    expect(answers).toEqual([{ ok: true, data: { booking: { ...booking, guest: erased } } }]);
  });

  it('are not asked where the contact cannot be sealed, or not in time', async () => {
    const away = new Error('the database is away');
    const ask = (seal: Contacts['seal']) => Promise.resolve(apartments({ seal }).ask(ANA, confirm, () => {}));
    await expect(ask(() => Promise.reject(away))).rejects.toBe(away);
    vi.useFakeTimers();
    const late = expect(ask(() => new Promise(() => {}))).rejects.toMatchObject({
      body: { code: 'unavailable' },
    });
    await vi.advanceTimersByTimeAsync(CONTACT_PATIENCE_MS);
    await late;
    expect(asked).toEqual([]);
  });

  it('are asked everything else at once, and no contact is thought of', () => {
    const hold = { kind: 'hold', ...intent, stay: { from: 1, to: 2 }, guests: 1 } as const;
    const reply = () => {};
    expect(apartments({}).ask(ANA, hold, reply)).toBeUndefined();
    expect(asked).toEqual([{ subject: ANA, command: hold, reply, sinceMs: 7, attempts: 0 }]);
  });

  it('answer a cancellation once its contact is opened, and say to ask again where it cannot be', async () => {
    const answers: unknown[] = [];
    const reply = (outcome: unknown) => answers.push(outcome);
    const opens = [async () => [CONTACT], () => Promise.reject(new Error('the database is away'))];
    for (const open of opens) {
      void apartments({ openNow: () => undefined, open }).ask(ANA, cancel, reply);
      asked.at(-1)!.reply({ ok: true, data: { booking } });
      await expect.poll(() => answers.length).toBe(asked.length);
    }
    expect(answers).toMatchObject([
      { ok: true, data: { booking: shown } },
      { ok: false, error: { code: 'unavailable', retryAfterMs: 1_000 } },
    ]);
  });

  it('tell of a booking with its change, or once its contact is opened', async () => {
    for (const openNow of [() => CONTACT, () => undefined]) {
      const told: unknown[] = [];
      const stop = apartments({ openNow, open: async () => [CONTACT] }).onBooking((...one) => told.push(one));
      changes.committed(change);
      if (openNow() !== undefined) expect(told).toHaveLength(1);
      await expect.poll(() => told).toEqual([['ana', shown]]);
      stop();
    }
  });

  it('[C6] say that something was missed where a booking cannot be told of', async () => {
    let missed = 0;
    changes.onMissed(() => missed++);
    const open = () => Promise.reject(new Error('the database is away'));
    apartments({ openNow: () => undefined, open }).onBooking(() => {});
    changes.committed(change);
    await expect.poll(() => missed).toBe(1);
    expect(faults).toEqual(['booking.not_told']);
  });
});

describe('[S8] an apartment that is not known to be anybody’s to know of', () => {
  const hold = { kind: 'hold', ...intent, stay: { from: 1, to: 2 }, guests: 1 } as const;
  const window = { from: 1, to: 2 };
  const UNKNOWN = { code: 'not_found', message: 'there is no apartment a1; look for one with `search`' };
  const toldTo = (ids: readonly (string | undefined)[]) => ({
    isPublic: () => false,
    get: async (subject: { id: string } | undefined) =>
      ids.includes(subject?.id)
        ? { ok: true as const, data: {} as never }
        : refuse('not_found', 'of whatever words', OF_ANOTHER),
  });

  it('is asked for who may, with the time that it was looked up in', async () => {
    const reply = () => {};
    const parts = apartments({}, toldTo(['ana']));
    await parts.ask(ANA, hold, reply);
    expect(asked).toEqual([{ subject: ANA, command: hold, reply, sinceMs: 7, attempts: 0 }]);
    expect(await parts.calendar(ANA, 'a1', window)).toEqual({ ok: true, data: { apartmentId: 'a1' } });
  });

  it('is neither asked nor read for who may not, nor is a contact sealed', async () => {
    const parts = apartments({ seal: () => Promise.reject(new Error('nothing is sealed')) }, toldTo(['bea']));
    for (const command of [hold, confirm, cancel]) {
      const reply = vi.fn();
      await parts.ask(ANA, command, reply);
      expect(reply.mock.calls).toMatchObject([[{ ok: false, error: UNKNOWN }]]);
      // The log is to tell of it; who asks is told nothing more.
      const { error } = reply.mock.calls[0]![0];
      expect(isOfAnother(error)).toBe(true);
      expect(JSON.parse(JSON.stringify(error))).toEqual({ ...UNKNOWN, retryable: false });
    }
    for (const subject of [ANA, undefined])
      expect(await parts.calendar(subject, 'a1', window)).toMatchObject({ ok: false, error: UNKNOWN });
    expect(asked).toEqual([]);
  });

  it('is not asked where it cannot be looked up', async () => {
    const away = new Error('the database is away');
    const listings = { isPublic: () => false, get: () => Promise.reject(away) };
    await expect(apartments({}, listings).ask(ANA, hold, () => {})).rejects.toBe(away);
    expect(asked).toEqual([]);
  });
});
