/**
 * The open loop's plan: command number i is due at a fixed instant, whatever happened to those before it. Waiting
 * for an answer never moves a later instant, so a stall of the server shows in every command that was due
 * meanwhile (no coordinated omission).
 *
 * Instants lie on whole milliseconds of the clock handed in, because a Node timer cannot do better: a finer plan
 * would add up to 1 ms of the driver's own lateness to each latency.
 */
export class Schedule {
  readonly #startMs: number;
  readonly #perMs: number;
  #sent = 0;

  /** @param ratePerSecond commands a second, above 0 */
  constructor(ratePerSecond: number, nowMs: number) {
    if (!(ratePerSecond > 0)) throw new RangeError(`a rate of ${ratePerSecond}; it must be above 0`);
    this.#perMs = ratePerSecond / 1_000;
    this.#startMs = Math.ceil(nowMs);
  }

  /** The instant of command number `index`, counted from 0. */
  instantMs(index: number): number {
    return this.#startMs + Math.floor(index / this.#perMs);
  }

  /** How many commands are due by now and were not taken yet. */
  due(nowMs: number): number {
    if (nowMs < this.#startMs) return 0;
    const elapsedMs = Math.floor(nowMs - this.#startMs);
    return Math.ceil((elapsedMs + 1) * this.#perMs) - this.#sent;
  }

  /** The instant at which the next command is due. */
  nextMs(): number {
    return this.instantMs(this.#sent);
  }

  /** The next command was sent. */
  take(): void {
    this.#sent++;
  }
}
