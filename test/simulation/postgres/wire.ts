import type { VirtualTime } from '../time.ts';

const RETRANSMIT_MS = 200;

/** One direction of a connection: in order, each in its time; what does not get through is sent again and again, as TCP does. */
export class Wire {
  readonly #time: VirtualTime;
  readonly #wayMs: () => number;
  readonly #passes: () => boolean;
  readonly #underWay: { readonly arrive: () => void; readonly dueMs: number }[] = [];

  constructor(time: VirtualTime, wayMs: () => number, passes: () => boolean) {
    this.#time = time;
    this.#wayMs = wayMs;
    this.#passes = passes;
  }

  send(arrive: () => void): void {
    this.#underWay.push({ arrive, dueMs: this.#time.nowMs + this.#wayMs() });
    if (this.#underWay.length === 1) this.#next(this.#underWay[0]!.dueMs);
  }

  #next(atMs: number): void {
    this.#time.at(atMs, () => {
      if (!this.#passes()) return this.#next(this.#time.nowMs + RETRANSMIT_MS);
      this.#underWay.shift()!.arrive();
      if (this.#underWay.length > 0) this.#next(this.#underWay[0]!.dueMs);
    });
  }
}
