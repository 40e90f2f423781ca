-- Up Migration
-- Pictures of an apartment, the first one first, as the wire has them. Null where there are none.
alter table listings add column photos jsonb;
