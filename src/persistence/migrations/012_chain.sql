-- Up Migration
-- Each fact proves the one before it (src/actors/chain.ts). Null in what was written before there was a chain, and the last
-- column, so that no row is rewritten.
alter table journal add column hash int;
