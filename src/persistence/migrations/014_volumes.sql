-- Up Migration
-- The journal in volumes, one after the other (ADR 21). `journal` is the open one: appends go to it by its name, as they always
-- have. `facts` is all of them together. A volume is a number that rows have by default, not an instant: clocks are set back,
-- and a default is changed behind a lock, so that of an apartment no later fact is ever in an earlier volume.
--
-- A constant default is neither written to the rows that are there nor looked for in them, and the open volume takes any
-- number as far as `facts` goes: none of this reads what was written. The check is proved before the volume is closed.
alter table journal add column volume int not null default 0;
alter table journal add constraint one_volume check (volume = 0) not valid;
create table facts (like journal including storage) partition by range (volume);
alter table facts attach partition journal for values from (minvalue) to (maxvalue);
create trigger journal_is_append_only before update or delete or truncate on facts
  for each statement execute function journal_is_append_only();

create table volumes (
  volume int primary key,
  opened_at timestamptz not null default clock_timestamp(),
  closed_at timestamptz
);
insert into volumes (volume) values (0);

-- An apartment's facts after a snapshot are in no volume before this one; 0 where a program wrote it that knew of none.
alter table machine_snapshots add column volume int not null default 0;

-- Who may do something with one table may with the other, too.
create function grant_as(one regclass, other regclass, privileges text[]) returns void
language plpgsql as $$
declare
  given record;
begin
  for given in
    select case grantee when 0 then 'public' else grantee::regrole::text end as to_whom, privilege_type as privilege
    from pg_class, aclexplode(relacl)
    where oid = one and grantee <> relowner and privilege_type = any (privileges)
  loop
    execute format('grant %s on %s to %s', given.privilege, other, given.to_whom);
  end loop;
end $$;
select grant_as('journal', 'facts', '{SELECT}'), grant_as('journal', 'volumes', '{SELECT}');

-- Whether the open volume may be closed: every row of it is known to be of its number. Reads all of it the first time, where
-- it was there before volumes were, and lets everybody read and append meanwhile.
create function prove_journal() returns void
language plpgsql security definer set search_path from current as $$
begin
  if exists (select from pg_constraint where conrelid = 'journal'::regclass and conname = 'one_volume' and not convalidated) then
    alter table journal validate constraint one_volume;
  end if;
end $$;

create function volume_is_closed() returns trigger language plpgsql as $$
begin
  raise exception 'volume % of the journal is closed: % is refused', new.volume, tg_op using errcode = 'NL006';
end $$;

-- Closes the open volume and opens the next one, where the open one is that old or that large (in bytes, with its indexes) and
-- has facts. Who appends or reads waits for some milliseconds; where they keep this waiting it gives up (55P03), and nothing has
-- happened. Of the owner's rights, as the program's role may not change tables; what it does is all that can be done by it.
-- Returns the number of the volume that is closed now, null where there was nothing to do.
create function turn_journal(older_than interval, larger_than bigint) returns int
language plpgsql security definer set search_path from current set lock_timeout = '50ms' as $$
declare
  old volumes;
  past text;
begin
  if not exists (
    select from volumes where closed_at is null
      and (opened_at <= clock_timestamp() - older_than or pg_total_relation_size('journal') >= larger_than))
    or not exists (select from journal) then
    return null;
  end if;
  -- One at a time: another one has just done it where none is open as of before.
  select * into old from volumes where closed_at is null for update;
  if not found then
    return null;
  end if;
  past := 'journal_' || lpad(old.volume::text, 6, '0');
  execute format(
    'create table next_journal (like journal including defaults including storage including indexes,
       constraint journal_version_check check (version > 0), constraint one_volume check (volume = %s))', old.volume + 1);
  execute format('alter table next_journal alter volume set default %s', old.volume + 1);
  create trigger journal_is_append_only before update or delete or truncate on next_journal
    for each statement execute function journal_is_append_only();
  perform grant_as('journal', 'next_journal', '{SELECT,INSERT}');
  -- In the order in which readers lock them.
  lock table only facts in access exclusive mode;
  lock table only journal in access exclusive mode;
  alter table facts detach partition journal;
  execute format('alter table journal rename to %I', past);
  execute format('alter table facts attach partition %I for values from (%s) to (%s)', past,
    case old.volume when 0 then 'minvalue' else old.volume::text end, old.volume + 1);
  execute format('create trigger volume_is_closed before insert on %I for each row execute function volume_is_closed()', past);
  alter table next_journal rename to journal;
  execute format('alter table facts attach partition journal for values from (%s) to (maxvalue)', old.volume + 1);
  update volumes set closed_at = clock_timestamp() where volume = old.volume;
  insert into volumes (volume) values (old.volume + 1);
  return old.volume;
end $$;
