/**
 * Takes the oldest volumes of the journal out of the database, into files.
 *
 *   fold ──> file: written, synced, renamed ──> baselines, which file it is, the table dropped: one commit
 *
 * A kill before the commit leaves the volume where it is, and at most a file that the next try writes again; after it
 * everything is done. So at no moment are facts in neither place.
 */
import { mkdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { StoredBaseline } from '../actors/ports.ts';
import { connectionConfig } from '../persistence/pool.ts';
import { settle } from '../persistence/session.ts';
import {
  ageOfVolume,
  baselinesOf,
  beginArchiving,
  dropVolume,
  factsOfVolume,
  keepBaselines,
  keepFigures,
  nextToArchive,
  noteArchive,
  refusedRefundIn,
} from '../persistence/statements/archive.ts';
import { TwoFolds } from './two-folds.ts';
import { type ArchivedFact, checkVolume, type Written, writeVolume } from './volume-file.ts';

export interface ArchiveOptions {
  /** Of the role that owns the tables. */
  readonly ownerUrl: string;
  /** Only volumes that were closed before, with no fact from then on; in epoch milliseconds. */
  readonly beforeMs: number;
  readonly folder: string;
  /** Called before each step, for tests. */
  readonly onStep?: (step: ArchiveStep) => void;
}
export type ArchiveStep = 'fold' | 'page' | 'drop' | 'commit' | 'done';

/** Requests are remembered for a day (I3), and claims are looked up by their beginnings: what is younger stays. */
export const ARCHIVE_AGE_MS_MIN = 7 * 86_400_000;
const DROP_TRIES = 300;
const DROP_AGAIN_MS = 200;

/** @returns what was archived, in order; none where the oldest volume is not old enough */
export async function archiveVolumes(options: ArchiveOptions): Promise<Written[]> {
  await mkdir(options.folder, { recursive: true });
  const client = new pg.Client(
    connectionConfig(options.ownerUrl, { name: 'archive', statementTimeoutMs: 0 }),
  );
  client.on('error', () => {});
  await client.connect();
  try {
    await settle(client);
    const archived: Written[] = [];
    for (;;) {
      const written = await archiveNext(client, options);
      if (written === undefined) return archived;
      archived.push(written);
      options.onStep?.('done');
    }
  } finally {
    await client.end();
  }
}

async function archiveNext(
  client: pg.Client,
  { beforeMs, folder, onStep }: ArchiveOptions,
): Promise<Written | undefined> {
  await beginArchiving(client);
  try {
    const volume = await nextToArchive(client, beforeMs, ARCHIVE_AGE_MS_MIN);
    const lastMs = volume === undefined ? undefined : await ageOfVolume(client, volume);
    if (volume === undefined || lastMs === undefined || lastMs >= beforeMs) {
      await client.query('rollback');
      return undefined;
    }
    const refund = await refusedRefundIn(client, volume);
    if (refund !== undefined)
      throw new Error(
        `the refund of booking ${refund} was refused in volume ${volume}, and is still owed; give it back, say so with \`nightlatch refunds done ${refund}\`, then archive again`,
      );
    onStep?.('fold');
    const written = await writeVolume(folder, volume, folded(client, volume, onStep));
    await checkVolume(folder, written);
    await keepFigures(client, volume);
    await noteArchive(client, volume, written);
    onStep?.('drop');
    for (let tries = 1; !(await dropVolume(client, volume)); tries++) {
      if (tries === DROP_TRIES)
        throw new Error(
          'somebody keeps reading the journal; end the longest query in pg_stat_activity, then archive again',
        );
      await delay(DROP_AGAIN_MS);
    }
    onStep?.('commit');
    await client.query('commit');
    return written;
  } catch (cause) {
    await client.query('rollback').catch(() => {});
    throw cause;
  }
}

/** The facts as they pass to the file, once both folds have taken them; their baselines go to the transaction. */
async function* folded(
  client: pg.Client,
  volume: number,
  onStep: ArchiveOptions['onStep'],
): AsyncGenerator<readonly ArchivedFact[]> {
  let folds: TwoFolds | undefined;
  for await (const page of factsOfVolume(client, volume)) {
    onStep?.('page');
    const before = await baselinesOf(client, [...new Set(page.map(([apartmentId]) => apartmentId))]);
    const from = new Map<string, StoredBaseline>(before.map(({ apartmentId, ...one }) => [apartmentId, one]));
    const ended = [];
    for (const fact of page) {
      const [apartmentId] = fact;
      if (folds?.apartmentId !== apartmentId) {
        if (folds !== undefined) ended.push({ apartmentId: folds.apartmentId, ...folds.end(volume) });
        folds = new TwoFolds(apartmentId, from.get(apartmentId));
      }
      folds.take(fact);
    }
    await keepBaselines(client, ended);
    yield page;
  }
  if (folds !== undefined)
    await keepBaselines(client, [{ apartmentId: folds.apartmentId, ...folds.end(volume) }]);
}
