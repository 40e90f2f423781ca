-- Up Migration
-- What a file stated of a listing when it was last imported: what differs from it was changed here since (ADR 28). Null where
-- none did, or a program of before imported it.
alter table listings add column imported jsonb;
