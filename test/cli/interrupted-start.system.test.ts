import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Program } from '../support/program.ts';

let program: Program;
beforeEach(async () => {
  program = await Program.create();
});
afterEach(() => program.remove());

const isThere = (name: string) => existsSync(join(program.dataDir, name));
/** Asked of the database; false while there is none, or no such table. */
const isTrue = (sql: string) =>
  program.asOwner(async (owner) => (await owner.query(sql)).rows.length > 0).catch(() => false);

/** Moments of a first start, in order. */
const MOMENTS: Record<string, () => Promise<boolean>> = {
  'its data folder is there': async () => isThere('.'),
  'initdb is at work': async () =>
    isThere('.') && readdirSync(program.dataDir).some((name) => isThere(`${name}/global/pg_control`)),
  'PostgreSQL starts': async () => isThere('postgres/postmaster.pid'),
  'the first table is there': () => isTrue(`select from pg_tables where tablename = 'accounts'`),
  'it has its lease': () => isTrue(`select from nodes where state = 'up'`),
  'the demo is written': () => isTrue('select from listings limit 1'),
};

describe('a start that is asked to stop', () => {
  it.each(Object.keys(MOMENTS))('when %s leaves nothing behind, and the next one starts', async (moment) => {
    const ended = await program.interrupt(MOMENTS[moment]!, ['SIGTERM']);
    expect(ended).toEqual({ code: 0, output: '' });
    expect(await program.processes()).toEqual([]);

    await program.start();
    expect(program.output).toMatch(/(the|a new) embedded PostgreSQL, in/);
    expect(program.output).toContain('Listings 60');
    expect(await program.stop()).toBe(0);
    expect(await program.processes()).toEqual([]);
  });

  it('by Ctrl+C, which initdb hears too, is no failed start', async () => {
    const ended = await program.interrupt(MOMENTS['initdb is at work']!, ['SIGINT'], 'group');
    expect(ended).toEqual({ code: 0, output: '' });
    expect(await program.processes()).toEqual([]);
    await program.start();
    expect(program.output).toMatch(/(the|a new) embedded PostgreSQL, in/);
  });

  it('on data that is there stops the PostgreSQL that it started', async () => {
    await program.start();
    await program.stop();
    for (const moment of ['PostgreSQL starts', 'it has its lease']) {
      expect(await program.interrupt(MOMENTS[moment]!, ['SIGINT'])).toEqual({ code: 0, output: '' });
      expect(await program.processes()).toEqual([]);
    }
    await program.start();
    expect(program.output).toContain('the embedded PostgreSQL, in');
  });

  it('twice ends at once', async () => {
    const { code } = await program.interrupt(MOMENTS['PostgreSQL starts']!, ['SIGTERM', 'SIGINT']);
    expect(code).toBe(1);
    // What it had no time to stop is found by the next command, and stopped.
    expect((await program.run(['verify'])).code).toBe(0);
    expect(await program.processes()).toEqual([]);
  });
});
