import type { Pool } from 'pg';
import { describe, expect, it } from 'vitest';
import { type Acknowledged, acceptHistory, History } from '../../src/persistence/history.ts';
import { createPostgresJournal } from '../../src/persistence/journal/journal.ts';
import { createPool } from '../../src/persistence/pool.ts';
import { shardOf } from '../../src/protocol/ids.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { appendTo, entry } from './facts.ts';

const SOUND = {
  ...{ id: 'one', system: '77', timeline: '00000001', lsn: 1_000, generation: 256, epochMax: 1 },
  ...{ refused: null, hasNode: true, facts: null },
};
type Answer = Omit<typeof SOUND, 'facts' | 'refused'> & {
  facts: ({ hash: number | null } | null)[] | null;
  refused: unknown;
};
const FACT: Acknowledged = { apartmentId: 'a1', version: 7, hash: -5 };

function answering(...answers: Partial<Answer>[]) {
  const asked = { query: async () => ({ rows: [{ ...SOUND, ...answers.shift() }] }) };
  return asked as unknown as Pool;
}

async function found(answer: Partial<Answer>, acknowledged?: Acknowledged): Promise<string | undefined> {
  const history = await History.open(answering());
  if (acknowledged !== undefined) history.acknowledged('lane 0', acknowledged);
  const isSound = await history.recognise(answering(answer));
  expect(isSound).toBe(history.refusal === undefined);
  return history.refusal?.found;
}

describe('[I2] a database that comes back', () => {
  it.each<[string, Partial<Answer>, Acknowledged | undefined, string | undefined]>([
    ['as it was', {}, undefined, undefined],
    ['further on', { lsn: 2_000, generation: 300 }, undefined, undefined],
    ['with the last fact', { facts: [{ hash: -5 }] }, FACT, undefined],
    [
      'with a fact from before the chain',
      { facts: [{ hash: null }] },
      { ...FACT, hash: undefined },
      undefined,
    ],
    [
      'as a standby that was promoted and has everything',
      { timeline: '00000002', lsn: 900, facts: [{ hash: -5 }] },
      FACT,
      undefined,
    ],
    [
      'as a standby that was promoted and lacks the last fact',
      { timeline: '00000002' },
      FACT,
      'fact 7 of apartment a1, which was acknowledged, is not in its journal',
    ],
    [
      'with another fact in its place',
      { facts: [{ hash: 6 }] },
      FACT,
      'fact 7 of apartment a1, which was acknowledged, is another in its journal',
    ],
    [
      'without the last fact',
      {},
      FACT,
      'fact 7 of apartment a1, which was acknowledged, is not in its journal',
    ],
    ['with a log that lost its end', { lsn: 999 }, undefined, 'its log ends at 999, and was at 1000 before'],
    ['as another system', { system: '78' }, undefined, 'it is the database system 78, and 77 was served'],
    [
      'with earlier owners',
      { generation: 255 },
      undefined,
      'its owners are of generation 255, and 256 was there before',
    ],
    ['without this server', { hasNode: false }, undefined, 'the row of this server is gone'],
    [
      'with a history that was accepted meanwhile',
      { id: 'two' },
      undefined,
      'its history is two, and one was served',
    ],
    ['refused by another server', { refused: { found: 'a gap' } }, undefined, 'a gap'],
  ])('%s', async (_, answer, acknowledged, why) => {
    expect(await found(answer, acknowledged)).toBe(why);
  });

  it('is not taken for older by an answer that was under way while another came', async () => {
    const history = await History.open(answering());
    const slow = Promise.withResolvers<void>();
    const answer = { rows: [{ ...SOUND, lsn: 1_100 }] };
    const asked = { query: () => slow.promise.then(() => answer) };
    const late = history.recognise(asked as unknown as Pool);
    expect(await history.recognise(answering({ lsn: 1_200, generation: 400 }))).toBe(true);
    slow.resolve();
    expect(await late).toBe(true);
    expect(await history.recognise(answering({ lsn: 1_150, generation: 400 }))).toBe(false);
  });

  it('is older where it lacks a move of a shard that this server has heard of, and has not looked for here', async () => {
    const history = await History.open(answering());
    history.become('n1', () => 257);
    expect(await history.recognise(answering({ generation: 257 }))).toBe(true);
    expect(await history.recognise(answering({ generation: 256, timeline: '00000002' }))).toBe(false);
    expect(history.refusal?.found).toBe('its owners are of generation 256, and 257 was there before');
  });

  it('stays refused, whatever it says later', async () => {
    const history = await History.open(answering(), () => 5);
    await history.recognise(answering({ lsn: 1 }));
    expect(await history.recognise(answering({ lsn: 5_000 }))).toBe(false);
    expect(history.refusal).toMatchObject({ at: '1970-01-01T00:00:00.005Z', epochMax: 1 });
  });

  it('lacks what any lane has acknowledged, whichever asks, and is appended to by none from then on', async () => {
    await using database = await createTestDatabase();
    const { pool, url } = database;
    await pool.query('update shards set epoch = 1');
    const history = await History.open(pool);
    const journal = createPostgresJournal({ pool, url, lanes: 2, history });
    try {
      const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
      for (const id of ids)
        expect(await appendTo(journal, 1, entry(id, 1))).toMatchObject({ status: 'committed' });
      expect(await history.recognise(pool)).toBe(true);

      const laneOf = (id: string) => shardOf(id) % 2;
      const one = ids.at(-1)!;
      const other = ids.findLast((id) => laneOf(id) !== laneOf(one))!;
      const owners = createPool(database.ownerUrl);
      await owners.query(
        `alter table journal disable trigger user; delete from journal where apartment_id = '${other}'`,
      );
      await owners.end();
      expect(journal.isConnected).toBe(true);
      expect(await history.recognise(pool)).toBe(false);
      expect(await history.refused).toMatchObject({
        found: `fact 1 of apartment ${other}, which was acknowledged, is not in its journal`,
      });
      expect(journal.isConnected).toBe(false);
      const late = appendTo(journal, 1, entry(one, 2));
      await journal.close();
      expect(await late).toMatchObject({ status: 'unknown' });
      expect(await journal.entries(one, 1, 9)).toEqual([]);
    } finally {
      await journal.close();
    }
  });

  it('is served from again where an operator has accepted it in place of the one served, and not where it is simply another', async () => {
    await using database = await createTestDatabase();
    const history = await History.open(database.pool);
    const foreign = await History.open(database.pool);
    await database.pool.query(`update history set id = 'foreign'`);
    expect(await foreign.recognise(database.pool)).toBe(false);
    expect(await foreign.refuse(database.pool)).toBe(false);
    expect((await History.open(database.pool)).refusal).toBeUndefined();

    await database.pool.query('update history set id = $1', [history.id]);
    history.become('gone');
    expect(await history.recognise(database.pool)).toBe(false);
    expect(await history.refuse(database.pool)).toBe(false);
    expect(await acceptHistory(database.pool, await History.open(database.pool))).toMatchObject({
      found: 'the row of this server is gone',
    });
    expect(await history.refuse(database.pool)).toBe(true);
  });

  it('leaves no owner when it is accepted, and epochs above any that was seen, however often', async () => {
    await using database = await createTestDatabase();
    const { pool } = database;
    await pool.query('update shards set epoch = 70 where shard = 7');
    for (let i = 0; i < 10; i++) {
      const history = await History.open(pool);
      const { rows } = await pool.query('select max(epoch)::float8 as before from shards');
      const [{ before }] = rows;
      history.become('gone');
      await history.recognise(pool);
      await history.refuse(pool);
      // The copy is older, with owners from before.
      await pool.query('update shards set epoch = 1');
      await acceptHistory(pool, await History.open(pool));
      const after = await pool.query(
        'select min(epoch)::float8 as least, max(epoch)::float8 as most, count(node_id)::int as owned from shards',
      );
      const [{ least, most, owned }] = after.rows;
      expect([owned, least > before, most < before + 2_000]).toEqual([0, true, true]);
    }
  });

  it('is waited for no longer than any statement of a lane: that one does not connect anew before', async () => {
    const history = await History.open(answering());
    const asked: { query_timeout?: number }[] = [];
    const lane = {
      async query(look: object) {
        asked.push(look);
        return { rows: [SOUND] };
      },
    };
    await history.recognise(lane as unknown as Pool);
    expect(asked).toMatchObject([{ query_timeout: 10_000 }]);
  });
});
