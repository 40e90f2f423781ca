/**
 * The link over which this server asks one peer. There is one each way: who asks dials. So two servers that dial each
 * other at once need not agree whose link counts, each judges the other by a link of its own, and requests are not
 * queued behind answers of the other direction. It costs a second socket a pair.
 *
 *   dialling ──> open ──(closed, silent)──> pausing (not at all after a steady link) ──> dialling
 *      └──(failed)──> pausing, longer each time ──> dialling, or gone where nobody asks any more
 *
 * Requests made while dialling wait for it; what waited when it failed was never sent, and is `refused`, as is what
 * is asked in a pause. What was on its way when an open link was lost is `closed`: nobody knows what became of it.
 */

import type { Scheduler } from '../../time/scheduler.ts';
import {
  LEASE_UNRENEWED_MAX_MS,
  PEER_INFLIGHT_MAX,
  PEER_QUEUE_BYTES_MAX,
  PEER_REDIAL_FIRST_MS,
  PEER_REDIAL_MAX_MS,
  PEER_STEADY_MS,
  PEER_WANTED_MS,
} from '../limits.ts';
import { Channel } from './channel.ts';
import { type Dialled, dial, type Objection, type Peer, type PeerLoss } from './dial.ts';
import type { Handshake, Levels } from './handshake.ts';
import type { Counts } from './link-stats.ts';
import {
  DEADLINE_MS_MAX,
  encodeCall,
  FAILURES,
  isAnswer,
  noteText,
  type PeerFailure,
  type PeerReply,
  requestText,
} from './messages.ts';
import { PendingRequests } from './pending.ts';

export type Done = (reply: PeerReply) => void;

export interface DialledLinkHost {
  readonly selfId: () => string;
  readonly handshake: Handshake;
  readonly levels: Levels;
  readonly history: string | undefined;
  readonly scheduler: Scheduler;
  /** Monotonic. */
  readonly nowMs: () => number;
  readonly ca: string | undefined;
  readonly counts: Counts;
  /** Tells who asked; does not throw. */
  readonly end: (done: Done, reply: PeerReply) => void;
  /** The same, after the caller has returned. */
  readonly endSoon: (done: Done, why: PeerFailure) => void;
  /** A body that cannot be sent, or a peer that sends rubbish. */
  readonly fault: (event: string, details: Record<string, unknown>) => void;
  readonly object: (objection: Objection, peer: Peer) => void;
  readonly lost: (link: DialledLink, how: PeerLoss) => void;
  /** Nobody has asked for long: another request needs another link. */
  readonly gone: (link: DialledLink) => void;
}

type State =
  | { readonly name: 'dialling'; readonly stop: () => void }
  | { readonly name: 'open'; readonly channel: Channel; readonly sinceMs: number }
  | { readonly name: 'pausing'; readonly stop: () => void }
  | { readonly name: 'gone' };

interface Waiting {
  /** 0: a note. */
  readonly id: number;
  readonly dueMs: number;
  readonly call: string;
}

export class DialledLink {
  readonly peer: Peer;
  readonly #host: DialledLinkHost;
  readonly #pending: PendingRequests;
  #state: State = { name: 'gone' };
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  /** Dials since the last steady link. */
  #dials = 0;
  #wantedMs: number;
  /** Since when another incarnation answers at its url. */
  #misdirectedMs: number | undefined;

  constructor(peer: Peer, host: DialledLinkHost) {
    this.peer = peer;
    this.#host = host;
    this.#pending = new PendingRequests(host);
    this.#wantedMs = host.nowMs();
    this.#dial();
  }

  get isOpen(): boolean {
    return this.#state.name === 'open';
  }
  get inFlight(): number {
    return this.#pending.size;
  }
  get queuedBytes(): number {
    return this.#state.name === 'open' ? this.#state.channel.queuedBytes : this.#waitingBytes;
  }
  get bytes(): { read: number; written: number } {
    return this.#state.name === 'open' ? this.#state.channel.bytes : { read: 0, written: 0 };
  }

  /** Keeps the link being dialled for another PEER_WANTED_MS. */
  want(): void {
    this.#wantedMs = this.#host.nowMs();
  }

  request(method: string, body: unknown, deadlineMs: number, done: Done): void {
    const nowMs = this.#host.nowMs();
    this.#wantedMs = nowMs;
    const remainingMs = Math.min(DEADLINE_MS_MAX, Math.floor(deadlineMs));
    const why = !(remainingMs > 0)
      ? 'deadline'
      : this.#isFull()
        ? 'busy'
        : this.#isAway()
          ? 'refused'
          : undefined;
    if (why !== undefined) {
      this.#host.endSoon(done, why);
      return;
    }
    const call = this.#encode(method, body);
    if (call === undefined) {
      this.#host.endSoon(done, 'fault');
      return;
    }
    const dueMs = nowMs + remainingMs;
    const id = this.#pending.add(dueMs, done);
    if (this.#state.name === 'open') this.#state.channel.send(requestText(id, remainingMs, call));
    else this.#wait({ id, dueMs, call });
  }

  note(name: string, body: unknown): void {
    this.want();
    const call = this.#isFull() || this.#isAway() ? undefined : this.#encode(name, body);
    if (call === undefined) {
      this.#host.counts.notesDropped += 1;
      return;
    }
    this.#host.counts.notesSent += 1;
    if (this.#state.name === 'open') this.#state.channel.send(noteText(call));
    else this.#wait({ id: 0, dueMs: Number.POSITIVE_INFINITY, call });
  }

  /** What is on its way is `closed`, and nobody is told of the loss. Resolves when the socket is gone. */
  async close(): Promise<void> {
    await this.#leave((channel) => channel.close());
  }

  /** The same, without a word to the other end. */
  cut(): void {
    this.#leave((channel) => channel.cut());
  }

  #leave<T>(end: (channel: Channel) => T): T | undefined {
    const state = this.#state;
    this.#state = { name: 'gone' };
    this.#forgetWaiting();
    if (state.name === 'open') {
      const ended = end(state.channel);
      this.#pending.takeAll()(FAILURES.closed);
      return ended;
    }
    if (state.name !== 'gone') state.stop();
    this.#pending.takeAll()(FAILURES.refused);
    return undefined;
  }

  #isFull(): boolean {
    return (
      (this.isOpen ? this.#pending.size : this.#waiting.length) >= PEER_INFLIGHT_MAX ||
      this.queuedBytes > PEER_QUEUE_BYTES_MAX
    );
  }

  #isAway(): boolean {
    return this.#state.name === 'pausing' || this.#state.name === 'gone';
  }

  #encode(name: string, body: unknown): string | undefined {
    try {
      return encodeCall(name, body);
    } catch (cause) {
      this.#host.fault('peer.request_not_sent', { peerId: this.peer.id, name, cause });
      return undefined;
    }
  }

  #wait(waiting: Waiting): void {
    this.#waiting.push(waiting);
    this.#waitingBytes += waiting.call.length;
  }

  #forgetWaiting(): Waiting[] {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    return waiting;
  }

  #dial(): void {
    this.#dials += 1;
    this.#host.counts.dials += 1;
    this.#state = {
      name: 'dialling',
      stop: dial(this.peer, this.#host, (dialled) => this.#dialled(dialled)),
    };
  }

  #dialled(dialled: Dialled): void {
    if (!dialled.ok) {
      this.#host.counts.dialsFailed += 1;
      const { how, objection } = dialled;
      if (this.#lasts(objection)) this.#host.object(objection, this.peer);
      this.#failed(how);
      return;
    }
    const channel = new Channel(dialled.webSocket, dialled.socket, {
      scheduler: this.#host.scheduler,
      counts: this.#host.counts,
      owner: {
        receive: (messages) => this.#receive(messages),
        lost: (how) => this.#lost(how),
        rubbish: () => this.#host.fault('peer.rubbish', { peerId: this.peer.id }),
      },
    });
    const nowMs = this.#host.nowMs();
    this.#misdirectedMs = undefined;
    this.#state = { name: 'open', channel, sinceMs: nowMs };
    for (const { id, dueMs, call } of this.#forgetWaiting()) {
      if (id === 0) channel.send(noteText(call));
      else if (this.#pending.has(id))
        channel.send(requestText(id, Math.max(1, Math.floor(dueMs - nowMs)), call));
    }
  }

  /** One that was replaced is found dead, and asked no more, before it has been misdirected for long. */
  #lasts(objection: Objection | undefined): objection is Objection {
    if (objection?.name !== 'another_answers') {
      this.#misdirectedMs = undefined;
      return objection !== undefined;
    }
    const nowMs = this.#host.nowMs();
    this.#misdirectedMs ??= nowMs;
    return nowMs - this.#misdirectedMs >= LEASE_UNRENEWED_MAX_MS;
  }

  /** Nothing of what waited has been sent. */
  #failed(how: PeerLoss): void {
    this.#forgetWaiting();
    const end = this.#pending.takeAll();
    this.#pause();
    this.#host.lost(this, how);
    end(FAILURES.refused);
  }

  #lost(how: 'closed' | 'silent'): void {
    if (this.#state.name === 'open' && this.#host.nowMs() - this.#state.sinceMs >= PEER_STEADY_MS)
      this.#dials = 0;
    const end = this.#pending.takeAll();
    this.#pause();
    this.#host.lost(this, how);
    end(FAILURES.closed);
  }

  /** The first dial after a steady link is at once, asked for or not: it tells whether the process is still there. */
  #pause(): void {
    if (this.#dials === 0) {
      this.#dial();
      return;
    }
    const ms = Math.min(PEER_REDIAL_MAX_MS, PEER_REDIAL_FIRST_MS * 2 ** (this.#dials - 1));
    const stop = this.#host.scheduler.after(ms, () => {
      if (this.#host.nowMs() - this.#wantedMs < PEER_WANTED_MS) {
        this.#dial();
        return;
      }
      this.#state = { name: 'gone' };
      this.#host.gone(this);
    });
    this.#state = { name: 'pausing', stop };
  }

  #receive(messages: readonly unknown[]): boolean {
    for (const message of messages) {
      if (!isAnswer(message)) return false;
      const reply: PeerReply = message.length === 2 ? { ok: true, body: message[1] } : FAILURES[message[2]];
      if (!this.#pending.end(message[0], reply)) this.#host.counts.late += 1;
    }
    return true;
  }
}
