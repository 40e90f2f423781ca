import { describe, expect, it } from 'vitest';
import { readOptions, WrongOption } from './options.ts';
import { FAULT_KINDS, type Fault, type Plan, schedule } from './schedule.ts';

const PLAN: Plan = {
  ...{ seed: 7, nodes: 3, kinds: FAULT_KINDS, lengthMs: 30 * 60_000, everyMs: 4_000, lasting: {} },
};

describe('the schedule of faults', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(schedule(PLAN)).toEqual(schedule(PLAN));
    expect(schedule({ ...PLAN, seed: 8 })).not.toEqual(schedule(PLAN));
  });

  it('has every kind, in order, and is over before the end', () => {
    const faults = schedule(PLAN);
    expect(new Set(faults.map(({ kind }) => kind))).toEqual(new Set(FAULT_KINDS));
    expect(faults.map(({ n }) => n)).toEqual(faults.map((_, i) => i + 1));
    expect(faults.map(({ atMs }) => atMs)).toEqual(faults.map(({ atMs }) => atMs).sort((a, b) => a - b));
    expect(Math.max(...faults.map(({ atMs, forMs }) => atMs + forMs))).toBeLessThan(PLAN.lengthMs);
  });

  it('strikes no server that is still struck, and leaves one of them alone', () => {
    const faults = schedule({ ...PLAN, kinds: ['kill', 'freeze', 'cut'], everyMs: 500 });
    for (const fault of faults) {
      const during = faults.filter(
        (other) => other.n < fault.n && other.atMs + other.forMs > fault.atMs && 'server' in other,
      );
      const struck = during.map((other) => ('server' in other ? other.server : -1));
      expect(struck).not.toContain('server' in fault ? fault.server : -1);
      expect(new Set(struck).size).toBeLessThan(PLAN.nodes - 1);
    }
  });

  it('replaces every server by the newer version, one at a time, then every one by the older, and so on', () => {
    const kinds = ['kill', 'upgrade', 'downgrade'] as const;
    const faults = schedule({ ...PLAN, kinds, everyMs: 1_000 });
    const replaced = faults.filter(({ kind }) => kind !== 'kill');
    expect(replaced.length).toBeGreaterThan(4 * PLAN.nodes);
    for (let i = 0; i + PLAN.nodes <= replaced.length; i += PLAN.nodes) {
      const way = replaced.slice(i, i + PLAN.nodes);
      expect(new Set(way.map(({ kind }) => kind))).toEqual(
        new Set([(i / PLAN.nodes) % 2 === 0 ? 'upgrade' : 'downgrade']),
      );
      expect(new Set(way.map((fault) => 'server' in fault && fault.server)).size).toBe(PLAN.nodes);
    }
    const kills = faults.filter(({ kind }) => kind === 'kill').map(({ n }) => n);
    expect(kills.some((n) => n > replaced[0]!.n && n < replaced[PLAN.nodes - 1]!.n)).toBe(true);
    const oneWay = schedule({ ...PLAN, kinds: ['kill', 'upgrade'] }).filter(({ kind }) => kind === 'upgrade');
    expect(oneWay).toHaveLength(PLAN.nodes);
  });

  it('does nothing to the database while a copy of it is made and brought back', () => {
    const kinds = FAULT_KINDS.filter((kind) => kind !== 'upgrade' && kind !== 'downgrade');
    const faults = schedule({ ...PLAN, kinds, everyMs: 500 });
    const goingBack = faults.filter(({ kind }) => kind === 'history');
    expect(goingBack.length).toBeGreaterThan(10);
    for (const { n, atMs, forMs } of goingBack) {
      const isMeanwhile = (other: Fault) => other.atMs < atMs + forMs && other.atMs + other.forMs > atMs;
      const beside = faults.filter((other) => other.n !== n && isMeanwhile(other)).map(({ kind }) => kind);
      for (const kind of ['postgres', 'cut', 'lock', 'role', 'poison', 'deploy'])
        expect(beside, kind).not.toContain(kind);
    }
  });

  it('lets a fault last as long as it was told', () => {
    const faults = schedule({ ...PLAN, kinds: ['redis'], lasting: { redis: 30 } });
    expect(new Set(faults.map(({ forMs }) => forMs))).toEqual(new Set([30_000]));
  });
});

describe('the command line', () => {
  it('has a default for everything', () => {
    const faults = FAULT_KINDS.filter((kind) => kind !== 'upgrade' && kind !== 'downgrade');
    expect(readOptions([])).toMatchObject({ nodes: 3, faults, seed: 1, broken: undefined });
    expect(readOptions(['--faults', 'kill,redis', '--lasting', 'redis=30'])).toMatchObject({
      faults: ['kill', 'redis'],
      lasting: { redis: 30 },
    });
  });

  it('says what is wrong with a value', () => {
    const wrong = (...args: string[]) => expect(() => readOptions(args), args.join(' ')).toThrow(WrongOption);
    wrong('--nodes', '0');
    wrong('--nodes', 'three');
    wrong('--faults', 'flood');
    wrong('--lasting', 'redis');
    wrong('--lasting', 'flood=3');
    wrong('--broken', 'brakes');
    wrong('--hosts', 'none');
    wrong('--unheard-of', '1');
    wrong('--faults', 'kill,upgrade');
    wrong('--faults', 'kill', '--other-version', '.');
    wrong('--faults', 'downgrade', '--other-version', '.');
  });
});
