-- Up Migration
-- The fence of every append (`fence`, of programs that make no marks, calls it), now without waiting. Where somebody else has locked a shard's row, a takeover or a psql,
-- the append is refused at once and says which shards those are: the others of its batch need not wait with it, and the
-- caller tries again those that must. What held for the lock still does: nothing is written without `for share` on the
-- shard's row until commit. It waits for nothing, so that the order of its locks does not matter any more.
create or replace function fence_marked(held_shards smallint[], held_epochs bigint[]) returns void
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
