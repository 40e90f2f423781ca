/**
 * Questions to every node at once, whose answers together must speak for every shard: where some shard is between two
 * owners, or a node cannot be reached, all are asked again.
 */
import type { z } from 'zod';
import { Refusal } from '../protocol/errors.ts';
import { shardOf } from '../protocol/ids.ts';
import { COMMAND_DEADLINE_MS, SHARDS } from '../protocol/limits.ts';
import type { Clock } from '../time/clock.ts';
import type { Scheduler } from '../time/scheduler.ts';
import { within } from '../time/within.ts';
import { SURVEY_RETRY_MAX_MS, SURVEY_RETRY_MS, SURVEY_ROUND_MS } from './limits.ts';
import type { Peer } from './membership/ports.ts';
import type { Part, PeerQuestions } from './peer-answers.ts';
import { ShardSet } from './shard-set.ts';

export interface SurveyParts {
  readonly questions: PeerQuestions;
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
    answer: z.ZodType<Part<T>>,
    here: () => Promise<readonly T[]>,
  ): Promise<readonly T[] | undefined> {
    for await (const leftMs of this.#rounds()) {
      const covered = new ShardSet();
      const parts = await Promise.all(this.#askAll(method, body, answer, here, leftMs));
      for (const part of parts) covered.add(part?.shards);
      if (covered.isWhole) return parts.flatMap((part) => part?.found ?? []);
    }
    return undefined;
  }

  /**
   * Shard by shard, each as of some instant since the call, as soon as its owner has told: neither shards that move nor
   * a node that does not answer keep anybody from hearing of the others. What a node finds must be of the shards it
   * says, at one instant.
   * @param wanted which shards
   * @param told of each answer: for which shards it speaks that none before it spoke for, and what is found in them
   * @returns whether all have been told of within COMMAND_DEADLINE_MS; nothing is told afterwards
   */
  async shardByShard<T extends { readonly apartmentId: string }>(
    method: string,
    body: unknown,
    answer: z.ZodType<Part<T>>,
    here: () => Promise<readonly T[]>,
    wanted: (shard: number) => boolean,
    told: (speaksFor: (shard: number) => boolean, found: readonly T[]) => void,
  ): Promise<boolean> {
    const left = new Set(Array.from({ length: SHARDS }, (_, shard) => shard).filter(wanted));
    const hear = (part: Part<T> | undefined) => {
      const covered = new ShardSet();
      covered.add(part?.shards);
      const fresh = new Set([...left].filter((shard) => covered.has(shard)));
      if (part === undefined || fresh.size === 0) return;
      for (const shard of fresh) left.delete(shard);
      const speaksFor = (shard: number) => fresh.has(shard);
      const found = part.found.filter(({ apartmentId }) => speaksFor(shardOf(apartmentId)));
      told(speaksFor, found);
    };
    for await (const leftMs of this.#rounds()) {
      const heard = this.#askAll(method, body, answer, here, leftMs).map((asked) => asked.then(hear));
      await within(this.#parts.scheduler, SURVEY_ROUND_MS, Promise.all(heard));
      if (left.size === 0) return true;
    }
    left.clear();
    return false;
  }

  /** With a pause after each, until COMMAND_DEADLINE_MS are over. @yields what is left of them */
  async *#rounds(): AsyncGenerator<number> {
    const { clock, scheduler } = this.#parts;
    const untilMs = clock.nowMs() + COMMAND_DEADLINE_MS;
    let pauseMs = SURVEY_RETRY_MS;
    for (let leftMs = COMMAND_DEADLINE_MS; leftMs > 0; leftMs = untilMs - clock.nowMs()) {
      yield leftMs;
      await new Promise<void>((resolve) => scheduler.after(pauseMs, resolve));
      pauseMs = Math.min(2 * pauseMs, SURVEY_RETRY_MAX_MS);
    }
  }

  /** Of every node a promise of its part; undefined where it does not answer in time. */
  #askAll<T>(
    method: string,
    body: unknown,
    answer: z.ZodType<Part<T>>,
    here: () => Promise<readonly T[]>,
    leftMs: number,
  ): Promise<Part<T> | undefined>[] {
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
    const { others, questions } = this.#parts;
    return [own, ...others().map((peer) => questions.ask(peer, method, body, leftMs, answer))];
  }
}
