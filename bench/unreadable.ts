/**
 * `npm run bench -- unreadable`: what others notice of apartments whose history cannot be read, on a server that was
 * started on them and is asked for them again and again. Each had an open hold, so that a start wakes them all.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Histogram } from 'hdr-histogram-js';
import pg from 'pg';
import { startEmbedded } from '../src/persistence/postgres/embedded.ts';
import { dateOf } from '../src/protocol/nights.ts';
import { contender } from './contenders.ts';
import { nowMs } from './driver/clock.ts';
import { type Crowd, gather } from './driver/crowd.ts';
import { holdIdOf, textAfter } from './driver/frames.ts';
import { apartmentId } from './driver/holds.ts';
import { newHistogram } from './driver/recorder.ts';
import { startServer } from './servers/server-process.ts';
import { table } from './table.ts';
import { freePort } from './trial.ts';

export interface UnreadableOptions {
  /** How many there are, a row each; none is the first row. */
  readonly unreadable: readonly number[];
  readonly rounds: number;
  readonly seconds: number;
  /** Holds and releases a second of the others, at fixed instants; and holds a second asked of those. */
  readonly rate: number;
  readonly asked: number;
  readonly jsonFile: string | undefined;
}

interface Row {
  readonly unreadable: number;
  readonly readyMs: number[];
  readonly firstMs: number[];
  readonly holdMicros: Histogram;
  /** Of `/readyz`, asked every READY_EVERY_MS: other answers than 200, and how long each took. */
  notReady: number;
  readonly readyzMicros: Histogram;
  /** Answers of theirs by code. */
  readonly answers: Record<string, number>;
}

/** Others' apartments, all of them loaded. */
const APARTMENTS = 1_000;
const GUESTS = 50;
const MS_PER_DAY = 86_400_000;
const STAY_IN_DAYS = 40;
const READY_EVERY_MS = 100;

export async function measureUnreadable(options: UnreadableOptions): Promise<void> {
  const { rounds, unreadable } = options;
  const at = new Date().toISOString();
  const file = resolve(options.jsonFile ?? `results/unreadable-${at.replaceAll(':', '')}.json`);
  const folder = await mkdtemp(join(tmpdir(), 'nightlatch-bench-'));
  try {
    const rows = [0, ...unreadable].map(newRow);
    for (const row of rows) await record(join(folder, `${row.unreadable}`), row.unreadable);
    for (let round = 0; round < rounds; round++) {
      for (const row of rows) await measure(join(folder, `${row.unreadable}`), round, row, options);
    }
    console.log(reportOf(rows));
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `${JSON.stringify({ at, ...options, rows: rows.map(inJson) }, undefined, 2)}\n`);
    console.log(`\nwritten to ${file}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Apartments after the others', each with a hold that is open and then a fact that no program has ever written. */
async function record(dataDir: string, unreadable: number): Promise<void> {
  const embedded = await startEmbedded(dataDir);
  try {
    await contender('nightlatch').prepare(embedded.ownerUrl, APARTMENTS + unreadable);
    const owner = new pg.Client({ connectionString: embedded.ownerUrl });
    await owner.connect();
    const hold = {
      ...{ hold: 'h1-open', from: 30_000, to: 30_003, guests: 2 },
      ...{ price: { currency: 'EUR', lines: [[0, 3, 36_000]] }, expiresAtMs: Date.now() + 3_600_000 },
    };
    for (const [version, kind, fact] of [
      [1, 'held', hold],
      [2, 'teleported', {}],
    ] as const) {
      await owner.query(
        `insert into journal (version, at, apartment_id, kind, subject_id, fact)
         select $1, clock_timestamp(), 'bench-' || i, $2, 'guest_of_before', $3
         from generate_series($4::int, $5) i`,
        [version, kind, JSON.stringify(fact), APARTMENTS, APARTMENTS + unreadable - 1],
      );
    }
    await owner.end();
  } finally {
    await embedded.stop();
  }
}

async function measure(
  dataDir: string,
  round: number,
  row: Row,
  { seconds, rate, asked }: UnreadableOptions,
): Promise<void> {
  const { args, env } = contender('nightlatch');
  const port = await freePort();
  const began = performance.now();
  const server = await startServer({
    args,
    port,
    env: { ...env, HOST: '127.0.0.1', NIGHTLATCH_DATA_DIR: dataDir },
  });
  const lost = Promise.withResolvers<never>();
  lost.promise.catch(() => {});
  const crowds: Crowd[] = [];
  const join = async (sockets: number) => {
    const onLost = (reason: string) => lost.reject(new Error(`a guest lost its connection: ${reason}`));
    const crowd = await gather({ ports: [port], sockets, depth: 1, onLost });
    crowds.push(crowd);
    return crowd;
  };
  try {
    row.readyMs.push(performance.now() - began);
    const others = await join(GUESTS);
    const first = turns(others, round, () => {});
    first.next();
    await Promise.race([first.answered, lost.promise]);
    row.firstMs.push(performance.now() - began);

    const strangers = await join(GUESTS);
    const isOver = new AbortController();
    const looking = lookAtReadyz(port, row, isOver.signal);
    const measured = turns(others, round, (micros) => row.holdMicros.recordValue(micros));
    const theirs = row.unreadable > 0 ? askFor(strangers, row) : () => {};
    const startMs = nowMs();
    // All of the others' apartments are loaded in the first pass.
    await paced(startMs, seconds, [
      [rate, measured.next],
      [asked, theirs],
    ]);
    isOver.abort();
    await Promise.race([looking, lost.promise]);
  } finally {
    for (const crowd of crowds) crowd.close();
    await server.stop();
  }
}

/** Each guest holds and releases by turns, one apartment after the other. @param answered micros of each command */
function turns(crowd: Crowd, round: number, answered: (micros: number) => void) {
  const held = new Map<number, string>();
  const free = crowd.guests.filter(({ ackId }) => ackId === -1);
  const once = Promise.withResolvers<void>();
  let nr = 0;
  crowd.onAnswer = (guest, { ok, packet }, latencyMs) => {
    const isHold = !held.has(guest.index);
    if (!ok) throw new Error(`one of the others was refused: ${packet}`);
    if (isHold) held.set(guest.index, holdIdOf(packet));
    else held.delete(guest.index);
    answered(Math.round(latencyMs * 1_000));
    free.push(guest);
    once.resolve();
  };
  const at = new Map<number, string>();
  return {
    answered: once.promise,
    /** The next command is due. */
    next(dueMs = nowMs()): void {
      const guest = free.shift();
      if (guest === undefined) throw new Error(`all ${GUESTS} guests wait; ask for a lower rate`);
      const holdId = held.get(guest.index);
      if (holdId === undefined) at.set(guest.index, apartmentId(nr++ % APARTMENTS));
      const apartment = `"apartmentId":"${at.get(guest.index)}"`;
      if (holdId !== undefined)
        return crowd.send(guest, 'release', `${apartment},"holdId":"${holdId}"`, dueMs);
      const [checkIn, checkOut] = stay(round * GUESTS + guest.index);
      const fields = `${apartment},"checkIn":"${checkIn}","checkOut":"${checkOut}","guests":2`;
      crowd.send(guest, 'hold', fields, dueMs);
    },
  };
}

/** Nobody else's, in this round or one before. */
function stay(nr: number): [string, string] {
  const from = Math.floor(Date.now() / MS_PER_DAY) + STAY_IN_DAYS + nr;
  return [dateOf(from), dateOf(from + 1)];
}

/** Holds of apartments that cannot be read, one after the other; where all guests wait for an answer none is asked. */
function askFor(crowd: Crowd, { unreadable, answers }: Row): () => void {
  const free = [...crowd.guests];
  let nr = 0;
  crowd.onAnswer = (guest, { ok, packet }) => {
    const code = ok ? 'ok' : textAfter(packet, '"code":"');
    answers[code] = (answers[code] ?? 0) + 1;
    free.push(guest);
  };
  return () => {
    const guest = free.shift();
    if (guest === undefined) return;
    const [checkIn, checkOut] = stay(0);
    const id = apartmentId(APARTMENTS + (nr++ % unreadable));
    const fields = `"apartmentId":"${id}","checkIn":"${checkIn}","checkOut":"${checkOut}","guests":2`;
    crowd.send(guest, 'hold', fields, nowMs());
  };
}

/** Calls each so many times a second, at its instants, however late that becomes. */
async function paced(
  startMs: number,
  seconds: number,
  streams: readonly (readonly [perSecond: number, next: (dueMs: number) => void])[],
): Promise<void> {
  const sent = streams.map(() => 0);
  for (let atMs = startMs; atMs < startMs + seconds * 1_000; atMs = nowMs()) {
    streams.forEach(([perSecond, next], i) => {
      for (; sent[i]! < ((atMs - startMs) / 1_000) * perSecond; sent[i]! += 1)
        next(startMs + (sent[i]! / perSecond) * 1_000);
    });
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

async function lookAtReadyz(port: number, row: Row, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    const askedMs = performance.now();
    const { status } = await fetch(`http://127.0.0.1:${port}/readyz`);
    row.readyzMicros.recordValue(Math.round((performance.now() - askedMs) * 1_000));
    if (status !== 200) row.notReady += 1;
    await new Promise((resolve) => setTimeout(resolve, READY_EVERY_MS));
  }
}

function newRow(unreadable: number): Row {
  return {
    ...{ unreadable, readyMs: [], firstMs: [], holdMicros: newHistogram() },
    ...{ notReady: 0, readyzMicros: newHistogram(), answers: {} },
  };
}

function reportOf(rows: readonly Row[]): string {
  const ms = (histogram: Histogram, percentile: number) =>
    (histogram.getValueAtPercentile(percentile) / 1_000).toFixed(1);
  const each = (values: readonly number[]) => values.map((value) => value.toFixed(0)).join(' ');
  return table(
    [
      'unreadable',
      'ready ms',
      'first hold ms',
      'p50 ms',
      'p99 ms',
      'max ms',
      '/readyz p99 ms',
      'not ready',
      'theirs',
    ],
    rows.map((row) => [
      String(row.unreadable),
      each(row.readyMs),
      each(row.firstMs),
      ...[50, 99, 100].map((percentile) => ms(row.holdMicros, percentile)),
      ms(row.readyzMicros, 99),
      `${row.notReady} of ${row.readyzMicros.totalCount}`,
      Object.entries(row.answers)
        .map(([code, count]) => `${count} ${code}`)
        .join(', '),
    ]),
  );
}

function inJson({ holdMicros, readyzMicros, ...row }: Row): object {
  const of = (histogram: Histogram) => ({
    count: histogram.totalCount,
    ...{ p50: histogram.getValueAtPercentile(50), p99: histogram.getValueAtPercentile(99) },
    max: histogram.maxValue,
  });
  return { ...row, holdMicros: of(holdMicros), readyzMicros: of(readyzMicros) };
}
