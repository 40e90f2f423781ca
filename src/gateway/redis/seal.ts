/**
 * What servers tell each other through Redis, so that whoever else reaches it can neither read it nor say anything that a
 * server would believe: AES-256-GCM under a key that is not in Redis.
 *
 *   version 1 · sender 16 · number 8 · sent at 8 · ciphertext · tag 16      (bytes; integers big-endian, instants in ms)
 *
 * Each sender has a key of its own, made from the shared one and its random name, and counts its messages: a nonce is
 * never used twice, however many servers start and however much they say. The channel is authenticated with the message,
 * so that what was said in one room is not repeated in another. What is old, or was heard before, is refused. A sender goes
 * on counting when another secret follows; who hears it tries those that are accepted.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { PeerSecrets } from '../../cluster/peers/ports.ts';
import { SEAL_AGE_MAX_MS, SEAL_SENDERS_MAX, SEAL_WINDOW } from '../limits.ts';

const VERSION = 1;
const SENDER_BYTES = 16;
const HEADER_BYTES = 1 + SENDER_BYTES + 8 + 8;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';

/** Why a message is none of ours. */
export type Unsealed =
  | { readonly message: Buffer }
  | { readonly refused: 'not_sealed' | 'forged' | 'old' | 'repeated' };

interface Sender {
  /** What it has sealed with last, and the key of that. */
  secret: string;
  key: Buffer;
  /** The highest number heard, and which of the SEAL_WINDOW before it: over several connections they come out of order. */
  highest: bigint;
  readonly heard: Set<bigint>;
}

/** This server's own, of the secret that it uses. */
interface Keys {
  readonly secret: string;
  readonly sealing: Buffer;
  readonly names: Buffer;
}

export class Seal {
  readonly #secrets: PeerSecrets;
  readonly #nowMs: () => number;
  readonly #own = randomBytes(SENDER_BYTES);
  #keys: Keys;
  readonly #senders = new LRUCache<string, Sender>({ max: SEAL_SENDERS_MAX });
  #number = 0n;

  /** @param nowMs the system's clock, the same on all its servers */
  constructor(secrets: PeerSecrets, nowMs: () => number) {
    this.#secrets = secrets;
    this.#nowMs = nowMs;
    this.#keys = this.#made(secrets.current());
  }

  /**
   * The same on all servers, and says nothing of whom it stands for (an address, an e-mail) to who reads it in Redis. With
   * another secret everybody has another name, and is counted from nothing.
   */
  nameOf(who: string): string {
    return createHmac('sha256', this.#ownKeys().names).update(who).digest('base64url');
  }

  seal(channel: string, message: Buffer): Buffer {
    const header = Buffer.allocUnsafe(HEADER_BYTES);
    header[0] = VERSION;
    this.#own.copy(header, 1);
    this.#number += 1n;
    header.writeBigUInt64BE(this.#number, 1 + SENDER_BYTES);
    header.writeBigUInt64BE(BigInt(Math.floor(this.#nowMs())), 1 + SENDER_BYTES + 8);
    const cipher = createCipheriv(CIPHER, this.#ownKeys().sealing, nonceOf(header));
    cipher.setAAD(authenticated(channel, header));
    const sealed = cipher.update(message);
    cipher.final();
    return Buffer.concat([header, sealed, cipher.getAuthTag()]);
  }

  /** Never throws, whatever it is given. */
  open(channel: string, sealed: Buffer): Unsealed {
    if (!isSealed(sealed)) return { refused: 'not_sealed' };
    const header = sealed.subarray(0, HEADER_BYTES);
    const name = header.subarray(1, 1 + SENDER_BYTES);
    const id = name.toString('latin1');
    const known = this.#senders.get(id);
    const found = this.#opened(channel, header, sealed, known);
    if (found === undefined) return { refused: 'forged' };
    const { secret, key, message } = found;
    const sentMs = Number(header.readBigUInt64BE(1 + SENDER_BYTES + 8));
    if (Math.abs(this.#nowMs() - sentMs) > SEAL_AGE_MAX_MS) return { refused: 'old' };
    // One that is not known yet is remembered once it has proved to be ours.
    const sender = known ?? { secret, key, highest: 0n, heard: new Set() };
    if (known === undefined) this.#senders.set(id, sender);
    Object.assign(sender, { secret, key });
    return isNew(sender, header.readBigUInt64BE(1 + SENDER_BYTES)) ? { message } : { refused: 'repeated' };
  }

  /** With what it has sealed with last, or else whatever is accepted. */
  #opened(channel: string, header: Buffer, sealed: Buffer, known: Sender | undefined) {
    const accepted = this.#secrets.accepted();
    const last = known !== undefined && accepted.includes(known.secret) ? known.secret : undefined;
    const others = accepted.filter((secret) => secret !== last);
    for (const secret of last === undefined ? others : [last, ...others]) {
      const key = secret === known?.secret ? known.key : keyOf(secret, header.subarray(1, 1 + SENDER_BYTES));
      const message = opened(channel, header, sealed, key);
      if (message !== undefined) return { secret, key, message };
    }
    return undefined;
  }

  #ownKeys(): Keys {
    const secret = this.#secrets.current();
    if (secret !== this.#keys.secret) this.#keys = this.#made(secret);
    return this.#keys;
  }

  #made(secret: string): Keys {
    const names = Buffer.from(hkdfSync('sha256', secret, '', 'nightlatch redis names', 32));
    return { secret, sealing: keyOf(secret, this.#own), names };
  }
}

function keyOf(secret: string, sender: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, sender, 'nightlatch redis events', 32));
}

function isSealed(message: Buffer): boolean {
  return message[0] === VERSION && message.length >= HEADER_BYTES + TAG_BYTES;
}

function opened(channel: string, header: Buffer, sealed: Buffer, key: Buffer): Buffer | undefined {
  const decipher = createDecipheriv(CIPHER, key, nonceOf(header), { authTagLength: TAG_BYTES });
  decipher.setAAD(authenticated(channel, header));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  const message = decipher.update(sealed.subarray(HEADER_BYTES, sealed.length - TAG_BYTES));
  try {
    decipher.final();
    return message;
  } catch {
    return undefined;
  }
}

/** The number, in the twelve bytes that GCM wants. */
function nonceOf(header: Buffer): Buffer {
  const nonce = Buffer.alloc(12);
  header.copy(nonce, 4, 1 + SENDER_BYTES, 1 + SENDER_BYTES + 8);
  return nonce;
}

function authenticated(channel: string, header: Buffer): Buffer {
  return Buffer.concat([header, Buffer.from(channel)]);
}

function isNew(sender: Sender, number: bigint): boolean {
  const { heard } = sender;
  if (number <= sender.highest - SEAL_WINDOW || heard.has(number)) return false;
  heard.add(number);
  if (number > sender.highest) sender.highest = number;
  // In order of arrival, which is nearly that of the numbers.
  for (const old of heard) {
    if (old > sender.highest - SEAL_WINDOW) break;
    heard.delete(old);
  }
  return true;
}
