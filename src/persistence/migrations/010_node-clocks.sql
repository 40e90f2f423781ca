-- Up Migration
-- The node's clock, and for how long its machine had been running then, as of its last renewal. Who starts when nobody is
-- there knows by the machine's own clock how much time has passed since, whatever this server's clock says by now.
alter table nodes add column clock_ms float8;
alter table nodes add column uptime_ms float8;
