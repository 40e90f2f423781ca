-- Up Migration
-- What a purge looks for, found without reading the whole table at each of its steps.
create index refresh_tokens_expiry on refresh_tokens (expires_at);
create index accounts_anonymous on accounts (id) where email is null and kind = 'guest';
