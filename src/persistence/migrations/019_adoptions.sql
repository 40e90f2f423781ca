-- Up Migration
-- Who has signed in where this anonymous guest was: what was the guest's is that account's (ADR 29). The row is kept as long as
-- somebody may repeat what the guest began, or contacts of theirs are sealed under the guest's key.
alter table accounts add column adopted_by text collate "C";
create index accounts_adopted_by on accounts (adopted_by) where adopted_by is not null;

-- What of that is under way: written with the session that begins it, gone when nothing of the guest's can come any more.
create table adoptions (
  guest_id text collate "C" primary key,
  account_id text collate "C" not null,
  begun_at timestamptz not null default now(),
  -- No command of the guest's is on its way after it.
  until timestamptz not null,
  -- When a server looks next what is still the guest's; put off by who does, so that no two do so at once.
  pass_at timestamptz not null,
  failures int not null default 0
);
create index adoptions_pass_at on adoptions (pass_at);
