/**
 * A contact sealed under its guest's key, and that key wrapped by one of the ring: AES-256-GCM both (ADR 27).
 *
 *   contact   1 . <key id> . base64url( nonce 12 · ciphertext · tag 16 )
 *   key       nonce 12 · ciphertext 32 · tag 16                              (bytes)
 *
 * What a contact belongs to is authenticated with it, so that it says nothing in another booking's row. Its nonce is not
 * drawn but made, by HMAC of all that is sealed: another for everything else that this key ever seals, and the same for the
 * same contact of the same hold. So a confirm that is sent again is known for what it is by whoever cannot open it, and
 * nothing is kept by which a contact could be guessed.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import type { GuestContact } from '../../protocol/resources.ts';
import type { Key } from '../accounts/key-ring.ts';

const VERSION = '1';
const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const KEY_ID_BYTES = 9;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export interface GuestKey {
  readonly id: string;
  readonly seals: Uint8Array;
  readonly nonces: Uint8Array;
}

/** What a contact belongs to. */
export interface Belonging {
  readonly guestId: string;
  readonly apartmentId: string;
  readonly holdId: string;
}

export function sealContact(key: GuestKey, of: Belonging, { name, email }: GuestContact): string {
  const bound = boundTo(key.id, of);
  const message = Buffer.from(JSON.stringify([name, email]));
  const nonce = createHmac('sha256', key.nonces).update(bound).update(message).digest();
  const sealed = encrypted(key.seals, nonce.subarray(0, NONCE_BYTES), bound, message);
  return `${VERSION}.${key.id}.${sealed.toString('base64url')}`;
}

/** Undefined where it is not what this key has sealed for this. Never throws, whatever it is given. */
export function openContact(key: GuestKey, of: Belonging, sealed: string): GuestContact | undefined {
  const [version, id, text = ''] = sealed.split('.');
  if (version !== VERSION || id !== key.id) return undefined;
  const message = decrypted(key.seals, boundTo(id, of), Buffer.from(text, 'base64url'));
  if (message === undefined) return undefined;
  const [name, email] = JSON.parse(message.toString());
  return { name, email };
}

/** A new key of a guest's, and how it is kept. */
export function makeKey(root: Key, guestId: string): { key: GuestKey; wrapped: Buffer } {
  // In one go: each call of the generator costs as much as a hash.
  const random = randomBytes(KEY_ID_BYTES + KEY_BYTES);
  const id = random.toString('base64url', 0, KEY_ID_BYTES);
  const secret = random.subarray(KEY_ID_BYTES);
  return { key: keyOf(id, secret), wrapped: wrap(root, guestId, id, secret) };
}

/** Undefined where it is not what this key has wrapped for this guest. */
export function unwrap(root: Key, guestId: string, id: string, wrapped: Buffer): GuestKey | undefined {
  const secret = unwrapped(root, guestId, id, wrapped);
  return secret && keyOf(id, secret);
}

/** The same key, wrapped by another. */
export function rewrap(
  from: Key,
  to: Key,
  { guestId, id, wrapped }: { guestId: string; id: string; wrapped: Buffer },
): Buffer | undefined {
  const secret = unwrapped(from, guestId, id, wrapped);
  return secret && wrap(to, guestId, id, secret);
}

function wrap(root: Key, guestId: string, id: string, secret: Buffer): Buffer {
  return encrypted(root.bytes, randomBytes(NONCE_BYTES), wrappedFor(guestId, id), secret);
}

function unwrapped(root: Key, guestId: string, id: string, wrapped: Buffer): Buffer | undefined {
  return decrypted(root.bytes, wrappedFor(guestId, id), wrapped);
}

function keyOf(id: string, secret: Buffer): GuestKey {
  return { id, seals: derived(secret, 'contact'), nonces: derived(secret, 'contact nonce') };
}

function derived(secret: Buffer, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', `nightlatch ${purpose}`, KEY_BYTES));
}

/** As JSON, in which no two lists of texts are the same. */
function boundTo(keyId: string, { guestId, apartmentId, holdId }: Belonging): Buffer {
  return Buffer.from(JSON.stringify(['contact', VERSION, keyId, guestId, apartmentId, holdId]));
}

function wrappedFor(guestId: string, id: string): Buffer {
  return Buffer.from(JSON.stringify(['guest key', VERSION, id, guestId]));
}

function encrypted(key: Uint8Array, nonce: Buffer, bound: Buffer, message: Buffer): Buffer {
  const cipher = createCipheriv(CIPHER, key, nonce);
  cipher.setAAD(bound);
  const text = cipher.update(message);
  cipher.final();
  return Buffer.concat([nonce, text, cipher.getAuthTag()]);
}

function decrypted(key: Uint8Array, bound: Buffer, sealed: Buffer): Buffer | undefined {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const end = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(bound);
  decipher.setAuthTag(sealed.subarray(end));
  const message = decipher.update(sealed.subarray(NONCE_BYTES, end));
  try {
    decipher.final();
    return message;
  } catch {
    return undefined;
  }
}
