/** IP addresses as text: one spelling each, and the part of them that counts as one client. */
import { isIPv4, isIPv6, SocketAddress } from 'node:net';

/** Without zone, IPv6 as RFC 5952 writes it, a mapped IPv4 address as IPv4. Undefined where it is no address. */
export function normalAddress(text: string): string | undefined {
  if (isIPv4(text)) return text;
  if (!isIPv6(text)) return undefined;
  const { address } = new SocketAddress({ address: text, family: 'ipv6' });
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}

/** One customer of a provider has 2^64 addresses of IPv6: their /64 counts as one. */
export function network(address: string): string {
  const normal = normalAddress(address) ?? address;
  if (!isIPv6(normal)) return normal;
  const [head = '', tail] = normal.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const after = tail === '' ? 0 : tail.split(':').length;
    while (groups.length + after < 8) groups.push('0');
  }
  return groups.slice(0, 4).join(':');
}
