/**
 * Deals (apartment, stay) pairs to virtual guests so that no two of them ever want the same nights: what is
 * measured is the server's work, not the guests' quarrels. Deterministic: the same arguments give the same deal.
 */
import { dateOf } from '../../src/protocol/nights.ts';

/** One stay in each seven nights of the horizon; the first seven are kept for `touch`. */
const SLOT_NIGHTS = 7;
/** Beyond this the deal alone would take seconds and hundreds of megabytes. */
const PAIRS_MAX = 4_000_000;

export interface Pair {
  readonly apartment: number;
  readonly checkIn: string;
  readonly checkOut: string;
}

export interface Deal {
  /** The next pair of this guest, round and round. Undefined once all of them are booked. */
  next(guest: number): Pair | undefined;
  /** The pair last handed to this guest is booked: it is not handed out again. */
  spend(guest: number): void;
  /** A stay of this apartment that `next` never hands out, to have the server load it. */
  touch(apartment: number): Pair;
}

export interface DealOptions {
  readonly guests: number;
  readonly apartments: number;
  /** Night number of the first night of the first stay. */
  readonly firstNight: number;
  /** Nights over which stays are spread. */
  readonly nights: number;
}

/** Throws a RangeError where there are fewer pairs than guests. */
export function deal({ guests, apartments, firstNight, nights }: DealOptions): Deal {
  const slots = Math.min(Math.floor(nights / SLOT_NIGHTS) - 1, Math.floor(PAIRS_MAX / apartments));
  const pairs = slots * apartments;
  if (pairs < guests)
    throw new RangeError(
      `${guests} guests at once need as many stays, ${apartments} apartments have ${pairs}; ask for more apartments, fewer sockets or less depth`,
    );
  const shuffled = shuffle(pairs);
  const share = Math.floor(pairs / guests);
  const left = new Int32Array(guests).fill(share);
  const cursor = new Int32Array(guests);
  const stays = Array.from({ length: slots }, (_, slot) =>
    stayOf(firstNight + (slot + 1) * SLOT_NIGHTS, slot),
  );
  const touched = stayOf(firstNight, 0);

  return {
    next(guest) {
      const count = left[guest]!;
      if (count === 0) return undefined;
      const at = (cursor[guest]! + 1) % count;
      cursor[guest] = at;
      const pair = shuffled[guest * share + at]!;
      return { apartment: pair % apartments, ...stays[Math.floor(pair / apartments)]! };
    },
    spend(guest) {
      const last = --left[guest]!;
      const base = guest * share;
      shuffled[base + cursor[guest]!] = shuffled[base + last]!;
    },
    touch: (apartment) => ({ apartment, ...touched }),
  };
}

/** One to five nights that begin one of the first three days of their slot. */
function stayOf(slotNight: number, slot: number): { checkIn: string; checkOut: string } {
  const from = slotNight + (slot % 3);
  return { checkIn: dateOf(from), checkOut: dateOf(from + 1 + ((slot * 7) % 5)) };
}

/** 0 … count-1 in a fixed random-looking order (Fisher and Yates, xorshift32). */
function shuffle(count: number): Int32Array {
  const order = new Int32Array(count).map((_, index) => index);
  let seed = 0x9e3779b9;
  for (let i = count - 1; i > 0; i--) {
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    seed ^= seed << 5;
    const j = (seed >>> 0) % (i + 1);
    const swapped = order[i]!;
    order[i] = order[j]!;
    order[j] = swapped;
  }
  return order;
}
