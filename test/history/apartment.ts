/** One apartment as its journal tells it: filled by fold.ts, asked by everything else. */
import { type Claim, Nights, type Payment } from './claims.ts';
import { personOf, type RecordedEntry, type Run } from './history.ts';

export class FoldedApartment {
  readonly id: string;
  /** In order of version, each version once. */
  readonly entries: RecordedEntry[] = [];
  readonly nights = new Nights();
  readonly holds = new Map<string, Claim>();
  readonly bookings = new Map<string, Claim>();
  readonly blocks = new Map<string, Claim>();
  /** By the provider's key. */
  readonly payments = new Map<string, Payment>();
  readonly #byRequest = new Map<string, RecordedEntry[]>();
  /** Run instants, by index of entry: from when on a version was known to somebody, and before when it cannot have been. */
  #knownAtMs: Float64Array = new Float64Array();
  #notBeforeMs: Float64Array = new Float64Array();

  readonly #run: Run;

  constructor(id: string, run: Run) {
    this.id = id;
    this.#run = run;
  }

  get head(): number {
    return this.entries.at(-1)?.version ?? 0;
  }

  entry(version: number): RecordedEntry | undefined {
    const index = this.#indexUpTo(version);
    return index >= 0 && this.entries[index]!.version === version ? this.entries[index] : undefined;
  }

  add(entry: RecordedEntry): void {
    this.entries.push(entry);
    if (entry.requestId === null) return;
    const same = this.#byRequest.get(entry.requestId);
    if (same === undefined) this.#byRequest.set(entry.requestId, [entry]);
    else same.push(entry);
  }

  /** What a request of a subject caused here, in order of version. */
  causedBy(subjectId: string, requestId: string | undefined): RecordedEntry[] {
    if (requestId === undefined) return [];
    const person = personOf(this.#run, subjectId);
    const same = this.#byRequest.get(requestId) ?? [];
    return same.filter((entry) => personOf(this.#run, entry.subjectId) === person);
  }
  get requests(): Iterable<RecordedEntry[]> {
    return this.#byRequest.values();
  }

  /** @param notBeforeMs of each entry, the earliest instant of the run at which it can have been decided */
  beginBounds(notBeforeMs: (entry: RecordedEntry) => number): void {
    this.#knownAtMs = new Float64Array(this.entries.length).fill(Number.POSITIVE_INFINITY);
    this.#notBeforeMs = new Float64Array(this.entries.length);
    let latest = Number.NEGATIVE_INFINITY;
    for (const [i, entry] of this.entries.entries()) {
      latest = Math.max(latest, notBeforeMs(entry));
      this.#notBeforeMs[i] = latest;
    }
  }

  /** Somebody was told this version at an instant of the run. */
  told(version: number, atMs: number): void {
    const index = this.#indexUpTo(version);
    if (index >= 0 && atMs < this.#knownAtMs[index]!) this.#knownAtMs[index] = atMs;
  }

  /** Who was told a version knows that all before it are on disk. */
  endBounds(): void {
    for (let i = this.#knownAtMs.length - 2; i >= 0; i--) {
      this.#knownAtMs[i] = Math.min(this.#knownAtMs[i]!, this.#knownAtMs[i + 1]!);
    }
  }

  /** Since when somebody knew of a version. */
  knownSinceMs(version: number): number {
    const index = this.#indexUpTo(version);
    return index < 0 ? Number.NEGATIVE_INFINITY : this.#knownAtMs[index]!;
  }
  /** The earliest at which a version can have been decided; infinite for one that is not there. */
  notBeforeMs(version: number): number {
    if (version > this.head) return Number.POSITIVE_INFINITY;
    const index = this.#indexUpTo(version);
    return index < 0 ? Number.NEGATIVE_INFINITY : this.#notBeforeMs[index]!;
  }

  /** The newest version that somebody had been told before an instant. */
  knownBefore(atMs: number): number {
    return this.#versionAt(countBelow(this.#knownAtMs, atMs, false));
  }
  /** The newest version that can have been decided by an instant. */
  possibleBy(atMs: number): number {
    return this.#versionAt(countBelow(this.#notBeforeMs, atMs, true));
  }
  /** The versions of which one was current at some instant between a question and its answer. */
  currentBetween(askedMs: number, answeredMs: number): { first: number; last: number } {
    const first = this.knownBefore(askedMs);
    return { first, last: Math.max(first, this.possibleBy(answeredMs)) };
  }

  #versionAt(count: number): number {
    return count === 0 ? 0 : this.entries[count - 1]!.version;
  }

  /** Index of the last entry at or before a version; where there are no gaps, version - 1. */
  #indexUpTo(version: number): number {
    const { entries } = this;
    if (version >= this.head) return entries.length - 1;
    if (entries[version - 1]?.version === version) return version - 1;
    let low = 0;
    let high = entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (entries[middle]!.version <= version) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

/** How many of the non-falling numbers are below a limit, or also at it. */
function countBelow(numbers: Float64Array, limit: number, inclusive: boolean): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const value = numbers[middle]!;
    if (value < limit || (inclusive && value === limit)) low = middle + 1;
    else high = middle;
  }
  return low;
}
