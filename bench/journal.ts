/**
 * `npm run bench -- journal`: a past over many volumes. What a fact takes on disk and in an archive, how long loads and
 * questions take with so many volumes, and how fast the oldest of them are archived.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import pg from 'pg';
import { MACHINE_VERSION } from '../src/actors/apartment-machine.ts';
import { ENTRIES_PAGE } from '../src/actors/limits.ts';
import { archiveVolumes } from '../src/archive/archive-volumes.ts';
import { createPostgresJournal, type PostgresJournal } from '../src/persistence/journal/journal.ts';
import { createPool } from '../src/persistence/pool.ts';
import { startEmbedded } from '../src/persistence/postgres/embedded.ts';
import { contender } from './contenders.ts';
import { apartmentId } from './driver/holds.ts';
import { fillJournal } from './fill.ts';
import { startProgress } from './progress.ts';
import { table } from './table.ts';

export interface JournalOptions {
  readonly facts: number;
  readonly apartments: number;
  readonly days: number;
  readonly volumes: number;
  readonly jsonFile: string | undefined;
}

const ROUNDS = 400;
/** So that only what is asked is measured, and no plan is still chosen. */
const WARM_UP = 30;

export async function measureJournal(options: JournalOptions): Promise<void> {
  const { facts, apartments, volumes } = options;
  const at = new Date().toISOString();
  const file = resolve(options.jsonFile ?? `results/journal-${at.replaceAll(':', '')}.json`);
  const folder = await mkdtemp(join(tmpdir(), 'nightlatch-bench-'));
  const progress = startProgress(process.stderr);
  const embedded = await startEmbedded(join(folder, 'recorded'));
  const url = embedded.ownerUrl;
  const pool = createPool(url, { max: 1 });
  const journal = createPostgresJournal({ pool, url });
  try {
    await contender('nightlatch').prepare(url, apartments);
    const filledMs = await timed(() =>
      fillJournal(url, options, (done) => progress.show('filling', done, facts)),
    );
    const { rows } = await pool.query<{ bytes: number; indexes: number; count: number }>(
      `select sum(pg_total_relation_size(relid))::bigint as bytes, sum(pg_indexes_size(relid))::bigint as indexes,
         count(*)::int as count from pg_partition_tree('facts') where isleaf`,
    );
    const size = rows[0]!;
    const loads = await questions(journal, options);
    const keep = Math.floor(volumes / 2);
    const owner = new pg.Client(url);
    await owner.connect();
    await owner.query(`update volumes set closed_at = closed_at - interval '1 year' where volume < $1`, [
      keep,
    ]);
    await owner.end();
    let archived: Awaited<ReturnType<typeof archiveVolumes>> = [];
    const archivedMs = await timed(async () => {
      archived = await archiveVolumes({
        ownerUrl: url,
        beforeMs: Date.now(),
        folder: join(folder, 'archive'),
      });
    });
    const after = await questions(journal, options);
    progress.end();
    const gone = archived.reduce((sum, one) => sum + one.facts, 0);
    const packed = archived.reduce((sum, one) => sum + one.bytes, 0);
    const report = {
      ...{ at, ...options, count: size.count, filledMs, loads, after },
      ...{ bytesAFact: size.bytes / facts, indexBytesAFact: size.indexes / facts },
      ...{
        archived: gone,
        archivedBytesAFact: packed / gone,
        archivedFactsASecond: (gone / archivedMs) * 1_000,
      },
    };
    console.log(
      `${size.count} volumes: ${report.bytesAFact.toFixed(0)} bytes a fact, ${report.indexBytesAFact.toFixed(0)} of them in indexes; ` +
        `${gone} facts of ${archived.length} volumes archived at ${report.archivedFactsASecond.toFixed(0)} a second, ${report.archivedBytesAFact.toFixed(0)} bytes each`,
    );
    console.log(
      table(
        ['question', 'p50 ms', 'p99 ms', 'p50 ms, half archived'],
        Object.entries(loads).map(([name, ms], i) => [
          ...[name, ms.p50.toFixed(2), ms.p99.toFixed(2)],
          Object.values(after)[i]!.p50.toFixed(2),
        ]),
      ),
    );
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `${JSON.stringify(report, undefined, 2)}\n`);
    console.log(`\nwritten to ${file}`);
  } finally {
    progress.end();
    await journal.close();
    await pool.end();
    await embedded.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function questions(journal: PostgresJournal, { apartments, facts }: JournalOptions) {
  const last = facts / apartments;
  const any = () => apartmentId(Math.floor(Math.random() * apartments));
  return {
    'load, by its snapshot': await each(() => journal.load(any(), MACHINE_VERSION, ENTRIES_PAGE)),
    'load, of all its facts': await each(() => journal.load(any(), MACHINE_VERSION + 1, ENTRIES_PAGE)),
    'the last fact': await each(() => journal.entry(any(), last)),
    'the last 50 facts': await each(() => journal.entries(any(), last - 50, 50)),
  };
}

async function each(ask: () => Promise<unknown>): Promise<{ p50: number; p99: number }> {
  const ms: number[] = [];
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const took = await timed(ask);
    if (round >= 0) ms.push(took);
  }
  ms.sort((a, b) => a - b);
  return { p50: ms[ROUNDS >> 1]!, p99: ms[Math.floor(ROUNDS * 0.99)]! };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
