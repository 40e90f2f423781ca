/**
 * Requests of one link that have no answer yet. Each is ended once: it is taken out before anybody is told. One timer
 * for all of them, at the earliest deadline; answered ones cost it nothing, as most deadlines are far away.
 */
import type { Scheduler } from '../../time/scheduler.ts';
import { FAILURES, type PeerReply } from './messages.ts';

interface PendingRequest {
  readonly dueMs: number;
  readonly done: (reply: PeerReply) => void;
}

export interface PendingHost {
  readonly scheduler: Scheduler;
  readonly nowMs: () => number;
  /** Tells who asked; must not throw. */
  readonly end: (done: (reply: PeerReply) => void, reply: PeerReply) => void;
}

/** Deadlines are looked at no more often than this, in milliseconds. */
const RESOLUTION_MS = 5;
/** A longer timer would fire at once (2^31 - 1 ms). */
const SLEEP_MS_MAX = 60_000;

export class PendingRequests {
  readonly #host: PendingHost;
  readonly #byId = new Map<number, PendingRequest>();
  #lastId = 0;
  #wakeAtMs = Number.POSITIVE_INFINITY;
  #cancel: (() => void) | undefined;

  constructor(host: PendingHost) {
    this.#host = host;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** @returns its id on the wire */
  add(dueMs: number, done: (reply: PeerReply) => void): number {
    const id = ++this.#lastId;
    this.#byId.set(id, { dueMs, done });
    if (dueMs < this.#wakeAtMs) this.#sleep(dueMs);
    return id;
  }

  has(id: number): boolean {
    return this.#byId.has(id);
  }

  /** False where it has ended before: its deadline has passed, or the id was never given out. */
  end(id: number, reply: PeerReply): boolean {
    const request = this.#byId.get(id);
    if (request === undefined) return false;
    this.#byId.delete(id);
    this.#host.end(request.done, reply);
    return true;
  }

  /** Takes all out; the result tells them. What is asked meanwhile, by those that are told, is not part of it. */
  takeAll(): (reply: PeerReply) => void {
    const requests = [...this.#byId.values()];
    this.#byId.clear();
    this.#cancel?.();
    this.#cancel = undefined;
    this.#wakeAtMs = Number.POSITIVE_INFINITY;
    return (reply) => {
      for (const { done } of requests) this.#host.end(done, reply);
    };
  }

  #sleep(atMs: number): void {
    this.#cancel?.();
    const nowMs = this.#host.nowMs();
    const ms = Math.min(SLEEP_MS_MAX, Math.max(RESOLUTION_MS, atMs - nowMs));
    this.#wakeAtMs = nowMs + ms;
    this.#cancel = this.#host.scheduler.after(ms, () => this.#wake());
  }

  #wake(): void {
    this.#cancel = undefined;
    this.#wakeAtMs = Number.POSITIVE_INFINITY;
    const nowMs = this.#host.nowMs();
    const due: number[] = [];
    let earliestMs = Number.POSITIVE_INFINITY;
    for (const [id, { dueMs }] of this.#byId) {
      if (dueMs <= nowMs) due.push(id);
      else if (dueMs < earliestMs) earliestMs = dueMs;
    }
    if (earliestMs < Number.POSITIVE_INFINITY) this.#sleep(earliestMs);
    for (const id of due) this.end(id, FAILURES.deadline);
  }
}
