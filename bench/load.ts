/**
 * `npm run bench -- load`: an apartment with a long history and no snapshot of it is asked for its first hold, as all
 * are after an upgrade that passes over older snapshots. Meanwhile a guest of another apartment holds and releases.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import pg from 'pg';
import { type EmbeddedPostgres, startEmbedded } from '../src/persistence/postgres/embedded.ts';
import { dateOf } from '../src/protocol/nights.ts';
import { contender } from './contenders.ts';
import { nowMs } from './driver/clock.ts';
import { type Crowd, gather } from './driver/crowd.ts';
import { holdIdOf, textAfter } from './driver/frames.ts';
import { apartmentId } from './driver/holds.ts';
import { fillJournal } from './fill.ts';
import { startProgress } from './progress.ts';
import { startServer } from './servers/server-process.ts';
import { table } from './table.ts';
import { freePort } from './trial.ts';

export interface LoadOptions {
  readonly facts: number;
  /** The facts lie evenly in this many days before now. */
  readonly days: number;
  readonly rounds: number;
  /** In seconds. */
  readonly patience: number;
  readonly jsonFile: string | undefined;
}

interface Load {
  /** From the first question to the first `ok`; undefined where there was none in time. */
  readonly ms: number | undefined;
  readonly refusals: Readonly<Record<string, number>>;
  /** How long the server's event loop was held at most, and in one of a hundred turns. */
  readonly heldMaxMs: number;
  readonly heldP99Ms: number;
  /** Of others' holds and releases, from sending to the answer. */
  readonly othersMs: {
    readonly count: number;
    readonly p50: number;
    readonly p99: number;
    readonly max: number;
  };
  readonly rssMiBMax: number;
}

const [LONG, OTHER] = [apartmentId(0), apartmentId(1)];
const MS_PER_DAY = 86_400_000;
const STAY_IN_DAYS = 40;
const NIGHTS = 3;
const ASK_AGAIN_MS = 500;
const LOOK_EVERY_MS = 250;
const QUIET_MS = 2_000;

export async function measureLoad(options: LoadOptions): Promise<void> {
  const { facts, days, rounds } = options;
  const at = new Date().toISOString();
  const file = resolve(options.jsonFile ?? `results/load-${at.replaceAll(':', '')}.json`);
  const folder = await mkdtemp(join(tmpdir(), 'nightlatch-bench-'));
  const progress = startProgress(process.stderr);
  try {
    const embedded = await startEmbedded(join(folder, 'recorded'));
    try {
      await contender('nightlatch').prepare(embedded.ownerUrl, 2);
      await fillJournal(embedded.ownerUrl, { facts: facts - (facts % 2), apartments: 1, days }, (done) =>
        progress.show('filling', done, facts),
      );
      const loads: Load[] = [];
      for (let round = 0; round < rounds; round++) {
        progress.show('loading', round, rounds);
        await forgetSnapshots(embedded);
        loads.push(await loadOnce(embedded.ownerUrl, options));
      }
      progress.end();
      console.log(reportText(facts, loads));
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, `${JSON.stringify({ at, facts, days, loads }, undefined, 2)}\n`);
      console.log(`\nwritten to ${file}`);
    } finally {
      await embedded.stop();
    }
  } finally {
    progress.end();
    await rm(folder, { recursive: true, force: true });
  }
}

async function forgetSnapshots({ ownerUrl }: EmbeddedPostgres): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  await client.query('truncate machine_snapshots');
  await client.query('vacuum analyze journal');
  await client.query('checkpoint');
  await client.end();
}

async function loadOnce(databaseUrl: string, { patience }: LoadOptions): Promise<Load> {
  const { args, env } = contender('nightlatch');
  const port = await freePort();
  const server = await startServer({
    args,
    port,
    env: { ...env, HOST: '127.0.0.1', DATABASE_URL: databaseUrl },
  });
  const look = { rssMiB: 0 };
  const looking = setInterval(() => {
    void server.usage().then(
      ({ rssBytes }) => {
        look.rssMiB = Math.max(look.rssMiB, rssBytes / 2 ** 20);
      },
      () => {},
    );
  }, LOOK_EVERY_MS);
  try {
    const talk = new Talk(await gather({ ports: [port], sockets: 2, depth: 1, onLost: () => {} }));
    const othersMs: number[] = [];
    const refusals: Record<string, number> = {};
    const others = goRound(talk, othersMs);
    await pause(QUIET_MS);
    await server.turns();
    othersMs.length = 0;
    const began = nowMs();
    let ms: number | undefined;
    while (ms === undefined && nowMs() - began < patience * 1_000) {
      const { ok, packet } = await talk.ask(0, 'hold', stayOf(LONG));
      if (ok) {
        ms = nowMs() - began;
        await talk.ask(0, 'release', `"apartmentId":"${LONG}","holdId":"${holdIdOf(packet)}"`);
      } else {
        const code = textAfter(packet, '"code":"');
        refusals[code] = (refusals[code] ?? 0) + 1;
        await pause(ASK_AGAIN_MS);
      }
    }
    const { maxMs, p99Ms } = await server.turns();
    await others.stop();
    talk.close();
    othersMs.sort((a, b) => a - b);
    const at = (share: number) =>
      othersMs[Math.min(othersMs.length - 1, Math.floor(othersMs.length * share))] ?? 0;
    return {
      ...{ ms, refusals, heldMaxMs: maxMs, heldP99Ms: p99Ms, rssMiBMax: look.rssMiB },
      othersMs: { count: othersMs.length, p50: at(0.5), p99: at(0.99), max: at(1) },
    };
  } finally {
    clearInterval(looking);
    await server.stop();
  }
}

interface Said {
  readonly packet: string;
  readonly ok: boolean;
  readonly tookMs: number;
}

/** Guests of a crowd who ask one thing after another. */
class Talk {
  readonly #crowd: Crowd;
  readonly #waiting: ((said: Said) => void)[] = [];

  constructor(crowd: Crowd) {
    this.#crowd = crowd;
    // The answer is the crowd's to use again.
    crowd.onAnswer = ({ index }, { packet, ok }, tookMs) => this.#waiting[index]?.({ packet, ok, tookMs });
  }

  ask(guest: number, name: string, fields: string): Promise<Said> {
    return new Promise((resolve) => {
      this.#waiting[guest] = resolve;
      this.#crowd.send(this.#crowd.guests[guest]!, name, fields, nowMs());
    });
  }

  close(): void {
    this.#crowd.close();
  }
}

/** The second guest holds a stay of the other apartment and releases it, again and again. */
function goRound(talk: Talk, othersMs: number[]): { stop(): Promise<void> } {
  let isOver = false;
  const going = (async () => {
    while (!isOver) {
      const held = await talk.ask(1, 'hold', stayOf(OTHER));
      othersMs.push(held.tookMs);
      if (!held.ok) continue;
      const fields = `"apartmentId":"${OTHER}","holdId":"${holdIdOf(held.packet)}"`;
      othersMs.push((await talk.ask(1, 'release', fields)).tookMs);
    }
  })();
  return {
    stop() {
      isOver = true;
      return going;
    },
  };
}

function stayOf(id: string): string {
  const from = Math.floor(Date.now() / MS_PER_DAY) + STAY_IN_DAYS;
  return `"apartmentId":"${id}","checkIn":"${dateOf(from)}","checkOut":"${dateOf(from + NIGHTS)}","guests":1`;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function reportText(facts: number, loads: readonly Load[]): string {
  const head = [
    'to the first hold, s',
    'loop held max, ms',
    'p99',
    "others' p50, ms",
    'p99',
    'max',
    'RSS MiB',
    'refused',
  ];
  const rows = loads.map(({ ms, heldMaxMs, heldP99Ms, othersMs, rssMiBMax, refusals }) => [
    ms === undefined ? 'never' : (ms / 1_000).toFixed(1),
    ...[heldMaxMs, heldP99Ms, othersMs.p50, othersMs.p99, othersMs.max].map((value) => value.toFixed(1)),
    rssMiBMax.toFixed(0),
    Object.entries(refusals)
      .map(([code, count]) => `${count} ${code}`)
      .join(', ') || 'none',
  ]);
  return `${facts.toLocaleString('en')} facts of one apartment, no snapshot\n${table(head, rows, head.length - 1)}`;
}
