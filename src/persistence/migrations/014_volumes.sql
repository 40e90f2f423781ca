-- Up Migration
-- The journal in volumes, one after the other (ADR 21). `journal` is the open one: appends go to it by its name, as they always
-- have. `facts` is all of them together. A volume is a number that rows have by default, not an instant: clocks are set back,
-- and a default is changed behind a lock, so that of an apartment no later fact is ever in an earlier volume.
--
-- A constant default is neither written to the rows that are there nor looked for in them. Where there are some, `facts` takes
-- the table without a look at them, as what has any number: none of this reads what was written. That all are of number 0 is
-- proved before the volume is closed.
alter table journal add column volume int not null default 0;
create table facts (like journal including storage) partition by list (volume);
do $$ begin
  if pg_relation_size('journal') > 0 then
    alter table journal add constraint one_volume check (volume = 0) not valid;
    alter table facts attach partition journal default;
  else
    alter table facts attach partition journal for values in (0);
  end if;
end $$;
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

-- Who may do something with one table may with the other, too, and nobody anything else, whatever the owner grants by default.
create function grant_as(one regclass, other regclass, privileges text[]) returns void
language plpgsql as $$
declare
  given record;
begin
  for given in
    select distinct case grantee when 0 then 'public' else grantee::regrole::text end as to_whom
    from pg_class, aclexplode(relacl) where oid = other and grantee <> relowner
  loop
    execute format('revoke all on %s from %s', other, given.to_whom);
  end loop;
  for given in
    select case grantee when 0 then 'public' else grantee::regrole::text end as to_whom, privilege_type as privilege
    from pg_class, aclexplode(relacl)
    where oid = one and grantee <> relowner and privilege_type = any (privileges)
  loop
    execute format('grant %s on %s to %s', given.privilege, other, given.to_whom);
  end loop;
end $$;
select grant_as('journal', 'facts', '{SELECT}'), grant_as('journal', 'volumes', '{SELECT}');

-- What runs with the owner's rights below finds no name in a caller's temporary tables before ours, nor does what did before.
select set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true);
alter function pass_snapshot_on() set search_path from current;

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
  create table next_journal (
    like journal including defaults including storage including indexes, constraint journal_version_check check (version > 0));
  execute format('alter table next_journal alter volume set default %s', old.volume + 1);
  create trigger journal_is_append_only before update or delete or truncate on next_journal
    for each statement execute function journal_is_append_only();
  perform grant_as('journal', 'next_journal', '{SELECT,INSERT}');
  -- `facts` first, as readers lock it. What takes any number as yet takes its own from now on: proved before, and not looked at again.
  if exists (select from pg_constraint where conrelid = 'journal'::regclass and conname = 'one_volume') then
    lock table only facts in access exclusive mode;
    lock table only journal in access exclusive mode;
    alter table facts detach partition journal;
    execute format('alter table facts attach partition journal for values in (%s)', old.volume);
  else
    lock table only facts in share update exclusive mode;
  end if;
  execute format('alter table journal rename to %I', past);
  execute format('create trigger volume_is_closed before insert on %I for each row execute function volume_is_closed()', past);
  alter table next_journal rename to journal;
  execute format('alter table facts attach partition journal for values in (%s)', old.volume + 1);
  update volumes set closed_at = clock_timestamp() where volume = old.volume;
  insert into volumes (volume) values (old.volume + 1);
  return old.volume;
end $$;
