import { randomBytes } from 'node:crypto';

const ENTROPY_BYTES = 9;
const REFILLED_AT_ONCE = 512;
let pool = Buffer.alloc(0);
let used = 0;

/** 72 random bits as 12 URL-safe characters, from a buffer that is refilled now and then: ids are made on the hot path. */
export function entropy(): string {
  if (used + ENTROPY_BYTES > pool.length) {
    pool = randomBytes(ENTROPY_BYTES * REFILLED_AT_ONCE);
    used = 0;
  }
  used += ENTROPY_BYTES;
  return pool.toString('base64url', used - ENTROPY_BYTES, used);
}
