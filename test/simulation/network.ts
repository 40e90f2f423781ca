/**
 * What is between processes: messages take their time, each its own, and so overtake each other; they get lost, arrive
 * twice, and whole links are cut. Bodies travel as JSON, as they do on the wire.
 */
import type { Peers } from '../../src/cluster/cluster.ts';
import { PEER_PING_EVERY_MS, PEER_SILENT_PINGS } from '../../src/cluster/limits.ts';
import type { Peer } from '../../src/cluster/membership/ports.ts';
import type { OnNote, OnRequest } from '../../src/cluster/peers/accepted-link.ts';
import { FAILURES, type PeerReply } from '../../src/cluster/peers/messages.ts';
import type { Prng } from './prng.ts';
import type { SimulatedProcess } from './process.ts';
import type { VirtualTime } from './time.ts';

/** Whom a link reaches at an address, while it is up. */
export interface Endpoint {
  readonly process: SimulatedProcess;
  readonly nodeId: () => string;
  readonly onRequest: OnRequest;
  readonly onNote: OnNote;
}

const SILENT_MS = PEER_PING_EVERY_MS * (PEER_SILENT_PINGS + 1);

export class Network {
  readonly endpoints = new Map<string, Endpoint>();
  /** Probabilities, of each message. */
  lossy = 0;
  twice = 0;
  /** Pairs of addresses, both ways. */
  readonly #cut = new Set<string>();
  readonly #lastNoteMs = new Map<string, number>();
  readonly #time: VirtualTime;
  readonly #prng: Prng;

  constructor(time: VirtualTime, prng: Prng) {
    this.#time = time;
    this.#prng = prng;
  }

  cut(a: string, b: string): void {
    this.#cut.add([a, b].sort().join(' '));
  }

  heal(): void {
    this.#cut.clear();
  }

  isCut(a: string, b: string): boolean {
    return this.#cut.size > 0 && this.#cut.has([a, b].sort().join(' '));
  }

  wayMs(): number {
    return this.#prng.chance(0.03) ? this.#prng.between(2, 60) : this.#prng.between(0.1, 2);
  }

  isTwice(): boolean {
    return this.twice > 0 && this.#prng.chance(this.twice);
  }

  /** @param arrive at most twice */
  carry(from: string, to: string, arrive: () => void): void {
    if (this.isCut(from, to) || (this.lossy > 0 && this.#prng.chance(this.lossy))) return;
    this.#time.after(this.wayMs(), arrive);
    if (this.isTwice()) this.#time.after(this.wayMs(), arrive);
  }

  /** What a peer link is to the node at an address. */
  peersOf(url: string, self: Endpoint): Peers {
    return {
      request: (peer, method, body, deadlineMs, done) =>
        this.#request(url, self, peer, { method, text: JSON.stringify(body ?? null), deadlineMs, done }),
      note: (peer, name, body) => this.#note(url, self, peer, name, JSON.stringify(body ?? null)),
    };
  }

  /** One that is up, and still who it was: another incarnation does not take what was meant for the one before. */
  #reached(peer: Peer): Endpoint | undefined {
    const endpoint = this.endpoints.get(peer.url);
    return endpoint?.process.isAlive && endpoint.nodeId() === peer.id ? endpoint : undefined;
  }

  #request(
    url: string,
    self: Endpoint,
    peer: Peer,
    asked: { method: string; text: string; deadlineMs: number; done: (reply: PeerReply) => void },
  ): void {
    const { method, text, deadlineMs, done } = asked;
    let isOver = false;
    const end = (reply: PeerReply) => {
      if (isOver) return;
      isOver = true;
      callOff();
      stopLooking();
      done(reply);
    };
    const callOff = self.process.after(deadlineMs, () => end(FAILURES.deadline));
    // A link that says nothing is given up, and what was on its way with it.
    let stopLooking = () => {};
    const look = () => {
      stopLooking = self.process.after(SILENT_MS, () => {
        const there = this.#reached(peer);
        if (there?.process.isRunning !== true || this.isCut(url, peer.url)) end(FAILURES.closed);
        else look();
      });
    };
    look();
    if (this.#reached(peer) === undefined) {
      this.#time.after(this.wayMs(), () => self.process.enter(() => end(FAILURES.refused)));
      return;
    }
    this.carry(url, peer.url, () => {
      const there = this.#reached(peer);
      if (there === undefined) return void self.process.enter(() => end(FAILURES.closed));
      there.process.enter(() => {
        const answer = (reply: PeerReply) => {
          const back = JSON.stringify(reply);
          this.carry(peer.url, url, () => self.process.enter(() => end(JSON.parse(back) as PeerReply)));
        };
        const answered = there.onRequest(self.nodeId(), method, JSON.parse(text), deadlineMs, answer);
        if (answered instanceof Promise) answered.catch(() => answer(FAILURES.fault));
      });
    });
  }

  /** In order, as on one connection; but they get lost. */
  #note(url: string, self: Endpoint, peer: Peer, name: string, text: string): void {
    if (this.isCut(url, peer.url) || (this.lossy > 0 && this.#prng.chance(this.lossy))) return;
    const from = self.nodeId();
    const pair = `${url} ${peer.url}`;
    const atMs = Math.max(this.#time.nowMs + this.wayMs(), this.#lastNoteMs.get(pair) ?? 0);
    this.#lastNoteMs.set(pair, atMs);
    this.#time.at(atMs, () => {
      const there = this.#reached(peer);
      there?.process.enter(() => there.onNote(from, name, JSON.parse(text)));
    });
  }
}
