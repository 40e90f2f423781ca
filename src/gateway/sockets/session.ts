/**
 * One client in one namespace: who it is, what it watches, what it has under way. Its events come here from the
 * frame (link.ts) or, the rare ones, from Socket.IO; its answers and deltas leave through the link.
 */
import type { Socket } from 'socket.io';
import { type ErrorCode, errorBody, type Outcome, refuse } from '../../protocol/errors.ts';
import type { Subject } from '../../protocol/resources.ts';
import { type Caller, NOBODY } from '../caller.ts';
import type { Dispatch } from '../dispatch.ts';
import type { Faults } from '../faults.ts';
import type { Budget } from '../limits/budgets.ts';
import { HELD_BACK_MAX, SOCKET_INFLIGHT_MAX } from '../limits.ts';
import type { Log } from '../log.ts';
import { attemptOf, type SecurityLog } from '../security-log.ts';
import type { EventSink, Link } from './link.ts';
import { eventText, outcomeText, type PacketHeads, refusalText } from './packets.ts';

/** What all sessions of a namespace share. */
export interface SessionHost {
  readonly heads: PacketHeads;
  readonly dispatch: Dispatch<Session>;
  readonly log: Log;
  readonly faults: Faults;
  readonly security: SecurityLog;
  budgetOf(subjectId: string): Budget | undefined;
  /** Resolves once what other servers tell these rooms arrives here; at once where there are none. */
  subscribed(rooms: readonly string[]): Promise<void>;
  /** Commands under way on this server, which a drain waits for. */
  readonly inFlight: { count: number };
  /** Undefined while this server takes commands. */
  refusal(): { ok: false; error: ReturnType<typeof errorBody> } | undefined;
}

/** An event about one apartment, which may be conflated: a later one makes an earlier one unnecessary. */
export interface Delta {
  readonly apartmentId: string;
  /** A beacon tells nothing new: it is left out where the reader is behind. */
  readonly beacon: boolean;
  readonly message: string | Buffer;
}

const NO_RETRY_SOON_MS = 100;

export class Session implements Caller, EventSink {
  readonly prefix: Buffer;
  readonly socket: Socket;
  readonly link: Link;
  budget: Budget | undefined;
  /** Apartments watched; of /v1 only. */
  readonly watched = new Set<string>();
  readonly #host: SessionHost;
  #caller: Caller = NOBODY;
  #inFlight = 0;
  #snapshots = 0;
  #heldBack: Delta[] = [];
  /** The latest of each apartment that was not held back any more: newer than all that was. */
  readonly #overflowed = new Map<string, Delta>();
  /** The latest delta of each apartment that was not written because the reader was behind. */
  #conflated: Map<string, string | Buffer> | undefined;

  constructor(socket: Socket, link: Link, host: SessionHost) {
    this.socket = socket;
    this.link = link;
    this.prefix = host.heads.prefix;
    this.#host = host;
  }

  get subject(): Subject | undefined {
    return this.#caller.subject;
  }
  get sessionId(): string | undefined {
    return this.#caller.sessionId;
  }
  get expiresAtMs(): number {
    return this.#caller.expiresAtMs;
  }

  become(caller: Caller): void {
    this.#caller = caller;
    this.budget = caller.subject === undefined ? undefined : this.#host.budgetOf(caller.subject.id);
  }

  /** Changes made on this server are heard from the return on; those of other servers, when the promise resolves. */
  async join(rooms: string | string[]): Promise<void> {
    if (!this.socket.connected) return;
    try {
      await this.socket.join(rooms);
      await this.#host.subscribed([rooms].flat());
    } catch (cause) {
      // Deltas of other servers may be missing; the beacons tell.
      this.#host.log.error({ event: 'room.unreachable', cause });
    }
  }

  leave(room: string): void {
    Promise.resolve(this.socket.leave(room)).catch((cause: unknown) => {
      this.#host.log.error({ event: 'room.unreachable', cause });
    });
  }

  /** Everything a client sends ends here. Never throws. */
  receive(args: unknown[], ackId: number | undefined): void {
    if (args.length > 2) {
      this.#acknowledge(ackId, TOO_MANY_ARGUMENTS);
      return;
    }
    if (this.#inFlight >= SOCKET_INFLIGHT_MAX) {
      this.#acknowledge(ackId, TOO_MANY_IN_FLIGHT);
      return;
    }
    const refusal = this.#host.refusal();
    if (refusal !== undefined) {
      this.#acknowledge(ackId, refusal);
      return;
    }
    const all = this.#host.inFlight;
    this.#inFlight += 1;
    all.count += 1;
    let open = true;
    this.#host.dispatch.run(this, args[0], args[1], (outcome) => {
      if (!open) return;
      open = false;
      this.#inFlight -= 1;
      all.count -= 1;
      if (!outcome.ok) this.#tellRefused(args[0], attemptOf(outcome.error));
      this.#acknowledge(ackId, outcome);
    });
  }

  refuseForRate(ackId: number | undefined, retryAfterMs: number): void {
    this.#host.security.tell({ event: 'limit.reached', limit: 'commands' });
    if (ackId === undefined) return;
    const message = `too many commands at once; wait ${retryAfterMs} ms`;
    const error = errorBody('rate_limited', message, { retryAfterMs });
    this.link.send(`${this.#host.heads.ack}${ackId}[${refusalText(error)}]`);
  }

  send(event: string, payload: unknown): void {
    this.link.send(eventText(this.#host.heads, event, JSON.stringify(payload)));
  }

  /** In order, unless the reader is behind; then only the latest of each apartment, once it has caught up. */
  deliver(delta: Delta): void {
    if (this.#snapshots > 0) {
      if (this.#heldBack.length < HELD_BACK_MAX) this.#heldBack.push(delta);
      else if (!delta.beacon) this.#overflowed.set(delta.apartmentId, delta);
      return;
    }
    if (this.link.isBehind || this.#conflated?.has(delta.apartmentId)) {
      if (delta.beacon) return;
      this.#conflated ??= new Map();
      this.#conflated.set(delta.apartmentId, delta.message);
      return;
    }
    this.link.send(delta.message);
  }

  /** What has been kept for it of an apartment that it does not watch any more, or may not know of (S8), is never sent. */
  forget(apartmentId: string): void {
    if (this.#heldBack.length > 0)
      this.#heldBack = this.#heldBack.filter((delta) => delta.apartmentId !== apartmentId);
    this.#overflowed.delete(apartmentId);
    this.#conflated?.delete(apartmentId);
  }

  /**
   * A watcher that missed several sees the version jump and asks again; one that missed a single delta gets
   * that delta. (A bare version would not do: it would look like a step that changed no night.)
   */
  caughtUp(): void {
    if (this.#conflated === undefined || this.#snapshots > 0) return;
    const latest = this.#conflated;
    this.#conflated = undefined;
    for (const message of latest.values()) this.link.send(message);
  }

  /**
   * While a snapshot is read, deltas wait: the answer leaves first, so that what follows it builds on it. The
   * caller has joined the rooms already, so nothing falls between.
   */
  async withSnapshot(read: () => Promise<void>): Promise<void> {
    this.#snapshots += 1;
    try {
      await read();
    } finally {
      this.#snapshots -= 1;
      if (this.#snapshots === 0) {
        const heldBack = this.#heldBack;
        this.#heldBack = [];
        for (const delta of heldBack) this.deliver(delta);
        for (const delta of this.#overflowed.values()) this.deliver(delta);
        this.#overflowed.clear();
        if (!this.link.isBehind) this.caughtUp();
      }
    }
  }

  #tellRefused(name: unknown, code: ErrorCode): void {
    const { dispatch, security } = this.#host;
    security.refused({ by: 'socket', route: dispatch.nameOf(name), subjectId: this.subject?.id, code });
  }

  #acknowledge(ackId: number | undefined, outcome: Outcome<unknown>): void {
    if (ackId === undefined) return;
    let text: string;
    try {
      text = outcomeText(outcome);
    } catch (error) {
      text = refusalText(this.#host.faults.answer('answer', undefined, error).error);
    }
    this.link.send(`${this.#host.heads.ack}${ackId}[${text}]`);
  }
}

const TOO_MANY_ARGUMENTS = refuse(
  'invalid_request',
  'an event takes one object and an acknowledgement; it got more arguments',
);
const TOO_MANY_IN_FLIGHT = refuse(
  'rate_limited',
  `${SOCKET_INFLIGHT_MAX} commands of this socket are under way; wait for some of their answers`,
  { retryAfterMs: NO_RETRY_SOON_MS },
);
