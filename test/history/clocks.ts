/** The run's clock and the system's, and when owners were down. */
import type { Excuses } from './excuses.ts';
import type { Run, Span } from './history.ts';

interface Window {
  readonly fromMs: number;
  readonly toMs: number;
  readonly apartmentIds: ReadonlySet<string> | undefined;
}

export class Clocks {
  readonly lateMs: number;
  readonly toldMs: number;
  readonly resyncMs: number;
  readonly watchLagMs: number;
  readonly skewMs: number;
  readonly #zeroMs: number;
  readonly #outages: readonly Window[];
  readonly #deafs: readonly Span[];

  constructor({ systemAtZeroMs, skewMs, outages = [], deafs = [], ...run }: Run, excuses: Excuses) {
    this.#zeroMs = systemAtZeroMs;
    this.skewMs = excuses.toleranceMs('skew', skewMs);
    this.lateMs = excuses.toleranceMs('late', run.lateMs ?? 1_000);
    this.toldMs = run.toldMs ?? 0;
    this.resyncMs = excuses.toleranceMs('resync', run.resyncMs ?? 5_000);
    this.watchLagMs = excuses.toleranceMs('on-its-way', run.watchLagMs ?? 20_000);
    this.#deafs = deafs;
    this.#outages = outages
      .map(({ fromMs, toMs, apartmentIds }) => ({
        fromMs,
        toMs,
        apartmentIds: apartmentIds === undefined ? undefined : new Set(apartmentIds),
      }))
      .sort((a, b) => a.fromMs - b.fromMs);
  }

  /** The earliest and the latest that the system's clock can have shown at an instant of the run. */
  systemMin(runMs: number): number {
    return this.#zeroMs + runMs - this.skewMs;
  }
  systemMax(runMs: number): number {
    return this.#zeroMs + runMs + this.skewMs;
  }
  /** The earliest and the latest instant of the run at which the system's clock can have shown this. */
  runMin(systemMs: number): number {
    return systemMs - this.#zeroMs - this.skewMs;
  }
  runMax(systemMs: number): number {
    return systemMs - this.#zeroMs + this.skewMs;
  }

  /** Whether some servers may not have heard each other at an instant of the system's clock. */
  isDeaf(systemMs: number): boolean {
    return this.#deafs.some((span) => this.mayBeIn(span, systemMs));
  }

  /** Whether an instant of the system's clock may lie in a span of the run. */
  mayBeIn({ fromMs, toMs }: Span, systemMs: number): boolean {
    return fromMs <= this.runMax(systemMs) && this.runMin(systemMs) <= toMs;
  }

  /** Until when what is due at an instant of the run may be put off: `graceMs` of it without an outage of its owner. */
  putOff(dueMs: number, graceMs: number, apartmentId: string): number {
    return this.#putOff(dueMs, graceMs, apartmentId, 0);
  }
  /** The same by the system's clock: outages are as much longer as it may be wrong. */
  putOffSystem(dueMs: number, graceMs: number, apartmentId: string): number {
    return this.#zeroMs + this.#putOff(dueMs - this.#zeroMs, graceMs, apartmentId, this.skewMs);
  }

  #putOff(dueMs: number, graceMs: number, apartmentId: string, skewMs: number): number {
    let startMs = dueMs;
    for (const { fromMs, toMs, apartmentIds } of this.#outages) {
      if (fromMs - skewMs > startMs + graceMs) break;
      if (toMs + skewMs <= startMs || apartmentIds?.has(apartmentId) === false) continue;
      startMs = toMs + skewMs;
    }
    return startMs + graceMs;
  }
}
