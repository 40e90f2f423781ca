import { z } from 'zod';
import { ID_LENGTH_MAX, SHARDS } from './limits.ts';

export const Id = z
  .string()
  .regex(
    new RegExp(`^[A-Za-z0-9_-]{1,${ID_LENGTH_MAX}}$`),
    `an id is 1 to ${ID_LENGTH_MAX} of A-Z a-z 0-9 _ -`,
  );

/** Chosen by the client, new for each intent and the same on every retry of it (I3). */
export const RequestId = z.guid('a requestId is a UUID; send a new one for each intent').toLowerCase();

/**
 * The shard of an apartment, in [0, SHARDS): FNV-1a over the id's UTF-16 units.
 * Stable for ever: it is stored in PostgreSQL's `shards` and decides who owns what.
 */
export function shardOf(apartmentId: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < apartmentId.length; i++) {
    hash = Math.imul(hash ^ apartmentId.charCodeAt(i), 0x01000193);
  }
  return ((hash >>> 16) ^ hash) & (SHARDS - 1);
}

/**
 * A guest's id says from which origin it was made: some characters that stand for a network of addresses, under a key of
 * the system's, and for some hundreds of others too (ADR 24). Accounts made at the command line, and those of before, have none.
 */
const GUEST_PREFIX = 'acc_';
const ORIGIN_LENGTH = 4;
const GUEST_ID_LENGTH = 28;

/** @param random 20 characters */
export function guestId(origin: string, random: string): string {
  return `${GUEST_PREFIX}${origin}${random}`;
}

export function originOf(guestId: string): string | undefined {
  if (guestId.length !== GUEST_ID_LENGTH || !guestId.startsWith(GUEST_PREFIX)) return undefined;
  return guestId.slice(GUEST_PREFIX.length, GUEST_PREFIX.length + ORIGIN_LENGTH);
}

/** All ids of guests of an origin lie in [first, end), by their bytes. */
export function guestIdsOf(origin: string): { first: string; end: string } {
  const first = GUEST_PREFIX + origin;
  const last = first.charCodeAt(first.length - 1);
  return { first, end: first.slice(0, -1) + String.fromCharCode(last + 1) };
}
