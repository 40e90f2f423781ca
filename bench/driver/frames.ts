/**
 * Engine.IO 4 / Socket.IO 5 text packets and the WebSocket frames around them, as bare strings and bytes: the
 * driver's cost per command must stay far below the server's, so nothing here builds or parses a whole object.
 *
 *   out   42/v1,17["hold",{…}]      an event that asks for acknowledgement 17
 *   in    43/v1,17[{"ok":true,…}]   that acknowledgement
 *   in    42/v1,["hold",{…}]        something the server sends unasked
 */
export const NAMESPACE = '/v1';
const EVENT = `42${NAMESPACE},`;
const ACK = `43${NAMESPACE},`;

/** @param payload JSON text of the one argument, ASCII only (it is written as one byte a character) */
export function eventPacket(ackId: number, name: string, payload: string): string {
  return `${EVENT}${ackId}["${name}",${payload}]`;
}

export function connectPacket(token: string): string {
  return `40${NAMESPACE},${JSON.stringify({ token })}`;
}

export interface Answer {
  ackId: number;
  ok: boolean;
  /** The whole packet, for `textAfter` to look into. */
  packet: string;
}

/**
 * Reads an acknowledgement into `answer`, which is reused from call to call.
 * @returns false where the packet is none
 */
export function readAnswer(packet: string, answer: Answer): boolean {
  if (!packet.startsWith(ACK)) return false;
  let at = ACK.length;
  let ackId = 0;
  for (let digit = packet.charCodeAt(at) - 48; digit >= 0 && digit <= 9; digit = packet.charCodeAt(at) - 48) {
    ackId = ackId * 10 + digit;
    at++;
  }
  if (at === ACK.length) return false;
  answer.ackId = ackId;
  answer.packet = packet;
  // `ok` comes first from every server here; a server that orders its keys otherwise is read more slowly.
  answer.ok = packet.startsWith('[{"ok":', at)
    ? packet.charCodeAt(at + 7) === 116
    : (JSON.parse(packet.slice(at)) as { ok: boolean }[])[0]?.ok === true;
  return true;
}

/** The text between `marker` and the next quote: `textAfter(packet, '"code":"')`. Empty where there is none. */
export function textAfter(packet: string, marker: string): string {
  const found = packet.indexOf(marker);
  if (found < 0) return '';
  const start = found + marker.length;
  return packet.slice(start, packet.indexOf('"', start));
}

/** The id of the hold in an answer that is ok. Throws where there is none: the run would go on with nothing held. */
export function holdIdOf(packet: string): string {
  const id =
    textAfter(packet, '"hold":{"id":"') ||
    (JSON.parse(packet.slice(packet.indexOf('['))) as { data?: { hold?: { id?: string } } }[])[0]?.data?.hold
      ?.id;
  if (id === undefined) throw new Error(`an answer without data.hold.id: ${packet.slice(0, 200)}`);
  return id;
}

/** The digits right after `marker`, NaN where there are none. */
export function integerAfter(packet: string, marker: string): number {
  const found = packet.indexOf(marker);
  return found < 0 ? Number.NaN : Number.parseInt(packet.slice(found + marker.length), 10);
}

/** Not zero: a server must pay for unmasking here as it does with a browser. */
const MASK = [0x4e, 0x69, 0x67, 0x68] as const;
const EXTENDED_FROM = 126;
const PACKET_BYTES_MAX = 65_535;

/** Packets as masked WebSocket text frames in one buffer, for one write to the socket. */
export function clientFrames(packets: readonly string[]): Buffer {
  let size = 0;
  for (const { length } of packets) {
    if (length > PACKET_BYTES_MAX)
      throw new RangeError(`a packet of ${length} bytes; the driver sends at most ${PACKET_BYTES_MAX}`);
    size += length + (length < EXTENDED_FROM ? 6 : 8);
  }
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  for (const packet of packets) at = writeFrame(bytes, at, packet);
  return bytes;
}

function writeFrame(bytes: Buffer, start: number, packet: string): number {
  const length = packet.length;
  let at = start;
  bytes[at++] = 0x81; // final fragment, text
  if (length < EXTENDED_FROM) {
    bytes[at++] = 0x80 | length;
  } else {
    bytes[at++] = 0x80 | EXTENDED_FROM;
    bytes[at++] = length >>> 8;
    bytes[at++] = length & 0xff;
  }
  for (let i = 0; i < 4; i++) bytes[at++] = MASK[i as 0];
  bytes.write(packet, at, 'latin1');
  for (let i = 0; i < length; i++) bytes[at + i]! ^= MASK[(i & 3) as 0];
  return at + length;
}
