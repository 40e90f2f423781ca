/** The links between this server and its peers: requests with one answer each, and notes. Redirects are answers. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { FEATURE_LEVEL } from '../../protocol/feature-levels.ts';
import { type Scheduler, TIMERS } from '../../time/scheduler.ts';
import { PEER_COMPLAINT_EVERY_MS, PEERS_MAX } from '../limits.ts';
import { AcceptedLink, type AcceptedLinkHost, type OnNote, type OnRequest } from './accepted-link.ts';
import { Arrivals } from './arrivals.ts';
import type { Peer, PeerLoss } from './dial.ts';
import { DialledLink, type DialledLinkHost, type Done } from './dialled-link.ts';
import { Handshake, type Levels } from './handshake.ts';
import { type LinkStats, newCounts } from './link-stats.ts';
import { FAILURES, type PeerFailure, type PeerReply } from './messages.ts';
import type { PeerSecrets } from './ports.ts';

export interface PeerLinksOptions {
  /** This incarnation's id. */
  readonly selfId: string;
  /** The same on all servers. */
  readonly secrets: PeerSecrets;
  /** What this server tells that it understands. Default: all that the program does. */
  readonly level?: number | undefined;
  /** What an end of a link must understand. Default: whatever. */
  readonly leastLevel?: () => number;
  /** Of the database, as is served here: who serves another one has no link. Default: none is told, and whoever is let in. */
  readonly history?: string | undefined;
  /** Serves a peer's request; one that throws or rejects is answered `fault`. */
  readonly onRequest: OnRequest;
  readonly onNote?: OnNote;
  /** A link that this side dialled was lost, or an attempt failed: told each time, before the requests that end with it. */
  readonly onLinkClosed?: (peerId: string, how: PeerLoss) => void;
  readonly onFault?: (event: string, details: Record<string, unknown>) => void;
  /** Who signs the certificates of `wss:` peers, as PEM, where it is no public authority. */
  readonly ca?: string;
  readonly scheduler?: Scheduler;
  /** Monotonic, in milliseconds. */
  readonly nowMs?: () => number;
}

export class PeerLinks {
  readonly #options: PeerLinksOptions;
  readonly #nowMs: () => number;
  readonly #counts = newCounts();
  readonly #arrivals: Arrivals;
  readonly #dialled = new Map<string, DialledLink>();
  readonly #accepted = new Map<string, AcceptedLink>();
  readonly #dialledHost: DialledLinkHost;
  readonly #acceptedHost: AcceptedLinkHost;
  readonly #complainedMs = new Map<string, number>();
  #selfId: string;
  #isClosed = false;

  constructor(options: PeerLinksOptions) {
    const {
      secrets,
      history,
      level = FEATURE_LEVEL,
      leastLevel = () => 0,
      scheduler = TIMERS,
      nowMs = () => performance.now(),
    } = options;
    this.#options = options;
    this.#selfId = options.selfId;
    this.#nowMs = nowMs;
    const selfId = () => this.#selfId;
    const handshake = new Handshake(secrets);
    secrets.onForgotten(() => this.#cutAll());
    const levels: Levels = { own: level, least: leastLevel };
    const fault = (event: string, details: Record<string, unknown>) => options.onFault?.(event, details);
    const common = { scheduler, nowMs, counts: this.#counts, fault };
    this.#arrivals = new Arrivals({
      selfId,
      handshake,
      levels,
      history,
      scheduler,
      stranger: (address) => {
        this.#counts.strangers += 1;
        this.#complain('peer.stranger', { address });
      },
      arrived: (peerId, webSocket, socket) => this.#arrived(peerId, webSocket, socket),
    });
    this.#acceptedHost = {
      ...common,
      onRequest: options.onRequest,
      onNote: options.onNote,
      gone: (link) => {
        if (this.#accepted.get(link.peerId) === link) this.#accepted.delete(link.peerId);
      },
    };
    this.#dialledHost = {
      ...common,
      selfId,
      handshake,
      levels,
      history,
      ca: options.ca,
      end: (done, reply) => this.#end(done, reply),
      endSoon: (done, why) => setImmediate(() => this.#end(done, FAILURES[why])),
      object: ({ name, why }, { id, url }) => this.#complain(`peer.${name}`, { peerId: id, url, why }),
      lost: (link, how) => this.#lost(link, how),
      gone: (link) => this.#dialled.delete(link.peer.id),
    };
  }

  /**
   * Calls `done` once, never before return: the body, or why there is none. `refused` and `busy` were not carried
   * out; `closed`, `deadline` and `fault` may have been. A peer that was `refused` is so again, at once, until the
   * next dial: look up who owns the apartment by now, and pause before asking the same peer again.
   * @param deadlineMs what is left, in milliseconds
   */
  request(peer: Peer, method: string, body: unknown, deadlineMs: number, done: Done): void {
    this.#counts.asked += 1;
    const link = this.#linkTo(peer);
    if (link instanceof DialledLink) link.request(method, body, deadlineMs, done);
    else this.#dialledHost.endSoon(done, link);
  }

  /** One way and best effort: dropped where a request would be `busy` or `refused`, and lost with its link. */
  note(peer: Peer, name: string, body: unknown): void {
    const link = this.#linkTo(peer);
    if (link instanceof DialledLink) link.note(name, body);
    else this.#counts.notesDropped += 1;
  }

  /**
   * Dials ahead of the first request. Called at least every PEER_WANTED_MS it keeps a link to a peer that nobody
   * asks, and with it the news of that peer's end.
   */
  connect(peer: Peer): void {
    const link = this.#linkTo(peer);
    if (link instanceof DialledLink) link.want();
  }

  /** For the HTTP server's `upgrade` event. @returns false where the path is another's */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    return this.#arrivals.upgrade(request, socket, head);
  }

  /** This process is another incarnation from here on: all links of the former one are cut, both ways. */
  become(selfId: string): void {
    this.#selfId = selfId;
    this.#cutAll();
  }

  /** What is queued leaves; what has no answer yet is `closed`; answers still being made are dropped. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#arrivals.close();
    const links = [...this.#dialled.values(), ...this.#accepted.values()];
    this.#dialled.clear();
    await Promise.all(links.map((link) => link.close()));
  }

  stats(): LinkStats {
    const dialled = [...this.#dialled.values()];
    const accepted = [...this.#accepted.values()];
    const links = [...dialled, ...accepted];
    return {
      ...this.#counts,
      bytesRead: this.#counts.bytesRead + sum(links, ({ bytes }) => bytes.read),
      bytesWritten: this.#counts.bytesWritten + sum(links, ({ bytes }) => bytes.written),
      linksOut: dialled.filter(({ isOpen }) => isOpen).length,
      linksIn: accepted.length,
      inFlight: sum(dialled, ({ inFlight }) => inFlight),
      serving: sum(accepted, ({ serving }) => serving),
      queuedBytes: sum(links, ({ queuedBytes }) => queuedBytes),
    };
  }

  #cutAll(): void {
    this.#arrivals.forget();
    for (const link of this.#accepted.values()) link.cut();
    const dialled = [...this.#dialled.values()];
    this.#dialled.clear();
    for (const link of dialled) link.cut();
  }

  #linkTo(peer: Peer): DialledLink | PeerFailure {
    const known = this.#dialled.get(peer.id);
    if (known !== undefined) return known;
    if (this.#isClosed) return 'refused';
    if (this.#dialled.size >= PEERS_MAX) return 'busy';
    const link = new DialledLink(peer, this.#dialledHost);
    this.#dialled.set(peer.id, link);
    return link;
  }

  /** A peer that dials again has lost its former link, whether or not this end knows. */
  #arrived(peerId: string, webSocket: WebSocket, socket: Socket): void {
    this.#accepted.get(peerId)?.cut();
    if (this.#isClosed || this.#accepted.size >= PEERS_MAX) {
      webSocket.terminate();
      return;
    }
    this.#accepted.set(peerId, new AcceptedLink(peerId, webSocket, socket, this.#acceptedHost));
  }

  #lost(link: DialledLink, how: PeerLoss): void {
    try {
      this.#options.onLinkClosed?.(link.peer.id, how);
    } catch (cause) {
      this.#options.onFault?.('peer.listener_failed', { peerId: link.peer.id, cause });
    }
  }

  /** Who throws at an answer spoils neither the rest of its batch nor the process. */
  #end(done: Done, reply: PeerReply): void {
    this.#counts[reply.ok ? 'answered' : reply.why] += 1;
    try {
      done(reply);
    } catch (cause) {
      this.#options.onFault?.('peer.caller_failed', { cause });
    }
  }

  /** At most once a minute each: what is objected to is so at every dial, and who does not have the secret knocks at will. */
  #complain(event: string, details: Record<string, unknown>): void {
    const nowMs = this.#nowMs();
    if (nowMs - (this.#complainedMs.get(event) ?? Number.NEGATIVE_INFINITY) < PEER_COMPLAINT_EVERY_MS) return;
    this.#complainedMs.set(event, nowMs);
    this.#options.onFault?.(event, details);
  }
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
