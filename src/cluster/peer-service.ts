/** What this node answers its peers. Who asks has proved that it knows the system's secret; what it asks may be of another version. */
import { isKnownCommand } from '../actors/commands/table.ts';
import type { OpenHolds } from '../actors/open-holds.ts';
import type { ApartmentReads } from '../actors/reads.ts';
import type { Registry } from '../actors/registry.ts';
import type { ApartmentCommand } from '../protocol/apartment-command.ts';
import { isOfAnother, type Outcome, Refusal } from '../protocol/errors.ts';
import { shardOf } from '../protocol/ids.ts';
import { COMMAND_DEADLINE_MS } from '../protocol/limits.ts';
import type { NightRange } from '../protocol/nights.ts';
import type { Hold, Subject } from '../protocol/resources.ts';
import type { Clock } from '../time/clock.ts';
import type { Interest } from './interest.ts';
import { KNOWN_HOLDS_AT_ONCE, OPEN_PARTS } from './limits.ts';
import type { KnownHold, OpenHold } from './peer-answers.ts';
import type { OnRequest } from './peers/accepted-link.ts';
import { MOVED } from './router.ts';

/** In which of OPEN_PARTS the open holds of a shard are told. */
export const partOf = (shard: number): number => shard % OPEN_PARTS;

export interface PeerServiceParts {
  readonly registry: Registry;
  readonly reads: ApartmentReads;
  readonly openHolds: OpenHolds;
  readonly clock: Clock;
  readonly interest: Interest;
  readonly accepts: (shard: number) => boolean;
  /** The shards for which this node can say what is open in them, as text. */
  readonly ownShards: () => string;
  /** Somebody was refused what is another's, in words that do not say so. */
  readonly accessRefused: (subjectId: string, command: string) => void;
}

export class PeerService {
  readonly #parts: PeerServiceParts;

  constructor(parts: PeerServiceParts) {
    this.#parts = parts;
  }

  /** A guest's open holds in the apartments running here. @throws Refusal where one of them cannot be read */
  holdsHere(guestId: string): Promise<readonly Hold[]> {
    const { reads, openHolds } = this.#parts;
    return reads.openHolds(guestId, openHolds.apartmentsOf(guestId));
  }

  /** @param part which of OPEN_PARTS, by `partOf` */
  openHere(part: number): OpenHold[] {
    const open: OpenHold[] = [];
    for (const { apartmentId, hold } of this.#parts.registry.openHolds()) {
      if (partOf(shardOf(apartmentId)) !== part) continue;
      const { from, to, guestId, id, expiresAtMs } = hold;
      open.push({ apartmentId, from, to, guestId, id, untilMs: expiresAtMs });
    }
    return open;
  }

  /**
   * Open holds as far as this node knows, those of apartments elsewhere by hearsay; at most KNOWN_HOLDS_AT_ONCE.
   * @param from how many were told before. What ends between two answers may push another one out of both.
   */
  knownHere(from: number): KnownHold[] {
    return [...this.#known().drop(from).take(KNOWN_HOLDS_AT_ONCE)];
  }

  *#known(): Generator<KnownHold> {
    for (const { apartmentId, hold } of this.#parts.registry.openHolds()) {
      yield [hold.guestId, hold.id, hold.expiresAtMs, apartmentId, hold.to - hold.from];
    }
    for (const { guestId, id, untilMs, apartmentId, nights } of this.#parts.openHolds.believed()) {
      yield [guestId, id, untilMs, apartmentId, nights];
    }
  }

  /**
   * The last versions told, of those apartments that run here. What is ours and does not run is started: a former owner
   * may have written what it told nobody, and the next beacon tells it.
   */
  versionsHere(apartmentIds: readonly string[]): Map<string, number> {
    const { registry, accepts, clock } = this.#parts;
    const versions = new Map<string, number>();
    for (const id of apartmentIds) {
      const apartment = registry.get(id);
      if (apartment !== undefined) versions.set(id, apartment.publishedVersion);
      else if (accepts(shardOf(id))) registry.with(id, clock.nowMs(), nothing, nothing);
    }
    return versions;
  }

  readonly onRequest: OnRequest = (_peerId, method, body, deadlineMs, reply) => {
    const answer = (found: unknown) => reply({ ok: true, body: found });
    const sinceMs = this.#parts.clock.nowMs() - Math.max(0, COMMAND_DEADLINE_MS - deadlineMs);
    switch (method) {
      case 'command': {
        const [subject, command] = body as [Subject, ApartmentCommand];
        if (!this.#parts.accepts(shardOf(command.apartmentId))) return answer(MOVED);
        if (!isKnownCommand(command))
          throw new Error(`a peer sends the command ${command.kind}, which this version does not know`);
        const told = (outcome: Outcome<unknown>) => {
          if (!outcome.ok && isOfAnother(outcome.error)) this.#parts.accessRefused(subject.id, command.kind);
          answer(outcome);
        };
        return this.#parts.registry.ask({ subject, command, reply: told, sinceMs, attempts: 0 });
      }
      case 'calendar': {
        const [apartmentId, window] = body as [string, NightRange];
        if (!this.#parts.accepts(shardOf(apartmentId))) return answer(MOVED);
        // Before it is read: what follows the calendar must not be missed.
        this.#parts.interest.watch(apartmentId);
        return this.#parts.reads
          .calendar(apartmentId, window, sinceMs)
          .then((outcome) => answer(outcome ?? MOVED));
      }
      case 'claims': {
        const [apartmentId, window] = body as [string, NightRange];
        if (!this.#parts.accepts(shardOf(apartmentId))) return answer(MOVED);
        return this.#parts.reads
          .claims(apartmentId, window, sinceMs)
          .then((outcome) => answer(outcome ?? MOVED));
      }
      case 'versions':
        for (const id of body as string[]) this.#parts.interest.watch(id);
        return answer([...this.versionsHere(body as string[])]);
      case 'feed':
        this.#parts.interest.feed();
        return answer(null);
      case 'holds': {
        const shards = this.#parts.ownShards();
        return this.holdsHere(body as string).then(
          (found) => answer({ shards, found }),
          (cause) => {
            // One of the apartments cannot be read just now, as its own log line tells.
            if (!(cause instanceof Refusal)) throw cause;
            reply({ ok: false, why: 'fault' });
          },
        );
      }
      case 'open':
        return answer({ shards: this.#parts.ownShards(), found: this.openHere(Number(body)) });
      case 'known':
        return answer(this.knownHere(Number(body)));
      default:
        throw new Error(`a peer asks for ${method}, which this version does not know`);
    }
  };
}

function nothing(): void {}
