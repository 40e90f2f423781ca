/** Volumes that leave the database: what is loaded, verified and said afterwards, and what is found when something is wrong. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MACHINE_VERSION } from '../../src/actors/apartment-machine.ts';
import type { Calendar } from '../../src/actors/calendar/calendar.ts';
import type { JournalEntry } from '../../src/actors/facts.ts';
import { Histories } from '../../src/actors/history.ts';
import { answerAgain } from '../../src/actors/replay.ts';
import { Restoring, readWindow } from '../../src/actors/restore.ts';
import { type ArchiveStep, archiveVolumes } from '../../src/archive/archive-volumes.ts';
import { withArchive } from '../../src/archive/archived-rows.ts';
import { ArchiveDamaged, checkVolume } from '../../src/archive/volume-file.ts';
import { type Acknowledged, History } from '../../src/persistence/history.ts';
import { createPostgresJournal, type PostgresJournal } from '../../src/persistence/journal/journal.ts';
import { archivedVolumes } from '../../src/persistence/statements/archive.ts';
import { instantsOf } from '../../src/persistence/statements/claims.ts';
import { eventsByHour, type HourOfEvents } from '../../src/persistence/statements/figures.ts';
import { recordedRows } from '../../src/persistence/statements/recorded-apartments.ts';
import { turnJournal } from '../../src/persistence/statements/volumes.ts';
import { TIMERS } from '../../src/time/scheduler.ts';
import { checkAll } from '../../src/verify/check-all.ts';
import { appendTo, entry } from '../persistence/facts.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { openTerms } from '../support/terms.ts';

/** Every shape of fact there is, with what it changes in the other tables. */
const ENTRIES: JournalEntry[] = (await readFile(new URL('../golden/facts-v1.jsonl', import.meta.url), 'utf8'))
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));
const A = ENTRIES[0]!.apartmentId;
/** A booking stands and a hold is open, a block that begins before ends after. */
const [FIRST, SECOND, LAST] = [13, 24, ENTRIES.length];
const EVER = Number.MAX_SAFE_INTEGER / 1_000;

let database: TestDatabase;
let journal: PostgresJournal;
let owner: pg.Client;
let folder: string;
beforeEach(async () => {
  database = await createTestDatabase();
  await database.pool.query('update shards set epoch = 1');
  journal = createPostgresJournal({ pool: database.pool, url: database.url });
  owner = new pg.Client(database.ownerUrl);
  await owner.connect();
  folder = await mkdtemp(join(tmpdir(), 'nightlatch-archive-'));
  for (const id of [A, 'z9']) {
    await owner.query(
      `insert into listings (id, name, city, latitude, longitude, terms, status) values ($1, $1, 'Porto', 41, -8, $2, $3)`,
      [id, JSON.stringify(openTerms()), id === A ? 'retired' : 'listed'],
    );
  }
  await append(0, FIRST);
  await appendTo(journal, 1, entry('z9', 1, { kind: 'paused' }), entry('z9', 2, { kind: 'resumed' }));
  await turn();
  await append(FIRST, SECOND);
  await turn();
  await append(SECOND, LAST);
  await owner.query(`update volumes set closed_at = closed_at - interval '30 days'`);
});
afterEach(async () => {
  await owner.end();
  await journal.close();
  await database.drop();
  await rm(folder, { recursive: true });
});

async function append(from: number, to: number): Promise<void> {
  for (const one of ENTRIES.slice(from, to)) {
    const { status } = await appendTo(journal, 1, { ...one, hash: undefined });
    expect(status).toBe('committed');
  }
}

async function turn(): Promise<void> {
  await turnJournal(database.pool, { days: 0, bytes: Number.MAX_SAFE_INTEGER });
}

const archive = () => archiveVolumes({ ownerUrl: database.ownerUrl, beforeMs: EVER, folder });

/** What `nightlatch verify` says, with or without the archive. */
async function verified(isRead: boolean) {
  const problems: unknown[] = [];
  const volumes = isRead ? await archivedVolumes(database.pool) : [];
  for (const volume of volumes) await checkVolume(folder, volume);
  const recorded = recordedRows(database.pool);
  const rows = isRead
    ? withArchive(
        recorded,
        folder,
        volumes.map(({ volume }) => volume),
      )
    : recorded;
  const counted = await checkAll(rows, ({ rule, sentence }) => problems.push([rule, sentence]), isRead);
  return { ...counted, problems };
}

async function loaded(apartmentId: string): Promise<Calendar> {
  const stored = (await journal.load(apartmentId, MACHINE_VERSION, 1_000))!;
  const restoring = new Restoring(apartmentId, stored, await readWindow(journal, apartmentId, stored));
  restoring.add(stored.entries, new Map());
  return restoring.calendar;
}
/** Of an hour that is archived in part there are two rows. */
const summed = (events: readonly HourOfEvents[]) => {
  const sums: Record<string, number> = {};
  for (const { hour, kind, count, replaced } of events) {
    sums[`${hour} ${kind}`] = (sums[`${hour} ${kind}`] ?? 0) + count;
    sums[`${hour} ${kind} replaced`] = (sums[`${hour} ${kind} replaced`] ?? 0) + replaced;
  }
  return sums;
};
const plain = (value: unknown) => JSON.parse(JSON.stringify(value));

describe('an archived volume', () => {
  it('[C11] changes nothing of what stands, and verify is content with and without it', async () => {
    const before = [await loaded(A), await loaded('z9')].map(plain);
    expect((await verified(false)).problems).toEqual([]);
    const archived = await archive();
    expect(archived.map(({ file, facts }) => [file, facts])).toEqual([
      ['journal-000000.ndjson.gz', FIRST + 2],
      ['journal-000001.ndjson.gz', SECOND - FIRST],
    ]);
    expect((await database.pool.query('select count(*)::int as left from facts')).rows[0].left).toBe(
      LAST - SECOND,
    );
    expect([await loaded(A), await loaded('z9')].map(plain)).toEqual(before);
    expect(await verified(false)).toMatchObject({ problems: [], facts: LAST - SECOND, unread: SECOND + 2 });
    expect(await verified(true)).toMatchObject({ problems: [], facts: LAST + 2, unread: 0 });
    expect(await archive()).toEqual([]);
    // An apartment that had only archived facts goes on where they end, by its chain.
    const stored = (await journal.load('z9', MACHINE_VERSION, 10))!;
    expect([stored.lastVersion, stored.entries, stored.baseline?.version]).toEqual([2, [], 2]);
    const hash = { head: stored.baseline?.hash };
    const next = entry('z9', 3, { kind: 'paused' });
    await new Promise((done) =>
      journal.append({ apartmentId: 'z9', shard: 0, epoch: 1, entries: [next], chain: hash, done }),
    );
    expect((await loaded('z9')).status).toBe('paused');
    await owner.query(`update listings set status = 'paused' where id = 'z9'`);
    expect([(await verified(false)).problems, (await verified(true)).problems]).toEqual([[], []]);
  });

  it('[C11] says clearly what lies in it, and needs none of it for what goes on', async () => {
    const block = ENTRIES.find(({ fact }) => fact.kind === 'blocked')!;
    const hours = { fromHour: 0, toHour: 1_000_000 };
    const events = async (city?: string) =>
      (await eventsByHour(database.pool, hours, city)).toSorted((a, b) => (a.kind < b.kind ? -1 : 1));
    const counted = [await events(), await events('PORTO')];
    expect(counted[0]!.length).toBeGreaterThan(3);
    const begun = await instantsOf(database.pool, A, [19]);
    const last = { apartmentId: A, version: SECOND, hash: (await journal.entry(A, SECOND))?.hash };
    const history = await History.open(database.pool);
    await archive();
    expect([await events(), await events('PORTO')].map(summed)).toEqual(counted.map(summed));
    expect(await events('Lisbon')).toEqual([]);
    expect(block.version).toBeLessThan(SECOND);
    expect(await instantsOf(database.pool, A, [19])).toEqual(begun);
    const stored = (await journal.load(A, MACHINE_VERSION, 0))!;
    const past = new Histories(journal, TIMERS);
    expect(await past.calendarAt(A, stored, SECOND - 1)).toBe('archived');
    expect(plain(await past.calendarAt(A, stored, LAST))).toEqual(plain(await loaded(A)));
    const recognised = (fact: Acknowledged) => {
      history.acknowledged('1', fact);
      return history.recognise(database.pool);
    };
    // What was acknowledged last and is archived by now is not taken for lost, nor is what never was.
    expect(await recognised(last)).toBe(true);
    expect(await recognised({ ...last, version: FIRST, hash: 1 })).toBe(true);
    const command = { kind: 'unblock', apartmentId: A, requestId: 'r', blockId: 'k' } as never;
    expect(await answerAgain({ journal, heirOf: async () => undefined }, 'h1', command, FIRST)).toEqual({
      isOwn: false,
      outcome: undefined,
    });
    expect(await recognised({ ...last, hash: 1 })).toBe(false);
  });

  it('is proof of a snapshot of its last fact, and of none before', async () => {
    const of = async (version: number) => ({
      ...{ apartmentId: A, version, machineVersion: MACHINE_VERSION, windowFromVersion: version },
      ...{ restless: true, hash: (await journal.entry(A, version))?.hash, state: {} },
    });
    const [older, newest] = [await of(FIRST), await of(SECOND)];
    await journal.saveSnapshots([older]);
    await archive();
    expect((await journal.load(A, MACHINE_VERSION, 0))?.snapshot).toBeUndefined();
    expect(await journal.saveSnapshots([{ ...newest, hash: 1 }])).toEqual([A]);
    expect(await journal.saveSnapshots([newest])).toEqual([]);
    const { snapshot, base } = (await journal.load(A, MACHINE_VERSION, 0))!;
    expect([snapshot?.version, base]).toEqual([SECOND, { hash: newest.hash }]);
    expect(await journal.saveSnapshots([await of(LAST)])).toEqual([]);
  });
});

describe('nothing is archived', () => {
  const isWhole = async () => {
    expect((await verified(false)).problems).toEqual([]);
    const { rows } = await database.pool.query('select count(*)::int as facts from facts');
    expect(rows[0].facts).toBe(LAST + 2);
  };

  it('that is too young, or has a fact from the date on', async () => {
    const young = { ownerUrl: database.ownerUrl, folder, beforeMs: ENTRIES[FIRST - 1]!.atMs };
    expect(await archiveVolumes(young)).toEqual([]);
    await owner.query('update volumes set closed_at = now()');
    expect(await archive()).toEqual([]);
    await isWhole();
  });

  it('that the judge finds anything against', async () => {
    await owner.query('alter table journal_000000 disable trigger user');
    await owner.query(
      `update journal_000000 set subject_id = 'other' where version = 2 and apartment_id = 'z9'`,
    );
    await expect(archive()).rejects.toThrow(/z9 version 2: .*nothing of this volume is archived/);
    await owner.query(
      `update journal_000000 set subject_id = 'guest_1' where version = 2 and apartment_id = 'z9'`,
    );
    await isWhole();
    expect(await database.pool.query('select from baselines')).toMatchObject({ rowCount: 0 });
  });

  it('by a role that does not own the tables', async () => {
    const other = { ownerUrl: database.url, folder, beforeMs: EVER };
    await expect(archiveVolumes(other)).rejects.toThrow(/permission denied|must be owner/);
    await isWhole();
  });

  it.each(['fold', 'page', 'drop', 'commit', 'done'] satisfies ArchiveStep[])(
    'halfway by a process that is killed before %s, and the next one does it all',
    async (step) => {
      const program = fileURLToPath(new URL('archive-process.ts', import.meta.url));
      const child = spawn(process.execPath, [program, database.ownerUrl, folder, step], { stdio: 'inherit' });
      expect((await once(child, 'exit'))[1]).toBe('SIGKILL');
      if (step === 'page') expect(await readdir(folder)).toEqual(['journal-000000.ndjson.gz.part']);
      if (step === 'done') expect((await archivedVolumes(database.pool)).length).toBe(1);
      else await isWhole();
      expect((await verified(true)).problems).toEqual([]);
      await archive();
      expect((await archivedVolumes(database.pool)).length).toBe(2);
      expect(await verified(true)).toMatchObject({ problems: [], facts: LAST + 2 });
      expect((await readdir(folder)).toSorted()).toEqual([
        ...['journal-000000.ndjson.gz', 'journal-000001.ndjson.gz'],
      ]);
    },
  );
});

describe('damage that is found', () => {
  beforeEach(async () => {
    await archive();
  });

  it('of a file that is missing, cut off, or another', async () => {
    const file = join(folder, 'journal-000000.ndjson.gz');
    const bytes = await readFile(file);
    for (const damaged of [bytes.subarray(0, -9), Buffer.concat([bytes, bytes])]) {
      await writeFile(file, damaged);
      await expect(verified(true)).rejects.toThrow(
        /journal-000000.* its SHA-256 is another; bring back a copy/,
      );
      const rows = withArchive(recordedRows(database.pool), folder, [0]);
      await expect(checkAll(rows, () => {}, true)).rejects.toThrow(ArchiveDamaged);
    }
    await rm(file);
    await expect(verified(true)).rejects.toThrow(/journal-000000.* cannot be read \(ENOENT\); bring back/);
    await writeFile(file, bytes);
    expect((await verified(true)).problems).toEqual([]);
  });

  it('of a baseline that was altered, by its load and by verify; made to fit, by its archive', async () => {
    const altered = `update baselines set state = replace(state::text, '"guests":2', '"guests":3')::json where apartment_id = '${A}'`;
    await owner.query(altered);
    await expect(loaded(A)).rejects.toThrow(/baseline of version 24 is not as it was written/);
    expect((await verified(false)).problems).toContainEqual([
      ...['baseline', 'its baseline of version 24 is not as it was written'],
    ]);
    const { crc32 } = await import('node:zlib');
    const { rows } = await owner.query(
      `select version, volume, (extract(epoch from at) * 1000)::bigint as at, hash, state::text from baselines where apartment_id = $1`,
      [A],
    );
    const { version, volume, at, hash, state } = rows[0];
    const crc = crc32([A, version, volume, at, hash, state].join('\x1f')) | 0;
    await owner.query('update baselines set crc = $1 where apartment_id = $2', [crc, A]);
    const found = (await verified(true)).problems;
    expect(found).toEqual([
      ['baseline', expect.stringMatching(/^state is .*"guests":3.*, and .*"guests":2/)],
    ]);
  });

  it('of a baseline that is gone', async () => {
    await owner.query(`delete from baselines where apartment_id = '${A}'`);
    await expect(loaded(A)).rejects.toThrow(/fact 25/);
    expect((await verified(false)).problems).toContainEqual(['I4', 'version 25 follows 0']);
  });
});
