import { createPostgresJournal } from '../../src/persistence/journal/journal.ts';
import { Lane } from '../../src/persistence/journal/lane.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { openTerms } from '../support/terms.ts';
import { laneContract } from './lane-contract.ts';

laneContract('PostgreSQL', async () => {
  const database = await createTestDatabase();
  const { pool, url } = database;
  await pool.query('update shards set epoch = 1');
  const journal = createPostgresJournal({ pool, url });
  const holding = async (sql: string, value: number | string) => {
    const psql = await pool.connect();
    await psql.query('begin');
    await psql.query(sql, [value]);
    return async () => {
      await psql.query('commit');
      psql.release();
    };
  };
  return {
    journal,
    open: (options) => new Lane({ url, name: 'lane 0', acceptDataLoss: false, ...options }),
    async addListing(apartmentId) {
      await pool.query(
        `insert into listings (id, name, city, latitude, longitude, terms) values ($1, $1, 'Porto', 41, -8, $2)`,
        [apartmentId, JSON.stringify(openTerms())],
      );
    },
    async takeOver(shard) {
      const result = await pool.query(
        'update shards set epoch = epoch + 1 where shard = $1 returning epoch',
        [shard],
      );
      return result.rows[0].epoch;
    },
    takingOver: (shard) => holding('update shards set epoch = epoch + 1 where shard = $1', shard),
    lock: ({ listing }) => holding('select from listings where id = $1 for update', listing),
    async terminate(nodeId) {
      const result = await pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and application_name = $1`,
        [`nightlatch lane 0 ${nodeId}`],
      );
      return result.rowCount ?? 0;
    },
    pass: (happens) => happens,
    async close() {
      await journal.close();
      await database.drop();
    },
  };
});
