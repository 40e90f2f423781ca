/** How evenly a page draws: instants of its frames while something scrolls, and what kept its main thread busy. */
import type { Page } from 'playwright-core';

export interface Scroll {
  /** CSS selector of the scroller; undefined: nothing is scrolled. */
  readonly selector?: string;
  readonly axis?: 'x' | 'y';
  /** CSS pixels a frame, back and forth. */
  readonly pxPerFrame?: number;
}

export interface Frames {
  readonly count: number;
  /** Between one frame and the next, in milliseconds. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
  /** Of the frames that a screen of 60 Hz shows, those that did not come: 0 to 1. */
  readonly missed: number;
  /** Shares of frames that came more than 16.7 ms (with 1 ms of grace for the clock) and 33 ms after the last. */
  readonly late: number;
  readonly veryLate: number;
  /** Tasks of more than 50 ms, and all their milliseconds. */
  readonly longTasks: number;
  readonly longTaskMs: number;
}

const FRAME_MS = 1_000 / 60;
const LATE_MS = FRAME_MS + 1;
const VERY_LATE_MS = 2 * FRAME_MS;

export async function measureFrames(page: Page, seconds: number, scroll: Scroll = {}): Promise<Frames> {
  const measured = await page.evaluate(recordFrames, { forMs: seconds * 1_000, scroll });
  const gaps = measured.gaps.sort((a, b) => a - b);
  const at = (share: number) =>
    gaps[Math.min(gaps.length - 1, Math.floor(share * gaps.length))] ?? Number.NaN;
  const over = (ms: number) => gaps.filter((gap) => gap > ms).length / gaps.length;
  const total = gaps.reduce((sum, gap) => sum + gap, 0);
  return {
    count: gaps.length,
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    max: gaps.at(-1) ?? Number.NaN,
    missed: Math.max(0, 1 - gaps.length / (total / FRAME_MS)),
    late: over(LATE_MS),
    veryLate: over(VERY_LATE_MS),
    longTasks: measured.longTasks.length,
    longTaskMs: measured.longTasks.reduce((sum, ms) => sum + ms, 0),
  };
}

/** What is used of a page: this program has Node's types. */
interface PageGlobals {
  readonly document: { querySelector(selector: string): { scrollTop: number; scrollLeft: number } | null };
  requestAnimationFrame(draw: (atMs: number) => void): void;
}

/** Runs in the page. */
function recordFrames({ forMs, scroll }: { forMs: number; scroll: Scroll }) {
  const { document, requestAnimationFrame } = globalThis as unknown as PageGlobals;
  const element = scroll.selector === undefined ? null : document.querySelector(scroll.selector);
  if (scroll.selector !== undefined && element === null)
    throw new Error(`nothing to scroll: ${scroll.selector}`);
  const longTasks: number[] = [];
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longTasks.push(duration);
  });
  observer.observe({ entryTypes: ['longtask'] as never });
  return new Promise<{ gaps: number[]; longTasks: number[] }>((resolve) => {
    const gaps: number[] = [];
    let firstMs: number | undefined;
    let lastMs = 0;
    let step = scroll.pxPerFrame ?? 0;
    const frame = (atMs: number) => {
      if (firstMs === undefined) firstMs = atMs;
      else gaps.push(atMs - lastMs);
      lastMs = atMs;
      if (element !== null) {
        const side = scroll.axis === 'x' ? 'scrollLeft' : 'scrollTop';
        const before = element[side];
        element[side] = before + step;
        if (element[side] === before) step = -step;
      }
      if (atMs - firstMs < forMs) requestAnimationFrame(frame);
      else {
        observer.disconnect();
        resolve({ gaps, longTasks });
      }
    };
    requestAnimationFrame(frame);
  });
}
