/**
 * Tokens by which a device is known again that has signed in to an account: bound to its e-mail address, signed, of bounded
 * life. They let nobody in; they only say that wrong passwords of others are not this one's (OWASP, 'device cookies').
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { KeyRing } from './key-ring.ts';
import { DEVICE_TTL_MS } from './limits.ts';

const PURPOSE = 'device token';
const TOKEN = /^([\w-]{16})\.([0-9a-z]{1,12})\.([\w-]{43})$/;

export class Devices {
  readonly #keys: KeyRing;
  readonly #nowMs: () => number;

  constructor(keys: KeyRing, nowMs: () => number) {
    this.#keys = keys;
    this.#nowMs = nowMs;
  }

  /** @param email normalised, as where it is recognised */
  issue(email: string): string {
    const id = randomBytes(12).toString('base64url');
    const until = Math.floor((this.#nowMs() + DEVICE_TTL_MS) / 1_000).toString(36);
    const signature = sign(this.#keys.signing(PURPOSE).bytes, email, id, until);
    return `${id}.${until}.${signature}`;
  }

  /** The device's id; undefined where the token is none of this address, or has run out. */
  recognise(email: string, token: string): string | undefined {
    const [, id = '', until = '', signature = ''] = TOKEN.exec(token) ?? [];
    if (id === '' || Number.parseInt(until, 36) * 1_000 <= this.#nowMs()) return undefined;
    // As it is written: the last character has two bits that no byte needs.
    const given = Buffer.from(signature);
    const isOurs = this.#keys
      .all(PURPOSE)
      .some(({ bytes }) => timingSafeEqual(given, Buffer.from(sign(bytes, email, id, until))));
    return isOurs ? id : undefined;
  }
}

function sign(key: Uint8Array, email: string, id: string, until: string): string {
  return createHmac('sha256', key).update(`${id}.${until}.${email}`).digest('base64url');
}
