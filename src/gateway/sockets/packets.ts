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
  const frame = Buffer.allocUnsafe(mostFrameBytes(message));
  // A copy: the rest is not kept for as long as the slowest of them reads.
  return Buffer.from(frame.subarray(0, writeFrame(frame, 0, message)));
}

/** A UTF-16 unit is three bytes of UTF-8 at most. */
export function mostFrameBytes(message: string): number {
  return 10 + 3 * message.length;
}

/**
 * @param target has `mostFrameBytes` left
 * @returns the offset after the frame
 */
export function writeFrame(target: Buffer, offset: number, message: string): number {
  // As if all of it were ASCII, which nearly all of it is.
  const expected = headerLength(message.length);
  const length = target.write(message, offset + expected, 'utf8');
  const header = headerLength(length);
  if (header !== expected) target.copyWithin(offset + header, offset + expected, offset + expected + length);
  target[offset] = 0x81;
  if (header === 2) {
    target[offset + 1] = length;
  } else if (header === 4) {
    target[offset + 1] = 126;
    target[offset + 2] = length >>> 8;
    target[offset + 3] = length & 0xff;
  } else {
    target[offset + 1] = 127;
    target.writeBigUInt64BE(BigInt(length), offset + 2);
  }
  return offset + header + length;
}

function headerLength(payloadLength: number): number {
  return payloadLength < 126 ? 2 : payloadLength < 65_536 ? 4 : 10;
}
