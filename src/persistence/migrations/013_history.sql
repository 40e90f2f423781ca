-- Up Migration
-- Which history this database has, and whether a server has found that it is not the one that was acknowledged. An older copy
-- of a database has the id of its original: it is told apart by what is missing in it (src/persistence/history.ts).
create table history (
  only_one boolean primary key default true check (only_one),
  id text collate "C" not null default gen_random_uuid()::text,
  -- The history that an operator has accepted this one in place of. Another database has another id as well, and follows none.
  follows text collate "C",
  refused jsonb
);
insert into history default values;
