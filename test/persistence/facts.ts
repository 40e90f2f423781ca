/** Entries for tests, as small as they may be. */
import { randomUUID } from 'node:crypto';
import type { ChainHead } from '../../src/actors/chain.ts';
import type { BookingWrite, Fact, JournalEntry, PendingBooking } from '../../src/actors/facts.ts';
import type { Append, AppendResult, Journal } from '../../src/actors/ports.ts';
import { shardOf } from '../../src/protocol/ids.ts';

export const AT_MS = 1_795_000_000_123;
const PRICE = { currency: 'EUR', lines: [[0, 3, 45_000]] } as const;

export function held(hold: string, from = 20_800, to = from + 3): Fact {
  return { kind: 'held', hold, from, to, guests: 2, price: PRICE, expiresAtMs: AT_MS + 600_000 };
}

export function entry(
  apartmentId: string,
  version: number,
  fact: Fact = held(`h${version}`),
  extra: { booking?: BookingWrite; atMs?: number; requestId?: string | null; subjectId?: string | null } = {},
): JournalEntry {
  return {
    apartmentId,
    version,
    fact,
    subjectId: 'guest_1',
    requestId: randomUUID(),
    atMs: AT_MS,
    ...extra,
  };
}

export function pendingBooking(id: string, overrides: Partial<PendingBooking> = {}): PendingBooking {
  return {
    id,
    holdId: `hold_of_${id}`,
    from: 20_800,
    to: 20_803,
    guests: 2,
    guestId: 'guest_1',
    contact: { name: 'Ana "Ñ" \\ O’Neil', email: 'ana@example.com' },
    price: PRICE,
    policy: 'moderate',
    paymentKey: `key_of_${id}`,
    ...overrides,
  };
}

export function confirming(apartmentId: string, version: number, booking: PendingBooking): JournalEntry {
  const { id, holdId, paymentKey } = booking;
  return entry(
    apartmentId,
    version,
    { kind: 'confirming', hold: holdId, booking: id, key: paymentKey, method: 'card', deadlineMs: AT_MS + 1 },
    { booking: { op: 'pending', booking } },
  );
}

export function confirmed(apartmentId: string, version: number, booking: PendingBooking): JournalEntry {
  const { id, holdId, paymentKey } = booking;
  return entry(
    apartmentId,
    version,
    { kind: 'confirmed', hold: holdId, booking: id, key: paymentKey },
    { booking: { op: 'confirmed', id } },
  );
}

export function cancelled(
  apartmentId: string,
  version: number,
  id: string,
  refundMinor: number,
): JournalEntry {
  return entry(
    apartmentId,
    version,
    { kind: 'cancelled', booking: id, key: `key_of_${id}`, refundMinor },
    { booking: { op: 'cancelled', id, refundMinor } },
  );
}

/** Appends and waits for what came of it. */
export function appendTo(
  journal: Journal,
  epoch: number,
  ...entries: readonly JournalEntry[]
): Promise<AppendResult> {
  const chain = chainOf(journal, entries[0]);
  return new Promise((done) => journal.append({ ...appendOf(epoch, entries, done), chain }));
}

const chains = new WeakMap<Journal, Map<string, ChainHead>>();

/** What one test appends after the other to an apartment is one chain, from its first version on. */
function chainOf(journal: Journal, first: JournalEntry | undefined): ChainHead {
  const heads = chains.get(journal) ?? new Map<string, ChainHead>();
  chains.set(journal, heads);
  const { apartmentId = '', version = 1 } = first ?? {};
  const known = version === 1 ? undefined : heads.get(apartmentId);
  const head = known ?? { head: undefined };
  heads.set(apartmentId, head);
  return head;
}

export function appendOf(epoch: number, entries: readonly JournalEntry[], done: Append['done']): Append {
  const apartmentId = entries[0]?.apartmentId ?? '';
  return { apartmentId, shard: shardOf(apartmentId), epoch, entries, done, chain: { head: undefined } };
}
