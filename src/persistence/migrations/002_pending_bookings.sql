-- Up Migration
-- A confirm under way, with the contact that facts do not carry. In a table of its own it costs one index, and
-- `bookings`, with its four and the exclusion constraint, is written once a booking instead of twice.
create table pending_bookings (
  id text collate "C" not null,
  apartment_id text collate "C" not null,
  hold_id text collate "C" not null,
  guest_id text collate "C" not null,
  stay daterange not null check (not isempty(stay)),
  guests int not null,
  contact jsonb not null,
  price jsonb not null,
  policy text not null,
  payment_key text not null,
  created_at timestamptz not null,
  version bigint not null,
  primary key (apartment_id, id)
)
-- Small and short-lived: by a share of its rows it would be vacuumed all the time when it is nearly empty.
with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);

insert into pending_bookings
  (id, apartment_id, hold_id, guest_id, stay, guests, contact, price, policy, payment_key, created_at, version)
select id, apartment_id, hold_id, guest_id, stay, guests, contact, price, policy, payment_key, created_at, version
from bookings where status = 'pending';
delete from bookings where status = 'pending';

alter table bookings
  alter status set default 'confirmed',
  drop constraint bookings_status_check,
  add constraint bookings_status_check check (status in ('confirmed', 'cancelled'));
drop index bookings_unsettled;
create index bookings_unsettled on bookings (apartment_id) where refund_owed;
