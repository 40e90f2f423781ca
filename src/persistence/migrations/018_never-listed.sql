-- Up Migration
-- When a listing was on the list first; null until then, and its host and admins alone may know of it (S8). It is never taken
-- back, as guests have links and bookings. Those that are there get an instant without being written, so that `tx`, which is
-- their revision, stays.
alter table listings add column listed_at timestamptz default now();
alter table listings alter column listed_at drop default;

create or replace function listings_changed() returns trigger language plpgsql as $$
begin
  new.tx := pg_current_xact_id();
  new.updated_at := now();
  if new.status = 'listed' then
    new.listed_at := coalesce(new.listed_at, now());
  end if;
  return new;
end $$;

-- What was written as paused and never was anything else has had nights closed at most: whatever else there is of an apartment
-- needs it listed, or says that it was. One that was retired from that, or whose facts are archived, cannot be told from one
-- that was listed, and counts as that: too public is better than a guest without their booking's apartment.
alter table listings disable trigger listings_changed;
update listings l set listed_at = null
where status = 'paused'
  and not exists (select from baselines b where b.apartment_id = l.id)
  and not exists (select from facts f where f.apartment_id = l.id and f.kind not in ('blocked', 'unblocked'));
alter table listings enable trigger listings_changed;
