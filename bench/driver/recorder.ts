/** Counts and latencies of one measured window. Outside a window it records nothing. */
import { build, encodeIntoCompressedBase64, type Histogram } from 'hdr-histogram-js';

/** Microseconds: two minutes, past which a value counts as this. */
const LATENCY_MICROS_MAX = 120_000_000;

export class Recorder {
  recording = false;
  ok = 0;
  stray = 0;
  readonly refused = new Map<string, number>();
  readonly #histograms = new Map<string, Histogram>();

  /** @param kind a histogram of its own for each, such as `hold` */
  accept(kind: string, latencyMs: number): void {
    if (!this.recording) return;
    this.ok++;
    this.#record(kind, latencyMs);
  }

  refuse(code: string, latencyMs: number): void {
    if (!this.recording) return;
    this.refused.set(code, (this.refused.get(code) ?? 0) + 1);
    this.#record(`refused ${code}`, latencyMs);
  }

  encoded(): Record<string, string> {
    return Object.fromEntries(
      [...this.#histograms].map(([kind, histogram]) => [kind, encodeIntoCompressedBase64(histogram)]),
    );
  }

  #record(kind: string, latencyMs: number): void {
    let histogram = this.#histograms.get(kind);
    if (histogram === undefined) {
      histogram = newHistogram();
      this.#histograms.set(kind, histogram);
    }
    histogram.recordValue(Math.min(LATENCY_MICROS_MAX, Math.max(0, Math.round(latencyMs * 1_000))));
  }
}

export function newHistogram(): Histogram {
  return build({
    bitBucketSize: 32,
    lowestDiscernibleValue: 1,
    highestTrackableValue: LATENCY_MICROS_MAX,
    numberOfSignificantValueDigits: 3,
    autoResize: false,
  });
}
