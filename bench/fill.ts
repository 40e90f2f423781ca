/**
 * A past for the `start` workload, written through the product's own journal: holds, each released before the next, and
 * a snapshot of every apartment at its end.
 */
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { snapshotOf } from '../src/actors/apartment-actor.ts';
import { MACHINE_VERSION } from '../src/actors/apartment-machine.ts';
import { emptyCalendar } from '../src/actors/calendar/calendar.ts';
import type { ChainHead } from '../src/actors/chain.ts';
import type { Fact } from '../src/actors/facts.ts';
import type { Append, StoredSnapshot } from '../src/actors/ports.ts';
import { createPostgresJournal } from '../src/persistence/journal/journal.ts';
import { createPool } from '../src/persistence/pool.ts';
import { sqlStateOf } from '../src/persistence/sqlstate.ts';
import { turnJournal } from '../src/persistence/statements/volumes.ts';
import { shardOf } from '../src/protocol/ids.ts';
import { apartmentId } from './driver/holds.ts';

export interface Past {
  readonly facts: number;
  /** Each has an even number of them: the last of each is a release. */
  readonly apartments: number;
  /** They lie evenly in this many days before now. */
  readonly days: number;
  /** In which they lie evenly, too. Default: 1. */
  readonly volumes?: number;
}

const MS_PER_DAY = 86_400_000;
const WAITING_MAX = 4_096;
const PROGRESS_EVERY = 10_000;
const SNAPSHOTS_AT_ONCE = 1_000;
/** Of a shard that no server has owned yet. */
const FIRST_EPOCH = 0;
const HOLD_TTL_MS = 600_000;
const HELD_FOR_MS = 60_000;
const SOME_NIGHT = 20_000;
const NIGHTS = 3;
const LOCK_NOT_AVAILABLE = '55P03';
/** Whatever is there is old enough. */
const AT_ONCE = { days: 0, bytes: Number.MAX_SAFE_INTEGER };

export async function fillJournal(
  url: string,
  { facts, apartments, days, volumes = 1 }: Past,
  onProgress: (done: number) => void,
): Promise<void> {
  const pool = createPool(url);
  const journal = createPostgresJournal({ pool, url });
  const fromMs = Date.now() - days * MS_PER_DAY;
  const written = Promise.withResolvers<void>();
  const chains = Array.from({ length: apartments }, (): ChainHead => ({ head: undefined }));
  let turned: Promise<unknown> = Promise.resolve();
  let next = 0;
  let done = 0;
  if (facts === 0) written.resolve();

  // A hold is let go of after a while, however far apart an apartment's turns are.
  const evenlyMs = (nr: number) => fromMs + Math.floor((nr / facts) * days * MS_PER_DAY);
  const atMsOf = (nr: number) =>
    Math.floor(nr / apartments) % 2 === 0
      ? evenlyMs(nr)
      : Math.min(evenlyMs(nr), evenlyMs(nr - apartments) + HELD_FOR_MS);

  function send(): void {
    while (next < facts && next - done < WAITING_MAX) {
      const nr = next++;
      const atMs = atMsOf(nr);
      journal.append({ ...appendOf(nr, apartments, atMs, settled), chain: chains[nr % apartments]! });
    }
  }
  const settled: Append['done'] = (result) => {
    if (result.status !== 'committed') {
      return written.reject(
        new Error(`the journal could not be filled: ${result.status}`, { cause: result.cause }),
      );
    }
    done += 1;
    if (done % PROGRESS_EVERY === 0) onProgress(done);
    if (done < facts && done % Math.ceil(facts / volumes) === 0) turned = turned.then(() => turn(pool));
    if (done === facts) written.resolve();
    else send();
  };
  try {
    send();
    await written.promise;
    await turned;
    for (let first = 0; first < apartments; first += SNAPSHOTS_AT_ONCE) {
      const count = Math.min(SNAPSHOTS_AT_ONCE, apartments - first);
      const last = Array.from({ length: count }, (_, i) => snapshotAt(first + i, facts / apartments, chains));
      const [refused] = await journal.saveSnapshots(last);
      if (refused !== undefined) throw new Error(`the snapshot of ${refused} does not rest on its facts`);
    }
  } finally {
    await journal.close();
    await pool.end();
  }
}

/** Beside a lane that is never idle, and the vacuum behind it, the first try may be in vain. */
async function turn(pool: Pool): Promise<void> {
  for (;;) {
    try {
      return void (await turnJournal(pool, AT_ONCE));
    } catch (cause) {
      if (sqlStateOf(cause) !== LOCK_NOT_AVAILABLE) throw cause;
    }
  }
}

/** Fact `nr` of all: the apartments take turns, and each is held and released by turns. */
function appendOf(nr: number, apartments: number, atMs: number, done: Append['done']): Omit<Append, 'chain'> {
  const id = apartmentId(nr % apartments);
  const turn = Math.floor(nr / apartments);
  const hold = `h${(turn - (turn % 2) + 1).toString(36)}-past`;
  const fact: Fact =
    turn % 2 === 1
      ? { kind: 'released', hold }
      : {
          ...{ kind: 'held', hold, from: SOME_NIGHT, to: SOME_NIGHT + NIGHTS, guests: 2 },
          price: { currency: 'EUR', lines: [[0, NIGHTS, 36_000]] },
          expiresAtMs: atMs + HOLD_TTL_MS,
        };
  const entry = {
    apartmentId: id,
    version: turn + 1,
    fact,
    subjectId: 'past',
    requestId: randomUUID(),
    atMs,
  };
  return { apartmentId: id, shard: shardOf(id), epoch: FIRST_EPOCH, entries: [entry], done };
}

/** Nothing is held, and every request of the past may still be asked for again. */
function snapshotAt(nr: number, version: number, chains: readonly ChainHead[]): StoredSnapshot {
  return {
    ...{ apartmentId: apartmentId(nr), version, machineVersion: MACHINE_VERSION, windowFromVersion: 0 },
    ...{ restless: false, hash: chains[nr]!.head, state: snapshotOf({ ...emptyCalendar(), version }) },
  };
}
