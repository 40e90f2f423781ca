/**
 * The system's clock: PostgreSQL's, carried on by this process's monotonic clock. Measured beside each renewal of the
 * lease, by a question of its own: the answer with the shortest way tells the offset best. Corrections are slewed, in both directions and by at
 * most 1 %, so that no hold ends early or late because somebody set a clock; only after this machine was suspended
 * (its monotonic clock stood still) does time jump, forwards.
 */
import { uptime } from 'node:os';
import type { Clock } from '../../time/clock.ts';
import { CLOCK_AGREES_MS, CLOCK_SLEW_MS_PER_SECOND } from '../limits.ts';

/** What tells time here; a test hands in its own. In milliseconds: monotonic; and one that goes on in a suspended machine. */
export interface TimeSources {
  readonly monotonicMs: () => number;
  readonly uptimeMs: () => number;
  /** What the machine takes the time to be, in epoch milliseconds: one witness of several, as anybody may set it. */
  readonly wallMs: () => number;
}

const SAMPLES_MAX = 8;
/** A sample this old says little about the offset now, in milliseconds. */
const SAMPLE_AGE_MAX_MS = 30_000;
const SUSPENDED_MS = 1_000;
export const PROCESS_TIME: TimeSources = {
  monotonicMs: () => performance.now(),
  uptimeMs: () => uptime() * 1_000,
  wallMs: () => Date.now(),
};

interface Sample {
  readonly atMs: number;
  readonly roundTripMs: number;
  readonly offsetMs: number;
}

export class DatabaseClock implements Clock {
  readonly #sources: TimeSources;
  /** What is added to the monotonic clock now, and what it should become. */
  #offsetMs = Number.NaN;
  #targetMs = 0;
  #slewedAtMs = 0;
  #lastMs = 0;
  /** Uptime minus monotonic: grows only while the machine is suspended. */
  #sleptMs: number;
  #samples: Sample[] = [];

  constructor(sources: TimeSources = PROCESS_TIME) {
    this.#sources = sources;
    this.#sleptMs = sources.uptimeMs() - sources.monotonicMs();
  }

  /** @throws where it has never been measured */
  nowMs(): number {
    const monotonicMs = this.#sources.monotonicMs();
    if (this.#offsetMs !== this.#targetMs) this.#slew(monotonicMs);
    const nowMs = Math.floor(monotonicMs + this.#offsetMs);
    if (nowMs > this.#lastMs) this.#lastMs = nowMs;
    else if (Number.isNaN(nowMs)) throw new Error('the clock has not been measured yet');
    return this.#lastMs;
  }

  /**
   * Takes what PostgreSQL said its time was.
   * @param sentMs and receivedMs by the monotonic clock, around the statement that asked
   */
  measured(databaseMs: number, sentMs: number, receivedMs: number): void {
    const sleptMs = this.#sources.uptimeMs() - receivedMs;
    const wasSuspended = sleptMs - this.#sleptMs > SUSPENDED_MS;
    this.#sleptMs = sleptMs;
    if (wasSuspended) this.#samples = [];
    this.#samples = [
      ...this.#samples.filter(({ atMs }) => receivedMs - atMs < SAMPLE_AGE_MAX_MS).slice(1 - SAMPLES_MAX),
      {
        atMs: receivedMs,
        roundTripMs: receivedMs - sentMs,
        offsetMs: databaseMs - (sentMs + receivedMs) / 2,
      },
    ];
    const best = this.#samples.reduce((a, b) => (b.roundTripMs < a.roundTripMs ? b : a));
    this.#slew(receivedMs);
    this.#targetMs = best.offsetMs;
    const isFirst = Number.isNaN(this.#offsetMs);
    if (isFirst || (wasSuspended && best.offsetMs > this.#offsetMs)) this.#offsetMs = best.offsetMs;
  }

  /**
   * Begins as far behind PostgreSQL as the system's clock is (`first-clock.ts`): after PostgreSQL's was set the nodes
   * follow it slowly, and a hold must not end with its owner. Less than CLOCK_AGREES_MS is noise.
   */
  beginBehind(ms: number): void {
    if (Math.abs(ms) < CLOCK_AGREES_MS) return;
    this.#offsetMs = this.#targetMs - ms;
    // It may have been looked at before it began.
    this.#lastMs = 0;
  }

  /** How far this clock is from what was last measured, in milliseconds; for the metrics. */
  get errorMs(): number {
    return this.#targetMs - this.#offsetMs;
  }

  #slew(monotonicMs: number): void {
    const most = ((monotonicMs - this.#slewedAtMs) * CLOCK_SLEW_MS_PER_SECOND) / 1_000;
    this.#slewedAtMs = monotonicMs;
    const missing = this.#targetMs - this.#offsetMs;
    this.#offsetMs += Math.max(-most, Math.min(most, missing));
  }
}
