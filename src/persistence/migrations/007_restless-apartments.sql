-- Up Migration
-- The marks of apartments that time or the payment provider may still change: with an open hold, a payment under way, a
-- refund owed. One is made in the transaction of the facts that need it and taken away some time after they have ended, so
-- that who takes a shard finds what must run in it here, and not in a history. One too many costs a load, one too few
-- would be a hold that never ends. `version`: of the apartment at the fact that made it, so that a statement that takes it
-- away, and comes late, leaves alone one that was made since.
create table restless_apartments (
  version bigint not null,
  shard smallint not null,
  apartment_id text collate "C" not null,
  primary key (shard, apartment_id)
)
-- Small and short-lived, as pending bookings are.
with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);

-- A row without an apartment says that facts of this shard were written by a program that made no marks. Its next owner
-- makes them from snapshots and from the facts after these, before it relies on them: also of what such a program writes
-- beside newer ones, while servers are replaced one by one. It calls `fence`; who makes marks calls `fence_marked`.
insert into restless_apartments (version, shard, apartment_id)
select 0, shard, '' from shards where exists (select from journal);

-- The fence of every append (`fence`, of programs that make no marks, calls it), now without waiting. Where somebody else
-- has locked a shard's row, a takeover or a psql, the append is refused at once and says which shards those are: the others
-- of its batch need not wait with it, and the caller tries again those that must. What held for the lock still does:
-- nothing is written without `for share` on the shard's row until commit. It waits for nothing, so that the order of its
-- locks does not matter any more.
create function fence_marked(held_shards smallint[], held_epochs bigint[]) returns void
language plpgsql as $$
declare
  locked smallint[];
  elsewhere text;
  stale text;
begin
  locked := array(select shard from shards where shard = any (held_shards) for share skip locked);
  -- More shards are named than are there where one is named under two epochs, too.
  if cardinality(locked) < cardinality(held_shards) then
    select string_agg(distinct held.shard::text, ',') into elsewhere
      from unnest(held_shards) held (shard) where held.shard <> all (locked);
    if elsewhere is not null then
      raise exception 'shards locked by another session' using errcode = 'NL004', detail = elsewhere;
    end if;
  end if;
  select string_agg(held.shard || ':' || held.epoch, ',') into stale
    from unnest(held_shards, held_epochs) held (shard, epoch)
    left join shards on shards.shard = held.shard and shards.epoch = held.epoch
    where shards.shard is null;
  if stale is not null then
    raise exception 'shards owned by another node' using errcode = 'NL001', detail = stale;
  end if;
end $$;

create or replace function fence(held_shards smallint[], held_epochs bigint[]) returns void
language plpgsql as $$
begin
  perform fence_marked(held_shards, held_epochs);
  insert into restless_apartments (version, shard, apartment_id)
  select distinct 0, shard, '' from unnest(held_shards) shard order by shard
  on conflict do nothing;
end $$;

-- Nothing asks for all of these any more.
drop index snapshots_restless;
