-- Up Migration
-- The key under which a guest's contacts are sealed (src/services/contacts/seal.ts), wrapped by a key that is not in the
-- database. Without its row nobody can read them, in backups either that are made from then on: that is how they are erased.
create table guest_keys (
  guest_id text collate "C" primary key,
  -- Named by what is sealed under it, so that what an erased key has sealed is told from what is damaged.
  id text collate "C" not null,
  -- The key that has wrapped it (ADR 26).
  wrapped_by text collate "C" not null,
  wrapped bytea not null,
  made_at timestamptz not null default now()
);
-- What is to be wrapped anew, when a key was followed by another.
create index guest_keys_wrapped_by on guest_keys (wrapped_by);

-- What programs of before have written is sealed in the background; empty from then on, and no booking that is made pays for it.
create index bookings_in_clear on bookings (id) where not contact ? 'sealed';
