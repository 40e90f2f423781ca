/**
 * The turns of one apartment that may not be told yet: their facts, or those of a turn before them, are not on disk.
 * They leave in order. A turn without facts waits right behind the one that it rests on; a read waits behind the
 * last turn that it has seen.
 */
import { COMMAND_DEADLINE_MS } from '../protocol/limits.ts';
import { answerUnavailable, isOverdue } from './overdue.ts';
import type { Follower, Turn } from './turn.ts';

/** Of every gate with nothing in it; never pushed to. */
const EMPTY: Turn[] = [];

export class OutputGate {
  #turns = EMPTY;

  get isEmpty(): boolean {
    return this.#turns.length === 0;
  }

  get length(): number {
    return this.#turns.length;
  }

  push(turn: Turn): void {
    if (this.#turns === EMPTY) this.#turns = [turn];
    else this.#turns.push(turn);
  }

  /** Runs behind what is in the gate now, at once where nothing is. */
  behind(follower: Follower): void {
    const last = this.#turns.at(-1);
    if (last === undefined) return follower.released();
    last.followers ??= [];
    last.followers.push(follower);
  }

  /** @returns the turns that may leave now, in order; none where this one is not in the gate */
  committed(turn: Turn): readonly Turn[] {
    const turns = this.#turns;
    const head = turns.indexOf(turn);
    if (head === -1) return [];
    let end = head + 1;
    while (end < turns.length && turns[end]!.entries.length === 0) end += 1;
    if (end === turns.length) {
      this.#turns = EMPTY;
      return turns;
    }
    this.#turns = turns.slice(end);
    return turns.slice(0, end);
  }

  /** They could not leave, as one before them has a defect: what hangs on them is asked again. */
  putBack(turns: readonly Turn[]): void {
    this.#turns = [...turns, ...this.#turns];
  }

  /** Answers what has waited too long. Its facts stay: whether they reach the disk is still open. */
  overdue(nowMs: number): void {
    for (const turn of this.#turns) {
      if (turn.asked !== undefined && isOverdue(turn.asked, nowMs)) answerUnavailable(turn.asked);
      if (turn.followers === undefined || nowMs - turn.atMs < COMMAND_DEADLINE_MS) continue;
      const followers = turn.followers;
      turn.followers = undefined;
      for (const follower of followers) follower.lost();
    }
  }

  /** @returns what will never leave */
  close(): readonly Turn[] {
    const turns = this.#turns;
    this.#turns = EMPTY;
    return turns;
  }

  [Symbol.iterator](): Iterator<Turn> {
    return this.#turns.values();
  }
}
