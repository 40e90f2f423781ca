/** A calendar as bars: each run of nights that are taken in the same way. Worked out once for each model. */
import type { CalendarModel, Night } from '../../../src/client/index.ts';

export interface Bar {
  /** Half-open night numbers. */
  readonly from: number;
  readonly to: number;
  readonly status: Night['status'];
  /** The hold's deadline, where it is one. */
  readonly heldUntil?: string | undefined;
}

const known = new WeakMap<CalendarModel, readonly Bar[]>();

export function barsOf(model: CalendarModel): readonly Bar[] {
  let bars = known.get(model);
  if (bars === undefined) {
    bars = readBars(model);
    known.set(model, bars);
  }
  return bars;
}

/** The bar that has this night; undefined where it is free. */
export function barAt(bars: readonly Bar[], night: number): Bar | undefined {
  const bar = bars[firstAfter(bars, night)];
  return bar !== undefined && bar.from <= night ? bar : undefined;
}

/** Those that share a night with [from, to). */
export function barsWithin(bars: readonly Bar[], from: number, to: number): readonly Bar[] {
  const first = firstAfter(bars, from);
  let end = first;
  while (end < bars.length && (bars[end] as Bar).from < to) end += 1;
  return bars.slice(first, end);
}

/** Index of the first bar that ends after this night. */
function firstAfter(bars: readonly Bar[], night: number): number {
  let low = 0;
  let high = bars.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((bars[middle] as Bar).to > night) high = middle;
    else low = middle + 1;
  }
  return low;
}

function readBars({ from, nights }: CalendarModel): Bar[] {
  const bars: Bar[] = [];
  let start = 0;
  for (let i = 1; i <= nights.length; i++) {
    const first = nights[start];
    const next = nights[i];
    if (i < nights.length && next?.status === first?.status && next?.heldUntil === first?.heldUntil) continue;
    if (first !== undefined) bars.push({ from: from + start, to: from + i, ...first });
    start = i;
  }
  return bars;
}
