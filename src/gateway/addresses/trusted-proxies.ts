/**
 * Who is believed when they say whom they speak for (`NIGHTLATCH_TRUSTED_PROXIES`). An entry is an address, a CIDR or
 * `loopback`; `proxy-protocol:` before it believes the PROXY protocol alone, and no header: for what passes its clients'
 * bytes on as they are, from addresses that clients may have too.
 */
import { BlockList, isIPv6 } from 'node:net';
import { normalAddress } from './address.ts';

const PROXY_PROTOCOL_ALONE = 'proxy-protocol:';
const LOOPBACK = ['127.0.0.0/8', '::1'];

interface Entry {
  readonly isProxyProtocolAlone: boolean;
  readonly networks: readonly { address: string; bits: number | undefined }[];
}

export class TrustedProxies {
  readonly isNobody: boolean;
  readonly #inHeaders = new BlockList();
  readonly #inProxyProtocol = new BlockList();

  /** @throws Error where an entry is none; the environment's have been looked at */
  constructor(entries: readonly string[]) {
    this.isNobody = entries.length === 0;
    for (const text of entries) {
      const entry = entryIn(text);
      if (entry === undefined) throw new Error(`${text} is no address, CIDR or loopback`);
      add(this.#inProxyProtocol, entry);
      if (!entry.isProxyProtocolAlone) add(this.#inHeaders, entry);
    }
  }

  /** Whether this peer's `X-Forwarded-For` and `Forwarded` are believed. */
  inHeaders(address: string): boolean {
    return isIn(this.#inHeaders, address);
  }

  inProxyProtocol(address: string): boolean {
    return isIn(this.#inProxyProtocol, address);
  }
}

export function isTrustable(entry: string): boolean {
  return entryIn(entry) !== undefined;
}

function entryIn(text: string): Entry | undefined {
  const isProxyProtocolAlone = text.startsWith(PROXY_PROTOCOL_ALONE);
  const who = isProxyProtocolAlone ? text.slice(PROXY_PROTOCOL_ALONE.length) : text;
  const networks = (who === 'loopback' ? LOOPBACK : [who]).map(networkIn);
  return networks.every((network) => network !== undefined) ? { isProxyProtocolAlone, networks } : undefined;
}

function networkIn(text: string): { address: string; bits: number | undefined } | undefined {
  const [written = '', prefix, ...more] = text.split('/');
  const address = normalAddress(written);
  if (address === undefined || more.length > 0) return undefined;
  if (prefix === undefined) return { address, bits: undefined };
  const bits = Number(prefix);
  // /96 and more of mapped addresses has another meaning once they are written as IPv4.
  const isMapped = isIPv6(written) && !isIPv6(address);
  const isPrefix = /^\d{1,3}$/.test(prefix) && bits <= (isIPv6(address) ? 128 : 32);
  return isPrefix && !isMapped ? { address, bits } : undefined;
}

function add(list: BlockList, { networks }: Entry): void {
  for (const { address, bits } of networks) {
    if (bits === undefined) list.addAddress(address, familyOf(address));
    else list.addSubnet(address, bits, familyOf(address));
  }
}

function isIn(list: BlockList, address: string): boolean {
  return list.check(address, familyOf(address));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}
