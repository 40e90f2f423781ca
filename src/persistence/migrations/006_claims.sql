-- Up Migration
-- The first of two steps of a claim, and `claim_shards` the second: takes at once what nothing is under way in, so that
-- one append that hangs does not keep a node's other shards from being taken. Before that it ends the sessions in which
-- dead owners append, which are named after them: PostgreSQL ends no session that waits for the rest of a COPY, so a
-- process that stands still in the middle of a batch would keep its shards for as long as it does. A node that lives and
-- was declared dead loses nothing by that: its appends are fenced from now on.
create function claim_free_shards(claimant text, wanted smallint[]) returns table (taken smallint, at_epoch bigint)
language plpgsql as $$
declare
  free smallint[];
begin
  perform pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and usename = current_user
      and application_name ^@ 'nightlatch lane ' and split_part(application_name, ' ', 4) in (
        select nodes.id from shards join nodes on nodes.id = shards.node_id
        where shards.shard = any (wanted) and nodes.state = 'dead');
  free := array(select shards.shard from shards where shards.shard = any (wanted) for update skip locked);
  return query
    update shards set node_id = claimant, epoch = shards.epoch + 1
    where shards.shard = any (free)
      and not exists (select from nodes where nodes.id = shards.node_id and nodes.state in ('up', 'leaving'))
      and exists (select from nodes where nodes.id = claimant and nodes.state = 'up')
    returning shards.shard, shards.epoch;
end $$;
