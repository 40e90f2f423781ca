import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AGAIN_MS, EVERY_MS, GATHER_MS, Inquiry } from '../../web/src/admin/figures/inquiry.ts';
import { daysOf, PERIOD_DAYS_MAX, periodBefore, periodOf } from '../../web/src/admin/figures/period.ts';
import { GONE_SHOWN_MS, type SeenNode, seenNodes } from '../../web/src/admin/servers/gone-nodes.ts';
import { extentOf, overSeconds, sampled } from '../../web/src/plots/series.ts';

describe('a period', () => {
  const today = '2027-03-10';
  it('is the address’s, else the usual one, and never longer than the server counts', () => {
    const of = (query: string) => periodOf(new URLSearchParams(query), today);
    expect(of('')).toEqual({ period: { from: '2027-03-10', to: '2027-04-09' }, preset: 'next-30' });
    expect(of('period=last-7').period).toEqual({ from: '2027-03-03', to: '2027-03-10' });
    expect(of('period=rubbish').preset).toBe('next-30');
    expect(of('from=2027-01-01&to=2027-01-08')).toEqual({
      period: { from: '2027-01-01', to: '2027-01-08' },
      preset: undefined,
    });
    expect(of('from=2027-01-08&to=2027-01-01').preset).toBe('next-30');
    expect(daysOf(of('from=2020-01-01&to=2027-01-01').period)).toBe(PERIOD_DAYS_MAX);
  });
  it('is measured against as many days just before', () => {
    expect(periodBefore({ from: '2027-03-10', to: '2027-03-17' })).toEqual({
      from: '2027-03-03',
      to: '2027-03-10',
    });
  });
});

describe('figures of a period', () => {
  const page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('document', page);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
  const nowMs = () => Date.now();
  /** Each question is answered after a while, as of that moment. */
  const answeredAfter = (ms: number) =>
    vi.fn(async (_: AbortSignal) => {
      await new Promise((answer) => setTimeout(answer, ms));
      return nowMs();
    });

  it('come at once and keep coming however fast bookings do, and no question is given up for them', async () => {
    const ask = answeredAfter(900);
    const inquiry = new Inquiry({ ask, nowMs });
    expect(ask).toHaveBeenCalledTimes(1);
    for (let ms = 0; ms < 20_000; ms += 500) {
      inquiry.hurry();
      await vi.advanceTimersByTimeAsync(500);
    }
    // Each at least `AGAIN_MS` after the one before, and not much more.
    const most = 1 + 20_000 / AGAIN_MS;
    expect(ask.mock.calls.length).toBeLessThanOrEqual(most);
    expect(ask.mock.calls.length).toBeGreaterThanOrEqual(20_000 / (AGAIN_MS + 900) - 1);
    expect(ask.mock.calls.every(([signal]) => !signal.aborted)).toBe(true);
    inquiry.end();
    expect(ask.mock.calls[0]?.[0].aborted).toBe(true);
  });

  it('are asked for again soon after a booking, or where they were counted before it', async () => {
    let countedMs = nowMs();
    const ask = vi.fn(() => Promise.resolve(countedMs));
    const inquiry = new Inquiry({ ask, nowMs });
    await vi.advanceTimersByTimeAsync(EVERY_MS - 1);
    expect(ask).toHaveBeenCalledTimes(1);
    inquiry.hurry();
    await vi.advanceTimersByTimeAsync(1);
    expect(ask).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(AGAIN_MS);
    expect(ask).toHaveBeenCalledTimes(3);
    countedMs = nowMs() + AGAIN_MS;
    await vi.advanceTimersByTimeAsync(2 * AGAIN_MS);
    expect(ask).toHaveBeenCalledTimes(4);
    inquiry.hurry();
    countedMs = nowMs() + GATHER_MS;
    await vi.advanceTimersByTimeAsync(GATHER_MS);
    expect(ask).toHaveBeenCalledTimes(5);
    inquiry.end();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('wait while nobody looks', async () => {
    const ask = answeredAfter(1);
    const inquiry = new Inquiry({ ask, nowMs });
    page.visibilityState = 'hidden';
    await vi.advanceTimersByTimeAsync(3 * EVERY_MS);
    expect(ask).toHaveBeenCalledTimes(1);
    page.visibilityState = 'visible';
    page.dispatchEvent(new Event('visibilitychange'));
    expect(ask).toHaveBeenCalledTimes(2);
    inquiry.end();
  });
});

describe('a plot', () => {
  it('has a gap where the connection was away, and time that only rises', () => {
    const points = [1_000, 2_000, 1_990, 9_000].map((atMs, i) => ({ atMs, values: [i] }));
    const { xs, series } = overSeconds(points, ['holds']);
    expect(xs).toEqual([1, 2, 3, 9]);
    expect(series[0]?.values).toEqual([0, 1, null, 3]);
  });
  it('knows least, most and latest of what is there', () => {
    expect(extentOf([null, 3, 1, null, 2, null])).toEqual({ least: 1, most: 3, latest: 2 });
    expect(extentOf([null])).toBeUndefined();
  });
  it('samples evenly with both ends', () => {
    expect(sampled(3, 5)).toEqual([0, 1, 2]);
    expect(sampled(101, 5)).toEqual([0, 25, 50, 75, 100]);
  });
});

describe('servers', () => {
  const stats = (second: number, ...ids: string[]) => ({
    at: new Date(second * 1_000).toISOString(),
    holdsOpen: 0,
    bookingsToday: 0,
    commandsPerSecond: 0,
    commitMsP50: 0,
    commitMsP99: 0,
    sockets: 0,
    nodes: ids.map((id) => ({ id, state: 'up', level: 1, shards: 128 })),
  });
  it('shows one that disappeared for a while, since when, and one that came back as there', () => {
    let nodes: readonly SeenNode[] = seenNodes([], stats(0, 'b', 'a'));
    expect(nodes.map(({ id }) => id)).toEqual(['a', 'b']);
    nodes = seenNodes(nodes, stats(1, 'a'));
    nodes = seenNodes(nodes, stats(2, 'a'));
    expect(nodes[1]).toEqual({ id: 'b', state: 'up', level: 1, shards: 0, goneAtMs: 1_000 });
    expect(seenNodes(nodes, stats(3, 'a', 'b'))[1]?.goneAtMs).toBeUndefined();
    expect(seenNodes(nodes, stats(2 + GONE_SHOWN_MS / 1_000, 'a'))).toHaveLength(1);
  });
});
