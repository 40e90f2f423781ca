-- Up Migration
-- `leaving`: still owns and renews, gets nothing more. `exclusive`: shares the database with nobody.
alter table nodes drop constraint nodes_state_check;
alter table nodes add constraint nodes_state_check check (state in ('up', 'leaving', 'left', 'dead'));
alter table nodes add column exclusive boolean not null default false;
-- How far the node's clock is behind this server's, as of its last renewal: a joining node begins with the clock of those
-- that are there, also after this server's own was set.
alter table nodes add column clock_behind_ms float8 not null default 0;

-- Each of these is one round trip: a process that is frozen in the middle of a transaction would keep its locks.

-- Declares nodes dead on behalf of one that is up; returns those that this call declared. A lease that is named must
-- still be the one that was seen: whoever has renewed since is alive. Rows are locked in order of id: of two nodes
-- that declare each other dead the second finds itself dead, and declares nobody.
create function declare_dead(witness text, accused text[], seen_leases timestamptz[]) returns setof text
language plpgsql as $$
begin
  perform 1 from nodes where id = witness or id = any (accused) order by id for no key update;
  if not exists (select from nodes where id = witness and state = 'up') then
    return;
  end if;
  return query
    update nodes set state = 'dead'
    from unnest(accused, seen_leases) seen (node_id, lease)
    where nodes.id = seen.node_id and nodes.state in ('up', 'leaving')
      and (seen.lease is null or nodes.lease_until = seen.lease)
    returning nodes.id;
end $$;

-- Takes of the wanted shards those that belong to nobody who is up or leaving. Rows are locked in order of shard, as
-- `fence` locks them; waiting for appends under way, without a lock on `nodes`, whose renewals must not wait for them.
create function claim_shards(claimant text, wanted smallint[]) returns table (taken smallint, at_epoch bigint)
language plpgsql as $$
begin
  perform 1 from shards where shard = any (wanted) order by shard for update;
  return query
    update shards set node_id = claimant, epoch = shards.epoch + 1
    where shards.shard = any (wanted)
      and not exists (select from nodes where nodes.id = shards.node_id and nodes.state in ('up', 'leaving'))
      and exists (select from nodes where nodes.id = claimant and nodes.state = 'up')
    returning shards.shard, shards.epoch;
end $$;

-- A planned handover by the owner: only what is still its own at the epoch it knows, and only to a node that is up.
create function hand_over_shards(giver text, given smallint[], held_epochs bigint[], takers text[])
returns setof smallint
language plpgsql as $$
begin
  perform 1 from shards where shard = any (given) order by shard for update;
  return query
    update shards set node_id = gift.taker, epoch = shards.epoch + 1
    from unnest(given, held_epochs, takers) gift (shard, epoch, taker)
    where shards.shard = gift.shard and shards.epoch = gift.epoch and shards.node_id = giver
      and exists (select from nodes where nodes.id = gift.taker and nodes.state = 'up')
    returning shards.shard;
end $$;
