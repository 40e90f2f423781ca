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
