/** The statements by which a volume of the journal leaves the database, all of one transaction of its owner (ADR 21). */
import type { ClientBase, Pool } from 'pg';
import type { StoredBaseline } from '../../actors/ports.ts';
import { STREAM_ROWS } from '../limits.ts';
import { sqlStateOf } from '../sqlstate.ts';
import { keepEvents } from './figures.ts';

export interface ArchivedVolume {
  readonly volume: number;
  readonly file: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly facts: number;
}
type FactRow = [string, number, string, string | null, string | null, number, string, number | null];

const LOCK_NOT_AVAILABLE = '55P03';
const MS = (instant: string) => `(extract(epoch from ${instant}) * 1000)::bigint`;

/** One at a time. @throws where somebody else archives */
export async function beginArchiving(client: ClientBase): Promise<void> {
  await client.query('begin; set local idle_in_transaction_session_timeout = 0; set local enable_sort = off');
  const { rows } = await client.query(
    `select pg_try_advisory_xact_lock(hashtextextended('nightlatch archive', 0)) as mine`,
  );
  if (rows[0].mine !== true) throw new Error('somebody else archives this database just now');
}

/** The oldest one that is in the database, where it was closed before an instant, and that long ago. */
export async function nextToArchive(
  client: ClientBase,
  beforeMs: number,
  ageMsMin: number,
): Promise<number | undefined> {
  const { rows } = await client.query<{ volume: number }>(
    `select volume from (select * from volumes where archive is null order by volume limit 1) oldest
     where closed_at < to_timestamp($1::float8 / 1000) and closed_at < now() - make_interval(secs => $2::float8 / 1000)`,
    [beforeMs, ageMsMin],
  );
  return rows[0]?.volume;
}

/** @returns when its last fact was, in epoch milliseconds */
export async function ageOfVolume(client: ClientBase, volume: number): Promise<number | undefined> {
  const { rows } = await client.query<{ lastMs: number | null }>(
    `select ${MS('max(at)')} as "lastMs" from ${tableOf(volume)}`,
  );
  return rows[0]?.lastMs ?? undefined;
}

/** A booking whose refund the provider has refused in this volume, and the operator has not ended. */
export async function refusedRefundIn(client: ClientBase, volume: number): Promise<string | undefined> {
  const { rows } = await client.query<{ id: string }>(
    `select b.id from (select id, apartment_id, payment_key from bookings where refund_owed
                       union all select id, apartment_id, payment_key from pending_bookings) b
     where exists (select from ${tableOf(volume)} j where j.apartment_id = b.apartment_id and j.kind = 'settled'
       and j.fact ->> 'key' = b.payment_key and j.fact ->> 'outcome' = 'refused') limit 1`,
  );
  return rows[0]?.id;
}

/** Keeps what is counted of its facts when they are gone. */
export function keepFigures(client: ClientBase, volume: number): Promise<void> {
  return keepEvents(client, tableOf(volume));
}

/** In order of apartment and version, by the table's key. */
export async function* factsOfVolume(client: ClientBase, volume: number): AsyncGenerator<FactRow[]> {
  await client.query(
    `declare archived no scroll cursor for
     select apartment_id, version, kind, subject_id, request_id, ${MS('at')}, fact::text, hash
     from ${tableOf(volume)} order by apartment_id, version`,
  );
  for (;;) {
    const { rows } = await client.query<FactRow>({
      text: `fetch ${STREAM_ROWS} from archived`,
      rowMode: 'array',
    });
    if (rows.length > 0) yield rows;
    if (rows.length < STREAM_ROWS) break;
  }
  await client.query('close archived');
}

export async function baselinesOf(
  client: ClientBase,
  apartmentIds: readonly string[],
): Promise<(StoredBaseline & { readonly apartmentId: string })[]> {
  const { rows } = await client.query(
    `select apartment_id as "apartmentId", version, volume, ${MS('at')} as "atMs", hash, crc, state::text as state
     from baselines where apartment_id = any ($1)`,
    [apartmentIds],
  );
  return rows.map(({ hash, ...row }) => ({ ...row, hash: hash ?? undefined }));
}

export async function keepBaselines(
  client: ClientBase,
  baselines: readonly (Omit<StoredBaseline, 'hash'> & {
    readonly apartmentId: string;
    readonly hash: number | null;
  })[],
): Promise<void> {
  if (baselines.length === 0) return;
  await client.query(
    `insert into baselines (apartment_id, version, volume, at, hash, crc, state)
     select w."apartmentId", w.version, w.volume, to_timestamp(w."atMs" / 1000.0), w.hash, w.crc, w.state::json
     from json_to_recordset($1) as w
       ("apartmentId" text, version bigint, volume int, "atMs" bigint, hash int, crc int, state text)
     on conflict (apartment_id) do update set version = excluded.version, volume = excluded.volume, at = excluded.at,
       hash = excluded.hash, crc = excluded.crc, state = excluded.state`,
    [JSON.stringify(baselines)],
  );
}

export async function noteArchive(
  client: ClientBase,
  volume: number,
  archive: Omit<ArchivedVolume, 'volume'>,
): Promise<void> {
  await client.query('update volumes set archive = $2 where volume = $1', [volume, JSON.stringify(archive)]);
}

/** @returns false where somebody keeps reading: to be tried again */
export async function dropVolume(client: ClientBase, volume: number): Promise<boolean> {
  await client.query(`savepoint whole; set local lock_timeout = '50ms'`);
  try {
    // In the order in which readers lock them.
    await client.query(
      `lock table only facts in access exclusive mode;
       alter table facts detach partition ${tableOf(volume)};
       drop table ${tableOf(volume)}`,
    );
    return true;
  } catch (cause) {
    if (sqlStateOf(cause) !== LOCK_NOT_AVAILABLE) throw cause;
    await client.query('rollback to savepoint whole');
    return false;
  }
}

/** In order. */
export async function archivedVolumes(pool: Pool): Promise<ArchivedVolume[]> {
  const { rows } = await pool.query<ArchivedVolume>(
    `select volume, archive ->> 'file' as file, archive ->> 'sha256' as sha256, (archive -> 'bytes')::bigint as bytes,
       (archive -> 'facts')::bigint as facts
     from volumes where archive is not null order by volume`,
  );
  return rows;
}

function tableOf(volume: number): string {
  return `journal_${String(volume).padStart(6, '0')}`;
}
