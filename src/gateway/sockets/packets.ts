/**
 * Socket.IO protocol 5 in Engine.IO 4, as text, for the packets of which there are many: events and their
 * acknowledgements. `4` a message, `2` an event, `3` an acknowledgement, the namespace, a comma, the id, JSON.
 */
import type { ErrorBody, Outcome } from '../../protocol/errors.ts';
import type { Hold } from '../../protocol/resources.ts';

export interface Packet {
  /** The event's name and its arguments, without the acknowledgement. */
  readonly args: unknown[];
  /** Undefined where no acknowledgement is asked for. */
  readonly ackId: number | undefined;
}

const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
/** Ids are counted up by the client from 0: more digits than this is no counter. */
const ACK_DIGITS_MAX = 15;

/** The event in `text` from `start` on (after `42/namespace,`); undefined where it is no plain event. */
export function readEvent(text: string, start: number): Packet | undefined {
  let at = start;
  let ackId: number | undefined;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < DIGIT_0 || code > DIGIT_9) break;
    ackId = (ackId ?? 0) * 10 + code - DIGIT_0;
  }
  if (at - start > ACK_DIGITS_MAX) return undefined;
  try {
    const args: unknown = JSON.parse(text.slice(at));
    return Array.isArray(args) ? { args, ackId } : undefined;
  } catch {
    return undefined;
  }
}

/** The acknowledgement id of a raw frame, without decoding the rest of it. */
export function readAckId(frame: Buffer, start: number): number | undefined {
  let ackId: number | undefined;
  for (let at = start; at < frame.length && at - start < ACK_DIGITS_MAX; at++) {
    const code = frame[at]!;
    if (code < DIGIT_0 || code > DIGIT_9) break;
    ackId = (ackId ?? 0) * 10 + code - DIGIT_0;
  }
  return ackId;
}

/** What the packets of a namespace begin with, made once. */
export interface PacketHeads {
  readonly namespace: string;
  readonly event: string;
  /** `event`, as the bytes that a frame begins with. */
  readonly prefix: Buffer;
  readonly ack: string;
}
export function headsOf(namespace: string): PacketHeads {
  const event = `42${namespace},`;
  return { namespace, event, prefix: Buffer.from(event), ack: `43${namespace},` };
}

export function eventText(heads: PacketHeads, name: string, json: string): string {
  return `${heads.event}["${name}",${json}]`;
}

export function outcomeText(outcome: Outcome<unknown>): string {
  if (!outcome.ok) return refusalText(outcome.error);
  const { data } = outcome;
  if (typeof data === 'object' && data !== null && 'hold' in data) {
    return `{"ok":true,"data":${holdText(data as { hold: Hold })}}`;
  }
  return JSON.stringify(outcome);
}

export function refusalText(error: ErrorBody): string {
  return `{"ok":false,"error":${JSON.stringify(error)}}`;
}

let lastHold: Hold | undefined;
let lastHoldText = '';

/** `{ hold }`. The answer and the event of one change carry the same hold one after the other: made once. */
export function holdText({ hold }: { hold: Hold }): string {
  if (hold !== lastHold) {
    lastHoldText = `{"hold":${JSON.stringify(hold)}}`;
    lastHold = hold;
  }
  return lastHoldText;
}

/** A WebSocket text frame, unmasked and whole (RFC 6455, section 5.2), for a message that many will get. */
export function frameOf(message: string): Buffer {
  const length = Buffer.byteLength(message);
  const frame = Buffer.allocUnsafe(headerLength(length) + length);
  writeFrame(frame, 0, message, length);
  return frame;
}

export function headerLength(payloadLength: number): number {
  return payloadLength < 126 ? 2 : payloadLength < 65_536 ? 4 : 10;
}

/** @returns the offset after the frame */
export function writeFrame(target: Buffer, offset: number, message: string, length: number): number {
  let at = offset;
  target[at++] = 0x81;
  if (length < 126) {
    target[at++] = length;
  } else if (length < 65_536) {
    target[at++] = 126;
    target[at++] = length >>> 8;
    target[at++] = length & 0xff;
  } else {
    target[at++] = 127;
    target.writeBigUInt64BE(BigInt(length), at);
    at += 8;
  }
  return at + target.write(message, at, length, 'utf8');
}
