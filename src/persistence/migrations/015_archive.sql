-- Up Migration
-- Where a volume's facts are once it is archived: the name of the file, its SHA-256, how many facts it has.
alter table volumes add column archive jsonb;

-- What stood of an apartment when its last archived fact had happened (src/verify/baseline.ts): from there on its journal goes
-- on. Of no machine version, as no fact before it can be folded again. `state` is text as it was hashed; `hash` is that of the
-- fact, `crc` of this row.
create table baselines (
  apartment_id text collate "C" primary key,
  version bigint not null,
  volume int not null,
  at timestamptz not null,
  hash int,
  crc int not null,
  state json not null
);
-- What the figures count of archived facts, by the hour and by the city (in lower case) that the listing had then.
create table archived_events (
  hour int not null,
  city text not null,
  kind text collate "C" not null,
  count int not null,
  replaced int not null,
  primary key (hour, city, kind)
);
select grant_as('journal', 'archived_events', '{SELECT}');
select grant_as('journal', 'baselines', '{SELECT}');
