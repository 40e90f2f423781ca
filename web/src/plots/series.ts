/** What a plot shows: values over time, pure. */

export interface Series {
  readonly label: string;
  /** Beside `xs`; null where there is none. */
  readonly values: readonly (number | null)[];
}

export interface Plotted {
  /** Epoch seconds, rising. */
  readonly xs: readonly number[];
  readonly series: readonly Series[];
  /** What x is: instants are read at the reader's place, dates are dates. */
  readonly time: 'instants' | 'dates';
}

export interface Extent {
  readonly least: number;
  readonly most: number;
  readonly latest: number;
}

/** Undefined where no value is there. */
export function extentOf(values: readonly (number | null)[]): Extent | undefined {
  let extent: Extent | undefined;
  for (const value of values) {
    if (value === null) continue;
    extent =
      extent === undefined
        ? { least: value, most: value, latest: value }
        : { least: Math.min(extent.least, value), most: Math.max(extent.most, value), latest: value };
  }
  return extent;
}

/** At most so many of the rows, evenly, the last one always among them: for the table beside a long plot. */
export function sampled(length: number, max: number): number[] {
  if (length <= max) return Array.from({ length }, (_, i) => i);
  return Array.from({ length: max }, (_, i) => Math.round((i * (length - 1)) / (max - 1)));
}

/** A silence longer than this many seconds is drawn as a gap. */
const SILENCE_SECONDS = 4;

/** Values of one figure a second, with a gap where the connection was away. */
export function overSeconds(
  points: readonly { readonly atMs: number; readonly values: readonly number[] }[],
  labels: readonly string[],
): Plotted {
  const xs: number[] = [];
  const columns: (number | null)[][] = labels.map(() => []);
  for (const { atMs, values } of points) {
    const x = atMs / 1_000;
    const before = xs.at(-1);
    // Two servers' clocks may differ by milliseconds: a plot's x only rises.
    if (before !== undefined && x <= before) continue;
    if (before !== undefined && x - before > SILENCE_SECONDS) {
      xs.push(before + 1);
      for (const column of columns) column.push(null);
    }
    xs.push(x);
    columns.forEach((column, i) => {
      column.push(values[i] ?? null);
    });
  }
  return { xs, time: 'instants', series: labels.map((label, i) => ({ label, values: columns[i] ?? [] })) };
}
