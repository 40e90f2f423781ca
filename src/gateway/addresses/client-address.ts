/**
 * Whose address counts: the one function behind every limit, door and log, over HTTP and WebSocket alike. A peer is who
 * it is, and whom it names where it is trusted; of several proxies each vouches for the one before it, so that what a
 * client writes itself stands to the left of its own address and changes nothing.
 *
 *   X-Forwarded-For: made up by the client, 203.0.113.9, 10.0.0.7      from 10.0.0.8
 *                                           ^ not trusted: the client  ^ trusted  ^ trusted
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Log } from '../log.ts';
import { normalAddress } from './address.ts';
import { hopsOfForwarded, hopsOfList } from './forwarded.ts';
import { TrustedProxies } from './trusted-proxies.ts';

/** Peers of whom the log tells that they are not trusted: one proxy is the rule, and anybody can send a header. */
const UNTRUSTED_TOLD_MAX = 8;

export class ClientAddresses {
  readonly trusted: TrustedProxies;
  readonly #log: Log;
  /** Of connections that began with a PROXY header: whom it named. */
  readonly #named = new WeakMap<Socket, string>();
  readonly #told = new Set<string>();

  constructor(trusted: readonly string[], log: Log) {
    this.trusted = new TrustedProxies(trusted);
    this.#log = log;
  }

  of(request: IncomingMessage): string {
    const peer = this.ofConnection(request.socket);
    const { 'x-forwarded-for': list, forwarded } = request.headers;
    if (list === undefined && forwarded === undefined) return peer;
    if (!this.trusted.inHeaders(peer)) {
      this.untrusted(peer, list === undefined ? 'Forwarded' : 'X-Forwarded-For');
      return peer;
    }
    const said = [
      ...(list === undefined ? [] : [this.#walk(peer, hopsOfList(String(list)))]),
      ...(forwarded === undefined ? [] : [this.#walk(peer, hopsOfForwarded(String(forwarded)))]),
    ];
    // A proxy that writes the one header may pass on what its client wrote into the other.
    return said.every((address) => address === said[0]) ? (said[0] ?? peer) : peer;
  }

  ofConnection(socket: Socket): string {
    return this.#named.get(socket) ?? peerOf(socket);
  }

  /** A trusted peer said so before anything else (PROXY protocol). */
  name(socket: Socket, client: string): void {
    this.#named.set(socket, client);
  }

  /** Somebody speaks for others and is not trusted: all of those are one client, which an operator should know. */
  untrusted(peer: string, by: 'X-Forwarded-For' | 'Forwarded' | 'PROXY protocol'): void {
    if (this.#told.has(peer) || this.#told.size >= UNTRUSTED_TOLD_MAX) return;
    this.#told.add(peer);
    this.#log.warn({
      event: 'proxy.not_trusted',
      peer,
      by,
      meaning: `${peer} speaks for others (${by}) and is not trusted: all of its clients share the limits of one; if it is your proxy, set NIGHTLATCH_TRUSTED_PROXIES=${peer}`,
    });
  }

  #walk(peer: string, hops: readonly (string | undefined)[]): string {
    let client = peer;
    for (const hop of hops) {
      // Who does not know whom they speak for is the last who is known.
      if (hop === undefined || !this.trusted.inHeaders(client)) return client;
      client = hop;
    }
    return client;
  }
}

function peerOf({ remoteAddress = '' }: Socket): string {
  return normalAddress(remoteAddress) ?? 'unknown';
}
