/** What only a real PostgreSQL can do wrong: break connections, refuse values, be taken over under load. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AppendResult } from '../../src/actors/ports.ts';
import { createPostgresJournal, type PostgresJournal } from '../../src/persistence/journal/journal.ts';
import { shardOf } from '../../src/protocol/ids.ts';
import { asOwner, createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { appendOf, appendTo, confirming, entry, held, pendingBooking } from './facts.ts';

describe('the journal on PostgreSQL', () => {
  let database: TestDatabase;
  let journal: PostgresJournal;
  beforeEach(async () => {
    database = await createTestDatabase();
    await database.pool.query('update shards set epoch = 1');
    journal = createPostgresJournal({ pool: database.pool, url: database.url, lanes: 2 });
  });
  afterEach(async () => {
    await journal.close();
    await database.drop();
  });

  const versionsOf = async (apartmentId: string) =>
    (await journal.entries(apartmentId, 0, 100_000)).map(({ version }) => version);
  const killLanes = () =>
    database.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name like 'nightlatch lane%'`,
    );

  it('refuses a value that PostgreSQL refuses, and only the append that carries it', async () => {
    const good = Array.from({ length: 50 }, (_, i) => appendTo(journal, 1, entry(`good_${i}`, 1)));
    const results = await Promise.all([
      appendTo(journal, 1, entry('bad\0id', 1)),
      appendTo(journal, 1, entry('bad_uuid', 1, held('h'), { requestId: 'no uuid' })),
      appendTo(
        journal,
        1,
        confirming('bad_name', 1, pendingBooking('b', { contact: { name: 'a\0b', email: 'a@b.c' } })),
      ),
      appendTo(journal, 1, entry('bad_version', 0)),
      ...good,
    ]);
    expect(results.slice(0, 4).map(({ status }) => status)).toEqual(Array(4).fill('conflict'));
    expect(results.slice(4).every(({ status }) => status === 'committed')).toBe(true);
    expect(await versionsOf('bad_name')).toEqual([]);
  });

  it('answers unknown when the connection breaks, connects again, and goes on without a gap', async () => {
    let version = 0;
    let unknown = 0;
    for (let round = 0; round < 5; round++) {
      const appends: Promise<AppendResult>[] = [];
      const first = version + 1;
      for (let i = 0; i < 200; i++) appends.push(appendTo(journal, 1, entry('a', ++version)));
      await killLanes();
      const results = await Promise.all(appends);
      unknown += results.filter(({ status }) => status === 'unknown').length;
      const stored = await versionsOf('a');
      // Whole from the start, and at least what was acknowledged.
      expect(stored).toEqual(Array.from({ length: stored.length }, (_, i) => i + 1));
      const acknowledged = results.filter(({ status }) => status === 'committed').length;
      expect(stored.length).toBeGreaterThanOrEqual(first - 1 + acknowledged);
      const lastCommitted = results.findLastIndex(({ status }) => status === 'committed');
      const firstFailed = results.findIndex(({ status }) => status !== 'committed');
      if (firstFailed !== -1) expect(lastCommitted).toBeLessThan(firstFailed);
      // The dying connection may take one more with it; a new one is there soon after.
      do version = (await versionsOf('a')).length + 1;
      while ((await appendTo(journal, 1, entry('a', version))).status !== 'committed');
      expect(await versionsOf('a')).toEqual(Array.from({ length: version }, (_, i) => i + 1));
    }
    expect(unknown).toBeGreaterThan(0);
  });

  it('[I1] lets no stale row through in a takeover under load', async () => {
    const apartments = Array.from({ length: 40 }, (_, i) => `apartment_${i}`);
    const stale = await takeovers(database, journal, apartments, 40);
    expect(stale).toEqual([]);
  });

  it('[I1] would let stale rows through without the lock: the race above is one', async () => {
    await asOwnerIn(
      database,
      `create or replace function fence_marked(held_shards smallint[], held_epochs bigint[]) returns void
       language plpgsql as $$
       begin
         if exists (select from unnest(held_shards, held_epochs) held (shard, epoch)
                    left join shards on shards.shard = held.shard and shards.epoch = held.epoch
                    where shards.shard is null)
         then raise exception 'fenced' using errcode = 'NL001'; end if;
       end $$`,
    );
    const apartments = Array.from({ length: 40 }, (_, i) => `apartment_${i}`);
    let stale: string[] = [];
    for (let round = 0; round < 20 && stale.length === 0; round++) {
      stale = await takeovers(database, journal, apartments, 40);
    }
    expect(stale.length).toBeGreaterThan(0);
  });

  it('keeps blocks and the listing’s status in step, also where several changes wait for one commit', async () => {
    await database.pool.query(
      `insert into listings (id, name, city, latitude, longitude, terms) values ('a', 'a', 'Porto', 41, -8, '{}')`,
    );
    const before = (await database.pool.query('select tx::text as tx from listings')).rows[0].tx;
    const blocked = { kind: 'blocked', block: 'b', from: 10, to: 12 } as const;
    await Promise.all([
      appendTo(journal, 1, entry('a', 1, blocked)),
      appendTo(journal, 1, entry('a', 2, { kind: 'unblocked', block: 'b' })),
      appendTo(journal, 1, entry('a', 3, { kind: 'retired' }), entry('a', 4, { kind: 'paused' })),
      appendTo(journal, 1, entry('b', 1, { ...blocked, reason: 'painters' })),
    ]);
    const { rows } = await database.pool.query(
      'select apartment_id, lower(stay) as night, reason from blocks',
    );
    expect(rows).toEqual([{ apartment_id: 'b', night: '1970-01-11', reason: 'painters' }]);
    const listing = (await database.pool.query('select status, tx::text as tx from listings')).rows[0];
    expect(listing.status).toBe('paused');
    // Whoever follows changes in commit order sees this one.
    expect(BigInt(listing.tx)).toBeGreaterThan(BigInt(before));
  });

  it('is append-only for the program, and for the owner', async () => {
    await appendTo(journal, 1, entry('a', 1));
    for (const sql of ['delete from journal', `update journal set kind = 'x'`, 'truncate journal']) {
      await expect(database.pool.query(sql)).rejects.toThrow(/permission denied|append-only/);
      await expect(asOwnerIn(database, sql)).rejects.toThrow(/append-only/);
    }
    expect(await versionsOf('a')).toEqual([1]);
  });

  it('says how long commits take and how much they carry', async () => {
    await Promise.all(Array.from({ length: 300 }, (_, i) => appendTo(journal, 1, entry(`a_${i}`, 1))));
    const stats = journal.commitStats();
    expect(stats.commitMsP50).toBeGreaterThan(0);
    expect(stats.commitMsP99).toBeGreaterThanOrEqual(stats.commitMsP50);
    expect(stats.entriesPerSecond).toBe(300);
  });

  it('answers unknown once it is closed', async () => {
    const last = appendTo(journal, 1, entry('a', 1));
    await journal.close();
    expect(['committed', 'unknown']).toContain((await last).status);
    expect((await appendTo(journal, 1, entry('a', 2))).status).toBe('unknown');
  });
});

async function asOwnerIn(database: TestDatabase, sql: string): Promise<void> {
  await asOwner(database.ownerUrl, sql, new URL(database.ownerUrl).pathname.slice(1));
}

/**
 * An owner appends as fast as it can; a new owner takes every shard and reads what is there. A row of the former
 * owner that appears after that read is stale: the new owner decides without it.
 */
async function takeovers(
  database: TestDatabase,
  journal: PostgresJournal,
  apartments: readonly string[],
  times: number,
): Promise<string[]> {
  const count = async () => {
    const result = await database.pool.query<{ id: string; last: number }>(
      'select apartment_id as id, max(version) as last from journal group by 1',
    );
    return new Map(result.rows.map(({ id, last }) => [id, last]));
  };
  let epoch = (await database.pool.query('select max(epoch) as epoch from shards')).rows[0].epoch as number;
  const stale: string[] = [];
  for (let time = 0; time < times; time++) {
    const versions = await count();
    let pending = 0;
    let isOver = false;
    let settled: () => void = () => {};
    const idle = new Promise<void>((resolve) => {
      settled = resolve;
    });
    const append = (apartmentId: string) => {
      const version = (versions.get(apartmentId) ?? 0) + 1;
      versions.set(apartmentId, version);
      pending += 1;
      journal.append(
        appendOf(epoch, [entry(apartmentId, version)], ({ status }) => {
          pending -= 1;
          if (status === 'committed' && !isOver) append(apartmentId);
          else if (pending === 0) settled();
        }),
      );
    };
    for (const apartmentId of apartments) append(apartmentId);
    await new Promise((resolve) => setTimeout(resolve, 2 + (time % 5)));
    // Locked in order of shard, as batches lock them.
    await database.pool.query(
      `with locked as materialized (select shard from shards where shard = any ($1) order by shard for update)
       update shards set epoch = epoch + 1 where shard in (select shard from locked)`,
      [apartments.map(shardOf)],
    );
    const seen = await count();
    isOver = true;
    if (pending > 0) await idle;
    const after = await count();
    for (const [id, last] of after)
      if (last > (seen.get(id) ?? 0)) stale.push(`${id} ${last} epoch ${epoch}`);
    epoch += 1;
  }
  return stale;
}
