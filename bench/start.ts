/** `npm run bench -- start`: from starting the server's process to its first hold, answered `ok` through a socket. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { startEmbedded } from '../src/persistence/postgres/embedded.ts';
import { dateOf } from '../src/protocol/nights.ts';
import { contender } from './contenders.ts';
import { gather } from './driver/crowd.ts';
import { fillJournal } from './fill.ts';
import { startProgress } from './progress.ts';
import { startServer } from './servers/server-process.ts';
import { table } from './table.ts';
import { freePort } from './trial.ts';

export interface StartOptions {
  readonly facts: number;
  readonly apartments: number;
  /** The facts lie evenly in this many days before now. */
  readonly days: number;
  readonly rounds: number;
  readonly jsonFile: string | undefined;
}

const MS_PER_DAY = 86_400_000;
const STAY_IN_DAYS = 40;
const NIGHTS = 3;

export async function measureStart(options: StartOptions): Promise<void> {
  const { facts, apartments, days, rounds } = options;
  if (facts % (2 * apartments) !== 0)
    throw new Error(
      `${facts} facts of ${apartments} apartments leave holds open; give each apartment an even number of facts`,
    );
  const at = new Date().toISOString();
  const file = resolve(options.jsonFile ?? `results/start-${at.replaceAll(':', '')}.json`);
  const folder = await mkdtemp(join(tmpdir(), 'nightlatch-bench-'));
  const progress = startProgress(process.stderr);
  try {
    const recorded = join(folder, 'recorded');
    const embedded = await startEmbedded(recorded);
    try {
      await contender('nightlatch').prepare(embedded.ownerUrl, apartments);
      await fillJournal(embedded.ownerUrl, { facts, apartments, days }, (done) =>
        progress.show('filling', done, facts),
      );
    } finally {
      await embedded.stop();
    }
    const empty: number[] = [];
    const full: number[] = [];
    for (let round = 0; round < rounds; round++) {
      progress.show('starting', round, rounds);
      empty.push(await firstHoldMs(join(folder, `empty-${round}`), 'demo'));
      full.push(await firstHoldMs(recorded, 'none'));
    }
    progress.end();
    const rows: [string, number[]][] = [
      ['an empty data folder (the demo is written)', empty],
      [`${facts.toLocaleString('en')} facts of ${apartments.toLocaleString('en')} apartments`, full],
    ];
    console.log(
      table(
        ['start to first ok hold', 'median ms', 'each'],
        rows.map(([name, ms]) => [name, median(ms).toFixed(0), ms.map((one) => one.toFixed(0)).join(' ')]),
      ),
    );
    await mkdir(dirname(file), { recursive: true });
    await writeFile(
      file,
      `${JSON.stringify({ at, facts, apartments, days, emptyMs: empty, fullMs: full }, undefined, 2)}\n`,
    );
    console.log(`\nwritten to ${file}`);
  } finally {
    progress.end();
    await rm(folder, { recursive: true, force: true });
  }
}

async function firstHoldMs(dataDir: string, seed: 'demo' | 'none'): Promise<number> {
  const { args, env } = contender('nightlatch');
  const port = await freePort();
  const began = performance.now();
  const server = await startServer({
    args,
    port,
    env: { ...env, HOST: '127.0.0.1', NIGHTLATCH_DATA_DIR: dataDir, NIGHTLATCH_SEED: seed },
  });
  try {
    const crowd = await gather({ ports: [port], sockets: 1, depth: 1, onLost: () => {} });
    const today = Math.floor(Date.now() / MS_PER_DAY);
    const stay = { checkIn: dateOf(today + STAY_IN_DAYS), checkOut: dateOf(today + STAY_IN_DAYS + NIGHTS) };
    const search = new URLSearchParams({ ...stay, guests: '1', limit: '1' });
    const found = await fetch(`http://127.0.0.1:${port}/v1/apartments?${search}`);
    const { apartments } = (await found.json()) as { apartments: { id: string }[] };
    const answered = new Promise<boolean>((done) => {
      crowd.onAnswer = (_, { ok }) => done(ok);
    });
    const fields = JSON.stringify({ apartmentId: apartments[0]?.id, ...stay, guests: 1 }).slice(1, -1);
    crowd.send(crowd.guests[0]!, 'hold', fields, performance.now());
    if (!(await answered)) throw new Error('the first hold was refused');
    const tookMs = performance.now() - began;
    crowd.close();
    return tookMs;
  } finally {
    await server.stop();
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
