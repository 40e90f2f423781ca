import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClientAddresses } from '../../src/gateway/addresses/client-address.ts';
import { proxyLine, readProxyHeader } from '../../src/gateway/addresses/proxy-protocol.ts';
import { isTrustable, TrustedProxies } from '../../src/gateway/addresses/trusted-proxies.ts';
import { createWorld } from './fakes.ts';

const PROXY = '10.0.0.8';
const CLIENT = '203.0.113.9';

function seen(
  headers: IncomingHttpHeaders,
  { peer = PROXY, trusted = ['10.0.0.0/8', '2001:db8:a::/48'] } = {},
) {
  const socket = { remoteAddress: peer } as Socket;
  return new ClientAddresses(trusted, createWorld().log).of({ socket, headers } as IncomingMessage);
}

describe('[G2] whom X-Forwarded-For names', () => {
  it.each<[string, string]>([
    [CLIENT, CLIENT],
    [`1.1.1.1, ${CLIENT}`, CLIENT],
    [`10.0.0.1, ${CLIENT}, 10.0.0.7`, CLIENT],
    [`10.0.0.3, 10.0.0.7`, '10.0.0.3'],
    [`${CLIENT}:4711`, CLIENT],
    [`  ${CLIENT}  `, CLIENT],
    ['2001:DB8::9', '2001:db8::9'],
    ['[2001:db8::9]', '2001:db8::9'],
    ['[2001:db8::9]:443', '2001:db8::9'],
    ['2001:db8::9, 2001:db8:a::1', '2001:db8::9'],
    [`::ffff:${CLIENT}`, CLIENT],
    ['::ffff:cb00:7109', CLIENT],
    [`${CLIENT}, ::ffff:10.0.0.7`, CLIENT],
    // Whoever is named by what is no address is not known: the proxy before it counts.
    ['', PROXY],
    ['unknown', PROXY],
    [`${CLIENT}, unknown`, PROXY],
    [`${CLIENT}, unknown, 10.0.0.7`, '10.0.0.7'],
    [`${CLIENT},`, PROXY],
    ['010.0.0.1', PROXY],
    ['1.2.3.4.5', PROXY],
    [`<script>, ${'x'.repeat(5_000)}`, PROXY],
    [',,,,', PROXY],
  ])('%s', (header, expected) => {
    expect(seen({ 'x-forwarded-for': header })).toBe(expected);
  });

  it('nobody, from a peer that is not trusted, whatever it writes', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (list, forwarded) => {
        expect(seen({ 'x-forwarded-for': list, forwarded }, { peer: CLIENT })).toBe(CLIENT);
      }),
    );
  });

  it('the same, whatever its client had written to the left', () => {
    fc.assert(
      fc.property(fc.string(), (made) => {
        expect(seen({ 'x-forwarded-for': `${made}, ${CLIENT}` })).toBe(CLIENT);
        const forwarded = `for=${CLIENT}`;
        expect([CLIENT, PROXY]).toContain(seen({ forwarded: `${made}, ${forwarded}` }));
      }),
    );
  });
});

describe('[G2] whom Forwarded names', () => {
  it.each<[string, string]>([
    [`for=${CLIENT}`, CLIENT],
    [`For=${CLIENT};proto=https;by=10.0.0.8`, CLIENT],
    [`proto=http ; for="${CLIENT}:4711"`, CLIENT],
    ['for="[2001:DB8::9]:443"', '2001:db8::9'],
    [`for=1.1.1.1, for=${CLIENT}, for=10.0.0.7`, CLIENT],
    [`for=1.1.1.1, for=${CLIENT};host="a,b;for=1.1.1.1", for=10.0.0.7`, CLIENT],
    [`for=${CLIENT};host="x\\";for=1.1.1.1"`, CLIENT],
    [`for=${CLIENT}, for=_hidden`, PROXY],
    [`for=${CLIENT}, proto=https`, PROXY],
    [`for=${CLIENT}, for="`, PROXY],
    [`for ${CLIENT}`, PROXY],
    ['', PROXY],
  ])('%s', (header, expected) => {
    expect(seen({ forwarded: header })).toBe(expected);
  });

  it('counts where X-Forwarded-For says the same; of two that differ the client may have written one', () => {
    expect(seen({ 'x-forwarded-for': CLIENT, forwarded: `for="${CLIENT}:1"` })).toBe(CLIENT);
    expect(seen({ 'x-forwarded-for': CLIENT, forwarded: 'for=1.1.1.1' })).toBe(PROXY);
    expect(seen({ 'x-forwarded-for': '1.1.1.1', forwarded: `for=${CLIENT}` })).toBe(PROXY);
  });
});

describe('[G2] a peer that is not trusted and speaks for others', () => {
  it('is told of once, with the setting to use, and strangers cannot fill the log', () => {
    const { log } = createWorld();
    const addresses = new ClientAddresses([], log);
    const from = (peer: string) =>
      addresses.of({
        socket: { remoteAddress: peer } as Socket,
        headers: { 'x-forwarded-for': CLIENT } as IncomingHttpHeaders,
      } as IncomingMessage);
    for (let i = 0; i < 3; i++) expect(from(`::ffff:${PROXY}`)).toBe(PROXY);
    expect(log.lines).toEqual([
      {
        ...{ level: 'warn', event: 'proxy.not_trusted', peer: PROXY, by: 'X-Forwarded-For' },
        meaning: expect.stringContaining(`set NIGHTLATCH_TRUSTED_PROXIES=${PROXY}`),
      },
    ]);
    for (let i = 0; i < 100; i++) from(`198.51.100.${i}`);
    expect(log.lines).toHaveLength(8);
  });
});

describe('[G2] who may be trusted', () => {
  it.each([
    ['10.0.0.7', ['10.0.0.7', '::ffff:10.0.0.7'], ['10.0.0.8']],
    ['10.0.0.0/8', ['10.255.0.1'], ['11.0.0.1']],
    ['0.0.0.0/0', ['203.0.113.9'], ['2001:db8::1']],
    ['2001:DB8::/32', ['2001:db8:ffff::1'], ['2001:db9::1', '10.0.0.7']],
    ['::ffff:10.0.0.7', ['10.0.0.7'], ['10.0.0.8']],
    ['loopback', ['127.0.0.1', '127.8.8.8', '::1'], ['128.0.0.1', '::2', 'unknown']],
  ])('%s', (entry, those, others) => {
    expect(isTrustable(entry)).toBe(true);
    const headers = { 'x-forwarded-for': CLIENT };
    for (const peer of those) expect(seen(headers, { peer, trusted: [entry] }), peer).toBe(CLIENT);
    for (const peer of others) expect(seen(headers, { peer, trusted: [entry] }), peer).toBe(peer);
  });

  it.each([
    '10.0.0',
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    'localhost',
    '*',
    '::ffff:0:0/96',
    'proxy-protocol:',
  ])('not %s', (entry) => expect(isTrustable(entry)).toBe(false));

  it('by the PROXY protocol alone', () => {
    const trusted = new TrustedProxies(['proxy-protocol:loopback', '10.0.0.7']);
    const believed = (address: string) => [trusted.inProxyProtocol(address), trusted.inHeaders(address)];
    expect([believed('127.0.0.1'), believed('10.0.0.7'), believed('10.0.0.8')]).toEqual([
      [true, false],
      [true, true],
      [false, false],
    ]);
  });
});

const V2 = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');
const v2 = (head: string, rest = '') => {
  const addresses = Buffer.from(rest, 'hex');
  const length = Buffer.alloc(2);
  length.writeUInt16BE(addresses.length);
  return Buffer.concat([V2, Buffer.from(head, 'hex'), length, addresses]);
};
const V6 = '20010db8000000000000000000000009';

describe('[G2] a PROXY header', () => {
  it.each<[string, Buffer, string | undefined]>([
    ['v1, IPv4', Buffer.from(`PROXY TCP4 ${CLIENT} 10.0.0.8 4711 443\r\n`), CLIENT],
    ['v1, IPv6', Buffer.from('PROXY TCP6 2001:DB8::9 ::1 4711 443\r\n'), '2001:db8::9'],
    ['v1, mapped', Buffer.from(`PROXY TCP6 ::ffff:${CLIENT} ::1 4711 443\r\n`), CLIENT],
    ['v1, unknown', Buffer.from('PROXY UNKNOWN\r\n'), undefined],
    ['v1, unknown with more', Buffer.from('PROXY UNKNOWN ffff::1 ::1 1 2\r\n'), undefined],
    ['v2, IPv4', v2('2111', 'cb0071090a000008126701bb'), CLIENT],
    ['v2, IPv4 with notes', v2('2111', 'cb0071090a000008126701bb0300040a0b0c0d'), CLIENT],
    ['v2, IPv6', v2('2121', `${V6}${V6}126701bb`), '2001:db8::9'],
    ['v2, for itself', v2('2000'), undefined],
    ['v2, of a Unix socket', v2('2131', '00'.repeat(216)), undefined],
  ])('%s, whatever pieces it comes in, is taken off whole', (_, header, source) => {
    const rest = Buffer.from('GET / HTTP/1.1\r\n');
    const all = Buffer.concat([header, rest]);
    for (let length = 0; length < header.length; length++) {
      expect(readProxyHeader(all.subarray(0, length))).toBe('incomplete');
    }
    for (let length = header.length; length <= all.length; length++) {
      expect(readProxyHeader(all.subarray(0, length))).toEqual({ bytes: header.length, source });
    }
  });

  it.each<[string, Buffer, string]>([
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n'), 'none'],
    ['a POST', Buffer.from('POST / HTTP/1.1\r\n'), 'none'],
    ['a method that begins alike', Buffer.from('PROXYING / HTTP/1.1\r\n'), 'none'],
    ['blank lines', Buffer.from('\r\n\r\nGET / HTTP/1.1\r\n'), 'none'],
    ['no addresses', Buffer.from('PROXY TCP4\r\n'), 'malformed'],
    ['a name', Buffer.from('PROXY TCP4 localhost 10.0.0.8 1 2\r\n'), 'malformed'],
    ['another family', Buffer.from('PROXY TCP4 ::1 ::1 1 2\r\n'), 'malformed'],
    ['a line without an end', Buffer.from(`PROXY ${'x'.repeat(200)}`), 'malformed'],
    ['another version', v2('3111', 'cb0071090a000008126701bb'), 'malformed'],
    ['too few bytes of address', v2('2111', 'cb007109'), 'malformed'],
    ['too many bytes', Buffer.concat([V2, Buffer.from('2111ffff', 'hex')]), 'malformed'],
  ])('%s', (_, bytes, verdict) => {
    expect(readProxyHeader(bytes)).toBe(verdict);
  });

  it('of our own is read again', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.nat(65_535), (address, port) => {
        const line = proxyLine({ address, port }, { address, port: 443 });
        const { source } = readProxyHeader(Buffer.from(line)) as { source: string };
        expect(proxyLine({ address: source, port }, { address, port: 443 })).toBe(line);
      }),
    );
    const other = { address: '::1', port: 443 };
    for (const address of [undefined, CLIENT]) {
      expect(proxyLine({ address, port: 1 }, other)).toBe('PROXY UNKNOWN\r\n');
    }
  });

  it('of any bytes is none, incomplete or malformed, and never thrown', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(V2, Buffer.from('PROXY ')),
        fc.uint8Array({ maxLength: 300 }),
        (head, tail) => {
          const verdict = readProxyHeader(Buffer.concat([head, tail]));
          if (typeof verdict === 'object') expect(verdict.bytes).toBeGreaterThanOrEqual(15);
        },
      ),
    );
  });
});
