import { storageOf } from '../app/storage.ts';
import type { Config } from '../config.ts';
import { acceptHistory, HistoryRefused } from '../persistence/history.ts';
import { openStorage, type Storage } from '../persistence/index.ts';

/** Says whether servers refuse the history of this database, and why. */
export async function showHistory(config: Config): Promise<void> {
  const refusal = await withStorage(config, async ({ history }) => history.refusal);
  if (refusal === undefined) console.log('No server has refused the history of this database.');
  else {
    console.log(new HistoryRefused(refusal).message);
    process.exitCode = 1;
  }
}

/** Lets servers go on with what is there: to be done after its bookings were compared with the payment provider's. */
export async function accept(config: Config): Promise<void> {
  const refusal = await withStorage(config, ({ pool, history }) => acceptHistory(pool, history));
  console.log(
    refusal === undefined
      ? 'No server has refused the history of this database: there is nothing to accept.'
      : `Accepted: ${refusal.found}. Servers that wait begin anew, others may be started; every client asks again for what it knew.`,
  );
}

async function withStorage<T>(config: Config, work: (storage: Storage) => Promise<T>): Promise<T> {
  const storage = await openStorage({
    ...storageOf(config),
    acceptRefused: true,
  });
  try {
    return await work(storage);
  } finally {
    await storage.close();
  }
}
