/** What proxies say in headers of whom they speak for, the nearest hop first. What is no address is undefined. */
import { normalAddress } from './address.ts';

type Hops = (string | undefined)[];

/** `X-Forwarded-For`; several of them are one list (RFC 9110, section 5.3), which is how Node hands them out. */
export function hopsOfList(header: string): Hops {
  return header
    .split(',')
    .reverse()
    .map((entry) => addressIn(entry.trim()));
}

/** Of `Forwarded` (RFC 7239) one pair after the other, as a quoted text may carry what looks like another pair. */
const PAIR = /\s*([\w!#$%&'*+.^`|~-]+)=("(?:[^"\\]|\\.)*"|[^\s,;"]*)\s*([;,]|$)/y;

/** @returns as far as it can be read from the nearest hop on; none of it where it breaks the grammar */
export function hopsOfForwarded(header: string): Hops {
  const hops: Hops = [undefined];
  PAIR.lastIndex = 0;
  while (PAIR.lastIndex < header.length) {
    const [, name = '', value = '', end] = PAIR.exec(header) ?? [];
    if (end === undefined) return [undefined];
    if (name.toLowerCase() === 'for') hops[hops.length - 1] = addressIn(value.replace(/^"(.*)"$/, '$1'));
    if (end === ',') hops.push(undefined);
    if (end === '') break;
  }
  return hops.reverse();
}

/** With a port some proxies write; IPv6 stands in brackets then. */
const WITH_PORT = /^(?:\[([^\]]+)\]|(\d+\.\d+\.\d+\.\d+))(?::[\w.-]{1,16})?$/;

function addressIn(entry: string): string | undefined {
  const [, inBrackets, beforePort] = WITH_PORT.exec(entry) ?? [];
  return normalAddress(inBrackets ?? beforePort ?? entry);
}
