/**
 * Questions to every node at once, whose answers together must speak for every shard: where some shard is between two
 * owners, or a node cannot be reached, all are asked again. What two nodes both tell, around a change of owner, is the
 * caller's to tell apart.
 */
import type { Scheduler } from '../actors/deadlines.ts';
import type { Clock } from '../actors/ports.ts';
import { Refusal } from '../protocol/errors.ts';
import { COMMAND_DEADLINE_MS, SURVEY_RETRY_MS } from '../protocol/limits.ts';
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

  /** @returns undefined where no complete answer came within COMMAND_DEADLINE_MS */
  async everywhere<T>(
    method: string,
    body: unknown,
    here: () => Promise<readonly T[]>,
  ): Promise<readonly T[] | undefined> {
    const untilMs = this.#parts.clock.nowMs() + COMMAND_DEADLINE_MS;
    for (;;) {
      const leftMs = untilMs - this.#parts.clock.nowMs();
      if (leftMs <= 0) return undefined;
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
      const covered = new ShardSet();
      const parts = await Promise.all([own, ...others]);
      for (const part of parts) covered.add(part?.shards);
      if (covered.isWhole) return parts.flatMap((part) => part?.found ?? []);
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
