import { describe, expect, it } from 'vitest';
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
    nodes: ids.map((id) => ({ id, state: 'up', shards: 128 })),
  });
  it('shows one that disappeared for a while, since when, and one that came back as there', () => {
    let nodes: readonly SeenNode[] = seenNodes([], stats(0, 'b', 'a'));
    expect(nodes.map(({ id }) => id)).toEqual(['a', 'b']);
    nodes = seenNodes(nodes, stats(1, 'a'));
    nodes = seenNodes(nodes, stats(2, 'a'));
    expect(nodes[1]).toEqual({ id: 'b', state: 'up', shards: 0, goneAtMs: 1_000 });
    expect(seenNodes(nodes, stats(3, 'a', 'b'))[1]?.goneAtMs).toBeUndefined();
    expect(seenNodes(nodes, stats(2 + GONE_SHOWN_MS / 1_000, 'a'))).toHaveLength(1);
  });
});
