import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readOptions } from './options.ts';
import { type RunResult, run } from './run.ts';

// Not about H5: a server that starts knows of the other servers' holds only what it hears from then on.
const LOAD = ['--apartments', '24', '--guests', '60', '--rate', '150', '--holds', '1000'];
const METHODS = ['--methods', 'sandbox_ok,sandbox_ok,sandbox_declined,sandbox_slow'];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightlatch-chaos-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function chaos(name: string, ...args: string[]): Promise<RunResult> {
  const options = readOptions([...LOAD, ...METHODS, ...args]);
  return run({ options, command: name, folder: join(folder, name) });
}

// Each has a house of its own, and waits more than it works.
describe.concurrent('three servers of which one is killed and frozen, whose Redis and PostgreSQL are killed', () => {
  it('[I1] [I2] [I3] [I4] [I5] [I6] [I7] keep every promise to everybody who was there', async () => {
    const { findings, counts, struck, tally } = await chaos(
      'mixed',
      ...['--minutes', '0.5', '--seed', '1', '--every', '4', '--faults', 'kill,freeze,redis,postgres'],
    );
    expect(findings).toEqual([]);
    expect(new Set(struck.map(({ fault }) => fault.kind))).toEqual(
      new Set(['kill', 'freeze', 'redis', 'postgres']),
    );
    for (const what of ['ok', 'facts', 'epochs', 'answersMatched', 'repeatsCompared', 'refusalsJustified'])
      expect(counts[what], what).toBeGreaterThan(0);
    for (const what of [
      'calendarsCompared',
      'mineCompared',
      'deltasCompared',
      'eventsCompared',
      'holdsEnded',
    ])
      expect(counts[what], what).toBeGreaterThan(0);
    for (const what of ['paymentsCompared', 'rowsCompared', 'refundsJudged', 'guestsCounted'])
      expect(counts[what], what).toBeGreaterThan(0);
    for (const { firstMs, struck: one } of tally.recoveries)
      if (one.apartmentIds.length > 0) expect(firstMs, one.fault.kind).toBeGreaterThan(0);
    expect(await readFile(join(folder, 'mixed', 'report.html'), 'utf8')).toContain('<svg');
  }, 240_000);
});

describe.concurrent('three servers whose database comes back older than it was, and damaged in places', () => {
  it('[C8] [I2] serve nothing of it until it is accepted, and nobody suffers for an apartment that cannot be read', async () => {
    const { findings, counts, struck, tally, notes } = await chaos(
      'older',
      ...['--minutes', '0.6', '--seed', '1', '--every', '1', '--faults', 'poison,history'],
      ...['--lasting', 'poison=3,history=3'],
    );
    expect(findings).toEqual([]);
    expect(new Set(struck.map(({ fault }) => fault.kind))).toEqual(new Set(['poison', 'history']));
    expect(tally.refusals.get('unreadable')).toBeGreaterThan(0);
    expect(notes.join('\n')).toMatch(/lost with 1 histories: [1-9]\d* facts/);
    for (const what of ['answersMatched', 'calendarsCompared', 'mineCompared', 'paymentsCompared'])
      expect(counts[what], what).toBeGreaterThan(0);
  }, 240_000);
});

describe.concurrent('servers that answer before the commit', () => {
  it('are found out: an answer that a kill took with it is missed', async () => {
    const { findings, struck } = await chaos(
      'broken',
      ...['--minutes', '0.3', '--seed', '2', '--every', '2', '--faults', 'kill'],
      ...['--broken', 'acks-before-commit', '--patience', '5'],
    );
    expect(struck.length).toBeGreaterThan(0);
    expect(findings.map(({ rule }) => rule)).toContain('acked-lost');
  }, 180_000);
});
