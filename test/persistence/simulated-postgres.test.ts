import { setImmediate as turn } from 'node:timers/promises';
import { Lane } from '../../src/persistence/journal/lane.ts';
import { FEATURE_LEVEL } from '../../src/protocol/feature-levels.ts';
import { SHARDS } from '../../src/protocol/limits.ts';
import { Database } from '../simulation/database.ts';
import { clientsOf } from '../simulation/postgres/client.ts';
import { rowOf } from '../simulation/postgres/statements.ts';
import { Prng } from '../simulation/prng.ts';
import { SimulatedProcess } from '../simulation/process.ts';
import { VirtualTime } from '../simulation/time.ts';
import { openTerms } from '../support/terms.ts';
import { journalContract } from './journal-contract.ts';
import { laneContract } from './lane-contract.ts';

function simulated() {
  const time = new VirtualTime();
  const process = new SimulatedProcess(time, { rate: 1, firstMs: 0 });
  const database = new Database(time, new Prng(1, 'database'), {}, FEATURE_LEVEL);
  for (let shard = 0; shard < SHARDS; shard++) database.moveShard(shard);
  const journal = database.journalOf(process);
  return { time, process, database, journal };
}

journalContract('the simulated PostgreSQL', async () => {
  const { time, database, journal } = simulated();
  let isClosed = false;
  const run = async () => {
    while (!isClosed) {
      await time.pass(time.nowMs + 10);
      await turn();
    }
  };
  void run();
  return {
    journal,
    addListing: async (apartmentId, terms) => database.addListing(apartmentId, terms),
    takeOver: async (shard) => database.moveShard(shard),
    close: async () => {
      isClosed = true;
    },
  };
});

laneContract('the simulated PostgreSQL', async () => {
  const { time, process, database, journal } = simulated();
  const { server } = database;
  return {
    journal,
    open: (options) =>
      new Lane({
        url: '',
        name: 'lane 0',
        acceptDataLoss: false,
        ...options,
        client: clientsOf(server, process),
        scheduler: process,
      }),
    addListing: async (apartmentId) => database.addListing(apartmentId, openTerms()),
    takeOver: async (shard) => database.moveShard(shard),
    async takingOver(shard) {
      const claim = {};
      server.locks.take(claim, rowOf.shard(shard), 'alone', () => {});
      return async () => {
        database.moveShard(shard);
        server.locks.release(claim);
      };
    },
    async lock(row) {
      const psql = {};
      server.locks.take(psql, rowOf.listing(row.listing), 'alone', () => {});
      return async () => server.locks.release(psql);
    },
    async terminate(nodeId) {
      return server.terminate((name) => name === `nightlatch lane 0 ${nodeId}`);
    },
    async pass(happens) {
      let isOver = false;
      const ends = happens.finally(() => {
        isOver = true;
      });
      ends.catch(() => {});
      while (!isOver) await time.pass(time.nowMs + 1, () => isOver);
      return ends;
    },
    close: async () => {},
  };
});
