/**
 * How two servers come to know that both have the secret, and which incarnations they are, before either says a word:
 *
 *   dialler   GET /v1/peer   authorization: nightlatch-peer <from>.<to>.<nonce>.<proof of dialling>
 *   listener  101            nightlatch-peer: <nonce>.<proof of listening, over both nonces>
 *   dialler   first frame    proof of opening, over both nonces
 *
 * The listener proves itself with the upgrade's answer, so the dialler never speaks to a stranger. A recorded upgrade
 * that is sent again gets another nonce, and nobody can open with it: until the first frame has come and is right,
 * nothing of that link is parsed. No clock and no memory of nonces is needed. Who sits on the wire can still read and
 * take over a link once it is open: across a network that is not one's own the url is `wss:`.
 *
 * Both also say how they frame what follows, in a header of its own; who says nothing frames it in the first way. Ends that
 * differ have no link. What is in the frames goes by feature levels, which both tell, too: nothing is sent that not every
 * server understands, and one that may not understand what is sent meanwhile (it was declared dead, and the others went
 * on) has no link with the others.
 *
 * While one secret follows another, a listener takes either, and proves itself with the one that the dialler has.
 *
 * Which history of the database it serves each dialler says as well, and the listener compares: after an operator has
 * accepted another one, somebody may come back who has not heard of it yet, and what it remembers nobody may count.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { PeerSecrets } from './ports.ts';

export const PEER_PATH = '/v1/peer';
export const LISTENER_HEADER = 'nightlatch-peer';
export const PROTOCOL_HEADER = 'nightlatch-peer-protocol';
/** To be raised with a change of the frames themselves, which keeps servers of two versions from working side by side. */
export const PEER_PROTOCOL = 1;
export const LEVEL_HEADER = 'nightlatch-peer-level';
export const HISTORY_HEADER = 'nightlatch-peer-history';

const INTRODUCTION = /^nightlatch-peer ([\w-]{1,64})\.([\w-]{1,64})\.([\w-]{22})\.([\w-]{43})$/;
const LISTENER_PROOF = /^([\w-]{22})\.([\w-]{43})$/;
const NONCE_BYTES = 16;
/** The secret also seals what goes through Redis: here it is only ever used through a key of its own. */
const PURPOSE = 'nightlatch peer links v1';

export interface Introduction {
  readonly from: string;
  readonly to: string;
  readonly nonce: string;
  /** Under which its dialler has proved itself, and the listener does. */
  readonly key: Buffer;
}

export class Handshake {
  readonly #secrets: PeerSecrets;

  constructor(secrets: PeerSecrets) {
    this.#secrets = secrets;
  }

  /** What a dialler says first: one header. */
  introduce(from: string, to: string): { introduction: Introduction; authorization: string } {
    const introduction = { from, to, nonce: newNonce(), key: keyOf(this.#secrets.current()) };
    const proof = prove('dial', introduction);
    return {
      introduction,
      authorization: `nightlatch-peer ${from}.${to}.${introduction.nonce}.${proof}`,
    };
  }

  /** Undefined where it is none, or whoever wrote it does not know the secret. */
  readIntroduction(authorization: string | undefined): Introduction | undefined {
    const [, from, to, nonce, proof] = INTRODUCTION.exec(authorization ?? '') ?? [];
    if (from === undefined || to === undefined || nonce === undefined || proof === undefined)
      return undefined;
    return this.#secrets
      .accepted()
      .map((secret) => ({ from, to, nonce, key: keyOf(secret) }))
      .find((introduction) => equal(proof, prove('dial', introduction)));
  }

  /** The listener's header, and the frame with which the dialler must open. */
  answer(introduction: Introduction): { proof: string; opening: string } {
    const nonce = newNonce();
    return {
      proof: `${nonce}.${prove('listen', introduction, nonce)}`,
      opening: prove('open', introduction, nonce),
    };
  }

  /** The frame to open with; undefined where the listener does not know the secret. */
  readAnswer(introduction: Introduction, header: string | string[] | undefined): string | undefined {
    const [, nonce, proof] = LISTENER_PROOF.exec(typeof header === 'string' ? header : '') ?? [];
    if (nonce === undefined || proof === undefined) return undefined;
    return equal(proof, prove('listen', introduction, nonce))
      ? prove('open', introduction, nonce)
      : undefined;
  }
}

function keyOf(secret: string): Buffer {
  return createHmac('sha256', secret).update(PURPOSE).digest();
}

function prove(
  role: 'dial' | 'listen' | 'open',
  { from, to, nonce, key }: Introduction,
  listenerNonce = '',
): string {
  return createHmac('sha256', key)
    .update([role, PEER_PATH, from, to, nonce, listenerNonce].join('\n'))
    .digest('base64url');
}

/** Which version somebody speaks, by that header; 0 where it cannot be read. */
export function protocolOf(header: string | string[] | undefined): number {
  if (header === undefined) return 1;
  return typeof header === 'string' && /^\d{1,9}$/.test(header) ? Number(header) : 0;
}

/** Which feature level somebody tells, by that header; 0 where none is told. */
export function levelIn(header: string | string[] | undefined): number {
  return typeof header === 'string' && /^\d{1,9}$/.test(header) ? Number(header) : 0;
}

/** What an end of a link tells of itself, and what it asks of the other. */
export interface Levels {
  readonly own: number;
  /** What must be understood. */
  readonly least: () => number;
}

/** In a time that does not tell where they differ. */
export function equal(a: string | Buffer, b: string): boolean {
  const left = typeof a === 'string' ? Buffer.from(a) : a;
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

function newNonce(): string {
  return randomBytes(NONCE_BYTES).toString('base64url');
}
