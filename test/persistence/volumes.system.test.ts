/** The journal in volumes (ADR 21): what holds as one is closed, across them, and in databases from before there were any. */
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Append } from '../../src/actors/ports.ts';
import { Restoring, readWindow } from '../../src/actors/restore.ts';
import { keepVolumes } from '../../src/app/volume-keeping.ts';
import { createPostgresJournal, type PostgresJournal } from '../../src/persistence/journal/journal.ts';
import { migrate } from '../../src/persistence/migrate.ts';
import { createPool } from '../../src/persistence/pool.ts';
import { mayRewrite } from '../../src/persistence/roles.ts';
import { SQLSTATE_APPEND_ONLY, SQLSTATE_VOLUME_CLOSED, sqlStateOf } from '../../src/persistence/sqlstate.ts';
import { recordedRows } from '../../src/persistence/statements/recorded-apartments.ts';
import { turnJournal } from '../../src/persistence/statements/volumes.ts';
import { shardOf } from '../../src/protocol/ids.ts';
import { checkAll } from '../../src/verify/check-all.ts';
import { createTestDatabase, schemaAsOf, type TestDatabase } from '../support/postgres.ts';
import { openTerms } from '../support/terms.ts';
import { AT_MS, appendTo, entry } from './facts.ts';

const LOCK_NOT_AVAILABLE = '55P03';
/** Whatever is there is old enough. */
const AT_ONCE = { days: 0, bytes: Number.MAX_SAFE_INTEGER };

let database: TestDatabase;
let journal: PostgresJournal;
let owner: pg.Client;
beforeEach(async () => {
  database = await createTestDatabase();
  await opened();
});
afterEach(async () => {
  await owner.end();
  await journal.close();
  await database.drop();
});

async function opened(): Promise<void> {
  await database.pool.query('update shards set epoch = 1');
  journal = createPostgresJournal({ pool: database.pool, url: database.url });
  owner = new pg.Client(database.ownerUrl);
  await owner.connect();
  await listed('a1');
}

async function listed(apartmentId: string): Promise<void> {
  await database.pool.query(
    `insert into listings (id, name, city, latitude, longitude, terms) values ($1, $1, 'Porto', 41, -8, $2)`,
    [apartmentId, JSON.stringify(openTerms())],
  );
}

const pausedOrResumed = (apartmentId: string, version: number) =>
  entry(apartmentId, version, { kind: version % 2 === 1 ? 'paused' : 'resumed' });

async function append(apartmentId: string, from: number, to: number): Promise<void> {
  for (let version = from; version <= to; version++)
    await appendTo(journal, 1, pausedOrResumed(apartmentId, version));
}

const turn = () => turnJournal(database.pool, AT_ONCE);
const volumeOf = async (apartmentId: string) => {
  const sql = 'select version, volume from facts where apartment_id = $1 order by version, volume';
  return (await database.pool.query(sql, [apartmentId])).rows.map(({ version, volume }) => [version, volume]);
};

describe('a volume that is closed', () => {
  it('is followed by the next one, and both are read as one journal', async () => {
    await append('a1', 1, 3);
    expect(await turn()).toBe(0);
    await append('a1', 4, 5);
    expect(await turn()).toBe(1);
    await append('a1', 6, 6);
    expect(await volumeOf('a1')).toEqual([1, 2, 3, 4, 5, 6].map((v) => [v, v < 4 ? 0 : v < 6 ? 1 : 2]));
    expect((await journal.entries('a1', 2, 3)).map(({ version }) => version)).toEqual([3, 4, 5]);
    expect((await journal.entry('a1', 1))?.fact.kind).toBe('paused');
    const page = { afterVersion: 1, toVersion: 6, limit: 3 };
    expect((await journal.requests('a1', page)).map(({ version }) => version)).toEqual([2, 3, 4]);
    const stored = await journal.load('a1', 1, 10);
    expect([stored?.lastVersion, stored?.entries.length]).toEqual([6, 6]);
  });

  it('is looked into no more by a load whose snapshot is of a later one', async () => {
    await append('a1', 1, 4);
    await turn();
    await append('a1', 5, 5);
    const state = { calendar: {} };
    const snapshot = { apartmentId: 'a1', machineVersion: 1, windowFromVersion: 0, restless: false, state };
    const at = async (version: number) => ({
      ...{ ...snapshot, version, hash: (await journal.entry('a1', version))?.hash },
    });
    expect(await journal.saveSnapshots([await at(4)])).toEqual([]);
    expect((await journal.load('a1', 1, 10))?.entries.length).toBe(1);
    expect(await journal.saveSnapshots([await at(5)])).toEqual([]);
    const { rows } = await database.pool.query('select version, volume from machine_snapshots');
    expect(rows).toEqual([{ version: 5, volume: 1 }]);
    // On one connection, which tells what it has looked into when it is asked.
    const pool = createPool(database.url, { max: 1 });
    const looks = async () => {
      await pool.query('select pg_stat_force_next_flush()');
      await pool.query('select pg_stat_clear_snapshot()');
      const sql = `select idx_scan::int as looks from pg_stat_user_tables where relname = 'journal_000000'`;
      return (await pool.query(sql)).rows[0].looks;
    };
    const reading = createPostgresJournal({ pool, url: database.url });
    const before = await looks();
    const stored = await reading.load('a1', 1, 10);
    expect(await looks()).toBe(before);
    await reading.entry('a1', 5);
    await reading.entries('a1', 5, 1);
    expect(await looks()).toBe(before);
    await reading.entries('a1', 3, 1);
    expect(await looks()).toBe(before + 1);
    await reading.close();
    await pool.end();
    expect([stored?.snapshot?.version, stored?.base, stored?.entries, stored?.lastVersion]).toEqual([
      ...[5, { hash: (await journal.entry('a1', 5))?.hash }, [], 5],
    ]);
    // An older one that comes late is proved by its own fact, in its own volume.
    expect(await journal.saveSnapshots([await at(4)])).toEqual([]);
  });

  it('takes no fact any more, and gives none away, whichever name it is called by', async () => {
    await append('a1', 1, 2);
    await turn();
    await append('a1', 3, 3);
    const row = `(version, at, apartment_id, kind, fact, volume) values (9, now(), 'a1', 'paused', '{}', 0)`;
    for (const table of ['facts', 'journal_000000']) {
      const refused = await owner.query(`insert into ${table} ${row}`).catch(sqlStateOf);
      expect([table, refused]).toEqual([table, SQLSTATE_VOLUME_CLOSED]);
    }
    for (const table of ['facts', 'journal', 'journal_000000']) {
      for (const deed of [`delete from ${table}`, `update ${table} set kind = 'x'`, `truncate ${table}`]) {
        expect([deed, await owner.query(deed).catch(sqlStateOf)]).toEqual([deed, SQLSTATE_APPEND_ONLY]);
      }
    }
  });

  it("is not the program's role to change, nor is one that is still to come, whatever the owner grants by default", async () => {
    await owner.query('alter default privileges grant all on tables to nightlatch, public');
    for (let version = 1; version <= 3; version++) {
      await append('a1', version, version);
      if (version < 3) await turn();
    }
    const all = [
      'journal',
      'journal_000001',
      'journal_000000',
      'facts',
      'volumes',
      'baselines',
      'archived_events',
    ];
    for (const table of all) {
      for (const deed of [
        ...[
          `update ${table} set ${table === 'archived_events' ? 'hour' : 'volume'} = 9`,
          `delete from ${table}`,
          `truncate ${table}`,
          `drop table ${table}`,
        ],
        ...[`alter table ${table} disable trigger all`, `alter table ${table} rename to mine`],
        `create trigger mine before insert on ${table} for each row execute function volume_is_closed()`,
        ...(table.startsWith('journal') ? [] : [`insert into ${table} select * from ${table}`]),
      ]) {
        expect([deed, await database.pool.query(deed).catch(sqlStateOf)]).toEqual([deed, '42501']);
      }
    }
    expect(await mayRewrite(database.pool, database.url)).toBeUndefined();
    for (const table of ['journal_000000', 'baselines']) {
      await owner.query(`grant update on ${table} to nightlatch`);
      expect(await mayRewrite(database.pool, database.url)).toMatch(
        /^the role nightlatch .* or may change it/,
      );
      await owner.query(`revoke update on ${table} from nightlatch`);
    }
  });

  it("is closed with the owner's rights, and lends them to nobody who has tables of the same names", async () => {
    await append('a1', 1, 1);
    const client = new pg.Client(database.url);
    await client.connect();
    await client.query(`
      create temp table volumes as select * from public.volumes;
      create function pg_temp.seize() returns trigger language plpgsql as $$
        begin execute 'grant update on public.journal_000000 to nightlatch'; return new; end $$;
      create trigger seize before update on pg_temp.volumes for each row execute function pg_temp.seize()`);
    await client.query(`select turn_journal('0', 1)`);
    await client.end();
    const may = `select has_table_privilege('nightlatch', 'journal_000000', 'update') as may`;
    expect((await owner.query(may)).rows).toEqual([{ may: false }]);
    expect((await owner.query('select volume from volumes where closed_at is not null')).rows).toEqual([
      { volume: 0 },
    ]);
  });

  it('is not made of an empty one, nor before it is old or large enough', async () => {
    expect(await turn()).toBeUndefined();
    await append('a1', 1, 1);
    expect(await turnJournal(database.pool, { days: 1, bytes: 2 ** 40 })).toBeUndefined();
    expect(await turnJournal(database.pool, { days: 1, bytes: 8_192 })).toBe(0);
    expect(await turn()).toBeUndefined();
  });
});

describe('closing a volume', () => {
  it('loses nothing of what is appended meanwhile, and refuses nothing', async () => {
    const ids = ['a1', 'a2', 'a3', 'a4'];
    for (const id of ids.slice(1)) await listed(id);
    let isOver = false;
    const versions = await Promise.all([
      ...ids.map(async (id) => {
        let version = 0;
        while (!isOver) await append(id, ++version, version);
        return version;
      }),
      (async () => {
        // Beside appends that wait for a slow disk a try may be in vain.
        const tried = () => turn().catch((cause) => expect(sqlStateOf(cause)).toBe(LOCK_NOT_AVAILABLE));
        try {
          for (let turned = 0; turned < 12; ) if ((await tried()) !== undefined) turned += 1;
        } finally {
          isOver = true;
        }
        return 0;
      })(),
    ]);
    for (const [i, id] of ids.entries()) {
      const found = await volumeOf(id);
      expect(found.map(([version]) => version)).toEqual(
        Array.from({ length: versions[i]! }, (_, v) => v + 1),
      );
      const volumes = found.map(([, volume]) => volume!);
      expect(volumes).toEqual(volumes.toSorted((a, b) => a - b));
      expect(volumes.at(-1)).toBeGreaterThan(5);
    }
    const problems: unknown[] = [];
    await checkAll(recordedRows(database.pool), (problem) => problems.push(problem));
    expect(problems).toEqual([]);
  });

  it('gives up where somebody reads for long, keeps nobody waiting, and is done when it is tried again', async () => {
    await append('a1', 1, 1);
    await owner.query('begin; select count(*) from facts');
    const sinceMs = performance.now();
    const [refused] = await Promise.all([turn().catch(sqlStateOf), append('a1', 2, 2)]);
    expect([refused, performance.now() - sinceMs < 1_000]).toEqual([LOCK_NOT_AVAILABLE, true]);
    expect(await volumeOf('a1')).toEqual([
      [1, 0],
      [2, 0],
    ]);
    await owner.query('commit');
    expect(await turn()).toBe(0);
  });

  it('[C10] waits until every server knows of volumes', async () => {
    await append('a1', 1, 1);
    const looked = Promise.withResolvers<void>();
    let mayWrite = false;
    const config = { NIGHTLATCH_VOLUME_DAYS: 0 } as never;
    const membership = {
      mayWrite(feature: string) {
        expect(feature).toBe('a journal in volumes');
        looked.resolve();
        return mayWrite;
      },
    } as never;
    const faults: unknown[] = [];
    const parts = { config, onFault: (...fault: unknown[]) => void faults.push(fault) };
    const early = keepVolumes(parts, { url: database.url }, { membership });
    await looked.promise;
    await early.stop();
    expect(await volumeOf('a1')).toEqual([[1, 0]]);
    mayWrite = true;
    const late = keepVolumes(parts, { url: database.url }, { membership });
    const isClosed = 'select from volumes where closed_at is not null';
    await expect.poll(async () => (await database.pool.query(isClosed)).rowCount).toBe(1);
    await late.stop();
    expect(faults).toEqual([]);
  });
});

describe('across volumes, where no key sees a version twice', () => {
  it('refuses a former owner, whose version the next volume would take', async () => {
    await append('a1', 1, 2);
    await turn();
    const shard = shardOf('a1');
    await database.pool.query('update shards set epoch = 2 where shard = $1', [shard]);
    const stale = pausedOrResumed('a1', 2);
    const { status } = await new Promise<Parameters<Append['done']>[0]>((done) =>
      journal.append({ apartmentId: 'a1', shard, epoch: 1, entries: [stale], chain: { head: 1 }, done }),
    );
    expect(status).toBe('fenced');
  });

  it('[I4] finds a version that is there twice: it is not loaded, and verify names it', async () => {
    await append('a1', 1, 2);
    await turn();
    await owner.query(
      `insert into journal (version, at, request_id, apartment_id, kind, subject_id, fact, hash)
       select version, at, request_id, apartment_id, kind, subject_id, fact, hash from facts where version = 2`,
    );
    const stored = (await journal.load('a1', 1, 10))!;
    const restoring = new Restoring('a1', stored, await readWindow(journal, 'a1', stored));
    expect(() => restoring.add(stored.entries, new Map())).toThrow(/fact 2 .*does not follow/);
    const found: unknown[] = [];
    await checkAll(recordedRows(database.pool), ({ rule, version }) => found.push([rule, version]));
    expect(found).toContainEqual(['I4', 2]);
  });
});

describe('a database from before volumes', () => {
  /** As the version before this one writes and reads. */
  const APPEND = `insert into journal (apartment_id, version, kind, subject_id, request_id, at, fact, hash)
    values ('a1', $1, 'paused', null, null, now(), '{}', 7)`;
  const LOAD = `select count(*)::int as facts, max(version)::int as last from journal where apartment_id = $1`;

  beforeEach(async () => {
    await owner.end();
    await journal.close();
    await schemaAsOf(
      database,
      '013_history',
      `insert into journal (version, at, apartment_id, kind, fact)
       select v, to_timestamp(${AT_MS / 1_000}), 'a1', case v % 2 when 1 then 'paused' else 'resumed' end, '{}'
       from generate_series(1, 20000) v`,
    );
  });

  it('keeps its journal as it is, neither rewritten nor read, and its servers go on with it', async () => {
    owner = new pg.Client(database.ownerUrl);
    await owner.connect();
    const place = async () => {
      const { rows } = await owner.query(
        `select pg_relation_filenode('journal') as file, 'journal'::regclass::oid as id`,
      );
      return rows[0];
    };
    const scans = async () => {
      await owner.query('select pg_stat_force_next_flush(), pg_stat_clear_snapshot()');
      const sql = `select seq_tup_read::int as read from pg_stat_user_tables where relname = 'journal'`;
      return (await owner.query(sql)).rows[0].read;
    };
    const older = new pg.Client(database.ownerUrl);
    await older.connect();
    const loaded = async () => (await older.query({ name: 'load', text: LOAD, values: ['a1'] })).rows;
    expect(await loaded()).toEqual([{ facts: 20_000, last: 20_000 }]);
    await older.query('select pg_stat_force_next_flush()');
    const [before, readBefore] = [await place(), await scans()];
    await migrate(database.ownerUrl, { grantTo: new URL(database.url).username });
    expect([await place(), await scans()]).toEqual([before, readBefore]);
    const proved = `select convalidated as proved from pg_constraint where conname = 'one_volume'`;
    expect((await owner.query(proved)).rows).toEqual([{ proved: false }]);
    await owner.end();
    await opened();

    await older.query({ name: 'append', text: APPEND, values: [20_001] });
    expect(await loaded()).toEqual([{ facts: 20_001, last: 20_001 }]);
    await older.end();
    expect((await journal.load('a1', 1, 1))?.lastVersion).toBe(20_001);
    expect(await turn()).toBe(0);
    expect((await owner.query(`${proved} and conrelid = 'journal_000000'::regclass`)).rows).toEqual([
      { proved: true },
    ]);
    expect((await journal.load('a1', 1, 1))?.lastVersion).toBe(20_001);
  });
});
