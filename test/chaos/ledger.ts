/**
 * What the database writes down beside the journal, by the owner's hand: under which epoch each row was written and which
 * one was in force then. The program's fence is called as it is; the control goes without.
 */
import type { Pool } from 'pg';
import type { RecordedEntry } from '../history/history.ts';

export interface StaleRow {
  readonly apartmentId: string;
  readonly version: number;
  readonly epoch: number;
  readonly inForce: number;
}

export async function keepLedger(
  owner: Pool,
  { isFenced, hosts }: { isFenced: boolean; hosts: 'one' | 'each' },
): Promise<void> {
  await owner.query(`
    create table chaos_shards (apartment_id text primary key, shard int not null);
    create table chaos_epochs (apartment_id text, version bigint, epoch bigint, in_force bigint,
      primary key (apartment_id, version));
    alter function fence_marked(smallint[], bigint[]) rename to real_fence;
    create function fence_marked(held_shards smallint[], held_epochs bigint[]) returns void
    language plpgsql security definer as $$
    begin
      ${isFenced ? 'perform real_fence(held_shards, held_epochs);' : ''}
      perform set_config('chaos.epochs', (select json_object_agg(shard, epoch)::text
        from (select shard, min(epoch) as epoch from unnest(held_shards, held_epochs) held (shard, epoch)
              group by shard) one), true);
    end $$;
    create function chaos_written() returns trigger language plpgsql security definer as $$
    begin
      insert into chaos_epochs
      select new.apartment_id, new.version, (current_setting('chaos.epochs')::json ->> s.shard::text)::bigint,
        shards.epoch
      from chaos_shards s join shards using (shard) where s.apartment_id = new.apartment_id;
      return null;
    end $$;
    create trigger chaos_written after insert on journal for each row execute function chaos_written();`);
  if (hosts === 'one') return;
  await owner.query(`
    create function chaos_elsewhere() returns trigger language plpgsql as $$
    begin
      new.host := new.url;
      return new;
    end $$;
    create trigger chaos_elsewhere before insert or update of host on nodes
      for each row execute function chaos_elsewhere();`);
}

export async function nameShards(owner: Pool, shards: ReadonlyMap<string, number>): Promise<void> {
  await owner.query('insert into chaos_shards select * from unnest($1::text[], $2::int[])', [
    [...shards.keys()],
    [...shards.values()],
  ]);
}

/** Rows that were written under an epoch that was over. */
export async function staleRows(owner: Pool): Promise<StaleRow[]> {
  const { rows } = await owner.query<StaleRow>(
    `select apartment_id as "apartmentId", version::int, epoch::int, in_force::int as "inForce"
     from chaos_epochs where epoch is distinct from in_force order by 1, 2`,
  );
  return rows;
}

export async function withEpochs(owner: Pool, journal: readonly RecordedEntry[]): Promise<RecordedEntry[]> {
  const { rows } = await owner.query<{ key: string; epoch: number }>(
    `select apartment_id || ' ' || version as key, epoch::int from chaos_epochs`,
  );
  const epochs = new Map(rows.map(({ key, epoch }) => [key, epoch]));
  return journal.map((entry) => {
    const epoch = epochs.get(`${entry.apartmentId} ${entry.version}`);
    return epoch === undefined ? entry : { ...entry, epoch };
  });
}

/** The version of the last fact of each apartment. */
export async function headsOf(owner: Pool): Promise<Record<string, number>> {
  const { rows } = await owner.query<{ id: string; head: number }>(
    'select apartment_id as id, max(version)::int as head from journal group by 1',
  );
  return Object.fromEntries(rows.map(({ id, head }) => [id, head]));
}

/** Which apartments each server owns now, by its address. */
export async function ownersNow(owner: Pool): Promise<Map<string, string[]>> {
  const { rows } = await owner.query<{ url: string; apartments: string[] }>(
    `select n.url, array_agg(s.apartment_id) as apartments
     from chaos_shards s join shards using (shard) join nodes n on n.id = shards.node_id group by n.url`,
  );
  return new Map(rows.map(({ url, apartments }) => [url, apartments]));
}

/** What nobody ends any more. */
export interface Abandoned {
  /** Who were signed out: what they hold nobody can give back. */
  readonly guests: readonly string[];
  /** Keys of payments whose facts went with their history: the provider alone knows of them. */
  readonly payments: readonly string[];
}

/** Holds that are open, and payments that are under way or owed; what nobody ends any more apart. */
export async function unfinished(
  owner: Pool,
  { guests, payments }: Abandoned,
): Promise<{ holds: number; payments: number }> {
  const { rows } = await owner.query<{ holds: number; payments: number }>(
    `with ended as (
       select apartment_id, fact ->> 'hold' as hold from journal where kind in ('released', 'expired', 'confirmed')
       union
       select apartment_id, json_array_elements_text(fact -> 'replaces') from journal where kind = 'held')
     select (select count(*)::int from journal born where kind = 'held' and subject_id <> all ($1)
               and (apartment_id, fact ->> 'hold') not in (select apartment_id, hold from ended)) as holds,
            (select count(*)::int from pending_bookings)
            + (select count(*)::int from bookings where refund_owed)
            + (select count(*)::int from sandbox_payments where status in ('pending', 'authorised')
                 and key <> all ($2)) as payments`,
    [guests, payments],
  );
  return rows[0]!;
}
