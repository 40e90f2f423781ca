/**
 * Brings a command or a question to its apartment, wherever that runs: here, or at a peer. While a shard changes
 * hands, is being loaded, or its owner cannot be reached, it waits and is tried again, with the same `requestId`,
 * until its deadline: what fails elsewhere shows here as latency.
 */

import { notKnownToAll } from '../actors/calendar/decision.ts';
import { featureOf } from '../actors/commands/table.ts';
import type { ApartmentReads } from '../actors/reads.ts';
import type { Registry } from '../actors/registry.ts';
import type { Asked } from '../actors/turn.ts';
import type { StandingClaims } from '../protocol/claims.ts';
import { type Outcome, refuse } from '../protocol/errors.ts';
import type { Feature } from '../protocol/feature-levels.ts';
import { shardOf } from '../protocol/ids.ts';
import { COMMAND_DEADLINE_MS } from '../protocol/limits.ts';
import type { NightRange } from '../protocol/nights.ts';
import type { Calendar } from '../protocol/resources.ts';
import type { Clock } from '../time/clock.ts';
import type { Scheduler } from '../time/scheduler.ts';
import { ROUTE_RETRY_MS, ROUTED_WAITING_MAX } from './limits.ts';
import type { PeerReply } from './peers/messages.ts';

/** Who runs a shard's apartments, as membership sees it. */
export interface Routing {
  /** Whether new commands are taken here. */
  accepts(shard: number): boolean;
  ownerOf(
    shard: number,
  ): { readonly nodeId: string; readonly url: string; readonly isSelf: boolean } | undefined;
  onOwnersChanged(listener: () => void): () => void;
  /** Whether all servers understand it: what not all do is not sent. */
  mayWrite(feature: Feature): boolean;
  /** What is known of the owners is out of date. */
  hint(): void;
}

export interface PeerRequests {
  request(
    peer: { readonly id: string; readonly url: string },
    method: string,
    body: unknown,
    deadlineMs: number,
    done: (reply: PeerReply) => void,
  ): void;
}

export interface RouterParts {
  readonly registry: Registry;
  readonly reads: ApartmentReads;
  readonly routing: Routing;
  /** Undefined where this node is alone. */
  readonly peers: PeerRequests | undefined;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  /** A peer answers what cannot be read. */
  readonly onFault?: ((event: string, details: Record<string, unknown>) => void) | undefined;
}

/** A peer's answer where the shard is not its own. */
export const MOVED = 'moved';

/** What is to be done at the owner of a shard. */
interface Errand {
  readonly shard: number;
  readonly method: string;
  readonly body: unknown;
  readonly untilMs: number;
  readonly here: () => void;
  readonly answered: (outcome: Outcome<never>) => void;
  /** Not in time; whether it was done is unknown. */
  readonly failed: () => void;
}

export class Router {
  readonly #parts: RouterParts;
  #waiting: Errand[] = [];
  #isArmed = false;

  constructor(parts: RouterParts) {
    this.#parts = parts;
    parts.routing.onOwnersChanged(() => this.#retry());
  }

  /** `asked.reply` is called once, within COMMAND_DEADLINE_MS of `sinceMs`. */
  ask(asked: Asked): void {
    const { registry, routing } = this.#parts;
    const shard = shardOf(asked.command.apartmentId);
    if (routing.accepts(shard)) return registry.ask(asked);
    const { subject, command } = asked;
    const feature = featureOf(command);
    if (feature !== undefined && !routing.mayWrite(feature))
      return asked.reply({ ok: false, error: notKnownToAll(feature) });
    this.#run({
      shard,
      method: 'command',
      body: [subject, command],
      untilMs: asked.sinceMs + COMMAND_DEADLINE_MS,
      here: () => registry.ask(asked),
      answered: (outcome) => asked.reply(outcome),
      failed: () => asked.reply(unreachable(command.apartmentId)),
    });
  }

  /** The committed calendar, in order with the deltas that watchers get. */
  calendar(apartmentId: string, window: NightRange): Promise<Outcome<Calendar>> {
    const { reads } = this.#parts;
    return this.#read('calendar', apartmentId, window, (sinceMs) =>
      reads.calendar(apartmentId, window, sinceMs),
    );
  }

  /** The committed claims in a window. */
  claims(apartmentId: string, window: NightRange): Promise<Outcome<StandingClaims>> {
    const { reads } = this.#parts;
    return this.#read('claims', apartmentId, window, (sinceMs) => reads.claims(apartmentId, window, sinceMs));
  }

  /** @param here reads it in this process; undefined where it moved meanwhile */
  #read<T>(
    method: 'calendar' | 'claims',
    apartmentId: string,
    window: NightRange,
    here: (sinceMs: number) => Promise<Outcome<T> | undefined>,
  ): Promise<Outcome<T>> {
    const sinceMs = this.#parts.clock.nowMs();
    return new Promise((resolve) => {
      const errand: Errand = {
        shard: shardOf(apartmentId),
        method,
        body: [apartmentId, window],
        untilMs: sinceMs + COMMAND_DEADLINE_MS,
        here: () =>
          void here(sinceMs).then((outcome) => {
            if (outcome === undefined) this.#wait(errand);
            else resolve(outcome);
          }),
        answered: resolve,
        failed: () => resolve(unreachable(apartmentId)),
      };
      this.#run(errand);
    });
  }

  /** Errands that wait for their shard's owner. */
  get waiting(): number {
    return this.#waiting.length;
  }

  #run(errand: Errand): void {
    const { routing, peers, clock } = this.#parts;
    if (routing.accepts(errand.shard)) return errand.here();
    const leftMs = errand.untilMs - clock.nowMs();
    if (leftMs <= 0) return errand.failed();
    const owner = routing.ownerOf(errand.shard);
    if (peers === undefined || owner === undefined || owner.isSelf) return this.#wait(errand);
    const { nodeId: id, url } = owner;
    peers.request({ id, url }, errand.method, errand.body, leftMs, (reply) => this.#took(errand, id, reply));
  }

  #took(errand: Errand, peerId: string, reply: PeerReply): void {
    if (reply.ok) {
      if (isOutcome(reply.body)) return errand.answered(reply.body);
      if (reply.body !== MOVED) {
        this.#parts.onFault?.('peer.answer_not_read', { peerId, method: errand.method });
        return errand.failed();
      }
      this.#parts.routing.hint();
      return this.#wait(errand);
    }
    switch (reply.why) {
      case 'deadline':
      case 'fault':
        return errand.failed();
      // Whether it was done is unknown: it is asked again under the same requestId.
      case 'closed':
      case 'refused':
        this.#parts.routing.hint();
        return this.#wait(errand);
      case 'busy':
        return this.#wait(errand);
    }
  }

  #wait(errand: Errand): void {
    if (this.#waiting.length >= ROUTED_WAITING_MAX) return errand.failed();
    this.#waiting.push(errand);
    if (this.#isArmed) return;
    this.#isArmed = true;
    this.#parts.scheduler.after(ROUTE_RETRY_MS, () => {
      this.#isArmed = false;
      this.#retry();
    });
  }

  #retry(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const errand of waiting) this.#run(errand);
  }
}

/** As far as whoever gets it looks before it is taken for a success or a refusal; the rest is the owner's word. */
function isOutcome(body: unknown): body is Outcome<never> {
  if (typeof body !== 'object' || body === null || !('ok' in body)) return false;
  if (body.ok === true) return 'data' in body;
  return body.ok === false && 'error' in body && typeof body.error === 'object' && body.error !== null;
}

function unreachable(apartmentId: string): { ok: false; error: ReturnType<typeof refuse>['error'] } {
  const sentence = `apartment ${apartmentId} could not be reached in time; send it again with the same requestId`;
  return refuse('unavailable', sentence, { retryAfterMs: 500 });
}
