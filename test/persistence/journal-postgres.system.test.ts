import { createPostgresJournal } from '../../src/persistence/journal/journal.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { journalContract } from './journal-contract.ts';

journalContract('PostgreSQL', async () => {
  const database = await createTestDatabase();
  await database.pool.query('update shards set epoch = 1');
  const journal = createPostgresJournal({ pool: database.pool, url: database.url });
  return {
    journal,
    async addListing(apartmentId, terms) {
      await database.pool.query(
        `insert into listings (id, name, city, latitude, longitude, terms) values ($1, $1, 'Porto', 41, -8, $2)`,
        [apartmentId, JSON.stringify(terms)],
      );
    },
    async takeOver(shard) {
      const result = await database.pool.query(
        'update shards set epoch = epoch + 1 where shard = $1 returning epoch',
        [shard],
      );
      return result.rows[0].epoch;
    },
    async close() {
      await journal.close();
      await database.drop();
    },
  };
});
