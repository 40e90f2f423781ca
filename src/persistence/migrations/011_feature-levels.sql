-- Up Migration
-- What a node's program understands (protocol/feature-levels.ts); a program that tells no level is of none.
alter table nodes add column feature_level int not null default 0;
-- What a program must understand to join, as it may have been written. It never falls.
insert into settings (key, value) values ('least_level', '0');

-- A trigger, so that it holds for programs that know nothing of levels. The lock on the row makes a raise wait until a
-- node that joins meanwhile is there to be seen, and a node that joins after it find what was raised.
create function node_understands() returns trigger language plpgsql as $$
declare
  least int;
begin
  select value::int into least from settings where key = 'least_level' for share;
  if new.feature_level < least then
    raise exception 'what was written here takes feature level % to understand, and this server has level %; start a newer nightlatch, or use another database',
      least, new.feature_level using errcode = 'NL005', detail = least::text;
  end if;
  return new;
end $$;
create trigger node_understands before insert on nodes for each row execute function node_understands();

-- Raises it to the lowest level of all nodes that are there. One that is gone may come back, as it was only cut off, or is
-- started again: it counts for ten minutes, unless another has come to its place.
create function raise_least_level() returns int language plpgsql as $$
declare
  least int;
  lowest int;
begin
  select value::int into least from settings where key = 'least_level' for update;
  select min(feature_level) into lowest from nodes
    where state in ('up', 'leaving')
      or (lease_until > clock_timestamp() - interval '10 minutes'
          and not exists (select from nodes next where next.url = nodes.url and next.state in ('up', 'leaving')));
  if lowest > least then
    update settings set value = to_jsonb(lowest) where key = 'least_level';
    return lowest;
  end if;
  return least;
end $$;
