-- Up Migration
-- Figures ask for the stays of a window of nights: those that end after its first and begin before its last. A stay is
-- at most as long as the horizon, so this finds few others. A plain btree, as each booking that is made pays for it.
create index bookings_check_out on bookings (upper(stay)) where status = 'confirmed';
