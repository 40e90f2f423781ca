-- Up Migration
-- Snapshots of two machine versions beside each other: around an upgrade the older program's and the newer one's, so that
-- neither the upgrade nor its undoing folds every history from its first fact.
create table machine_snapshots (
  apartment_id text collate "C" not null,
  machine_version int not null,
  version bigint not null,
  window_from_version bigint not null,
  restless boolean not null,
  taken_at timestamptz not null default clock_timestamp(),
  -- Of the fact at its version. Servers from before write none.
  hash int,
  state json not null,
  primary key (apartment_id, machine_version)
);

insert into machine_snapshots
  (apartment_id, machine_version, version, window_from_version, restless, taken_at, state)
select apartment_id, machine_version, version, window_from_version, restless, taken_at, state from snapshots;

-- Servers that were there before go on with `snapshots`, one an apartment, which they read and write by its key: it stays
-- until no such server can be running any more. What they write meanwhile is known here, too.
create function pass_snapshot_on() returns trigger language plpgsql security definer set search_path from current as $$
begin
  insert into machine_snapshots as s
    (apartment_id, machine_version, version, window_from_version, restless, taken_at, state)
  values (new.apartment_id, new.machine_version, new.version, new.window_from_version, new.restless, new.taken_at,
    new.state)
  on conflict (apartment_id, machine_version) do update
    set version = excluded.version, window_from_version = excluded.window_from_version,
        restless = excluded.restless, hash = null, state = excluded.state, taken_at = excluded.taken_at
    where s.version <= excluded.version;
  return null;
end $$;
-- Last, as from here on their writes wait for the end of this transaction.
create trigger pass_snapshot_on after insert or update on snapshots for each row execute function pass_snapshot_on();
