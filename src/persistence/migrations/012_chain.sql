-- Up Migration
-- Each fact proves the one before it (src/actors/chain.ts). Null in what was written before there was a chain, and the last
-- column, so that no row is rewritten.
alter table journal add column hash int;
-- Of the fact at its version. Servers from before write none.
alter table machine_snapshots add column hash int;
create or replace function pass_snapshot_on() returns trigger
language plpgsql security definer set search_path from current as $$
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
