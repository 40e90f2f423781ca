/**
 * The PROXY protocol, versions 1 and 2 (haproxy.org, proxy-protocol.txt): before anything else on a connection, a proxy
 * says whose it is.
 */
import { isIPv4, isIPv6 } from 'node:net';
import { normalAddress } from './address.ts';

export type ProxyHeader =
  /** The connection begins with something else. */
  | 'none'
  | 'incomplete'
  | 'malformed'
  /** `source` undefined: the proxy speaks for itself, or does not know. */
  | { readonly bytes: number; readonly source: string | undefined };

const V1 = Buffer.from('PROXY ');
const V2 = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
/** The longest line that version 1 has, with its CRLF. */
const V1_BYTES_MAX = 107;
const V1_LINE = /^PROXY (?:UNKNOWN(?: .*)?|TCP([46]) (\S+) (\S+) \d{1,5} \d{1,5})$/;
const V2_HEAD_BYTES = 16;
/** What may follow the head of version 2: addresses, and some notes of the proxy that are passed over. */
const V2_REST_BYTES_MAX = 4_096;

/** @param seen all that has come on the connection so far */
export function readProxyHeader(seen: Buffer): ProxyHeader {
  if (begins(seen, V1)) return readLine(seen);
  if (begins(seen, V2)) return readBinary(seen);
  return 'none';
}

/** Of version 1, for a connection between addresses of one family; `UNKNOWN` where they are not. */
export function proxyLine(from: Endpoint, to: Endpoint): string {
  const [source, destination] = [from, to].map(({ address = '' }) => normalAddress(address));
  if (source === undefined || destination === undefined || isIPv4(source) !== isIPv4(destination)) {
    return 'PROXY UNKNOWN\r\n';
  }
  return `PROXY TCP${isIPv4(source) ? 4 : 6} ${source} ${destination} ${from.port} ${to.port}\r\n`;
}

export interface Endpoint {
  readonly address: string | undefined;
  readonly port: number | undefined;
}

/** As far as it has come. */
function begins(seen: Buffer, signature: Buffer): boolean {
  const length = Math.min(seen.length, signature.length);
  return seen.subarray(0, length).equals(signature.subarray(0, length));
}

function readLine(seen: Buffer): ProxyHeader {
  const end = seen.subarray(0, V1_BYTES_MAX).indexOf('\r\n');
  if (end === -1) return seen.length < V1_BYTES_MAX ? 'incomplete' : 'malformed';
  const line = V1_LINE.exec(seen.toString('latin1', 0, end));
  if (line === null) return 'malformed';
  const [, family, source, destination] = line;
  if (family === undefined || source === undefined || destination === undefined) {
    return { bytes: end + 2, source: undefined };
  }
  const isFamily = family === '4' ? isIPv4 : isIPv6;
  if (!isFamily(source) || !isFamily(destination)) return 'malformed';
  return { bytes: end + 2, source: normalAddress(source) };
}

function readBinary(seen: Buffer): ProxyHeader {
  if (seen.length < V2_HEAD_BYTES) return 'incomplete';
  const [versionAndCommand = 0, familyAndTransport = 0] = seen.subarray(V2.length);
  const length = seen.readUInt16BE(14);
  const isLocal = versionAndCommand === 0x20;
  if ((!isLocal && versionAndCommand !== 0x21) || length > V2_REST_BYTES_MAX) return 'malformed';
  const bytes = V2_HEAD_BYTES + length;
  if (seen.length < bytes) return 'incomplete';
  const addresses = seen.subarray(V2_HEAD_BYTES, bytes);
  const family = familyAndTransport >> 4;
  if (isLocal || (family !== 1 && family !== 2)) return { bytes, source: undefined };
  if (family === 1) {
    return length < 12 ? 'malformed' : { bytes, source: [...addresses.subarray(0, 4)].join('.') };
  }
  if (length < 36) return 'malformed';
  const groups = Array.from({ length: 8 }, (_, index) => addresses.readUInt16BE(2 * index).toString(16));
  return { bytes, source: normalAddress(groups.join(':')) };
}
