/**
 * Questions to every node at once, whose answers together must speak for every shard: where some shard is between two
 * owners, or a node cannot be reached, all are asked again.
 */
import type { Scheduler } from '../actors/deadlines.ts';
import type { Clock } from '../actors/ports.ts';
import { Refusal } from '../protocol/errors.ts';
import { shardOf } from '../protocol/ids.ts';
import { COMMAND_DEADLINE_MS, SHARDS, SURVEY_RETRY_MS } from '../protocol/limits.ts';
import type { Peer } from './ports.ts';
import type { PeerRequests } from './router.ts';
import { ShardSet } from './shard-set.ts';

/** What a node answers: for which shards, and what it found in them. */
export interface Part<T> {
  readonly shards: string;
  readonly found: readonly T[];
}

export interface SurveyParts {
  readonly peers: PeerRequests | undefined;
  readonly others: () => readonly Peer[];
  /** For which shards this node answers now, as text. */
  readonly ownShards: () => string;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
}

export class Survey {
  readonly #parts: SurveyParts;

  constructor(parts: SurveyParts) {
    this.#parts = parts;
  }

  ownShards(): string {
    return this.#parts.ownShards();
  }

  /**
   * One state of all: what was found when every shard had an owner who could tell. What two nodes both tell, around a
   * change of owner, is the caller's to tell apart.
   * @returns undefined where no such answer came within COMMAND_DEADLINE_MS
   */
  async everywhere<T>(
    method: string,
    body: unknown,
    here: () => Promise<readonly T[]>,
  ): Promise<readonly T[] | undefined> {
    for await (const parts of this.#rounds(method, body, here)) {
      const covered = new ShardSet();
      for (const part of parts) covered.add(part?.shards);
      if (covered.isWhole) return parts.flatMap((part) => part?.found ?? []);
    }
    return undefined;
  }

  /**
   * Shard by shard, each as of some instant since the call, as soon as its owner has told: shards that move all the
   * time keep nobody from hearing of the others. What a node finds must be of the shards it says, at one instant.
   * @param wanted which shards
   * @param told of each answer: for which shards it speaks that none before it spoke for, and what is found in them
   * @returns whether all have been told of within COMMAND_DEADLINE_MS
   */
  async shardByShard<T extends { readonly apartmentId: string }>(
    method: string,
    body: unknown,
    here: () => Promise<readonly T[]>,
    wanted: (shard: number) => boolean,
    told: (speaksFor: (shard: number) => boolean, found: readonly T[]) => void,
  ): Promise<boolean> {
    const left = new Set(Array.from({ length: SHARDS }, (_, shard) => shard).filter(wanted));
    for await (const parts of this.#rounds(method, body, here)) {
      for (const part of parts) {
        const covered = new ShardSet();
        covered.add(part?.shards);
        const fresh = new Set([...left].filter((shard) => covered.has(shard)));
        if (part === undefined || fresh.size === 0) continue;
        for (const shard of fresh) left.delete(shard);
        const speaksFor = (shard: number) => fresh.has(shard);
        told(
          speaksFor,
          part.found.filter(({ apartmentId }) => speaksFor(shardOf(apartmentId))),
        );
      }
      if (left.size === 0) return true;
    }
    return false;
  }

  /** What all answer, asked every SURVEY_RETRY_MS; undefined for one that does not. It ends after COMMAND_DEADLINE_MS. */
  async *#rounds<T>(
    method: string,
    body: unknown,
    here: () => Promise<readonly T[]>,
  ): AsyncGenerator<readonly (Part<T> | undefined)[]> {
    const untilMs = this.#parts.clock.nowMs() + COMMAND_DEADLINE_MS;
    for (;;) {
      const leftMs = untilMs - this.#parts.clock.nowMs();
      if (leftMs <= 0) return;
      // The shards before what is found in them: one that leaves meanwhile is told of by its next owner too.
      const shards = this.ownShards();
      const own = here().then(
        (found) => ({ shards, found }),
        (cause) => {
          // One of the apartments could not be read just now.
          if (cause instanceof Refusal) return undefined;
          throw cause;
        },
      );
      const others = this.#parts.others().map((peer) => this.#ask<T>(peer, method, body, leftMs));
      yield await Promise.all([own, ...others]);
      await new Promise<void>((resolve) => this.#parts.scheduler.after(SURVEY_RETRY_MS, resolve));
    }
  }

  #ask<T>(peer: Peer, method: string, body: unknown, leftMs: number): Promise<Part<T> | undefined> {
    return new Promise((resolve) =>
      this.#parts.peers?.request(peer, method, body, leftMs, (reply) =>
        resolve(reply.ok ? (reply.body as Part<T>) : undefined),
      ),
    );
  }
}
