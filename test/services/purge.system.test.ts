import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { purgeAnonymousAccounts } from '../../src/persistence/statements/accounts.ts';
import { type AccountsService, createAccounts } from '../../src/services/accounts/index.ts';
import { keyInDatabase } from '../../src/services/accounts/key-source.ts';
import { ENDED_SESSION_KEPT_MS, PURGE_EVERY_MS, PURGE_ROWS } from '../../src/services/accounts/limits.ts';
import { Purge } from '../../src/services/accounts/purge.ts';
import { asOwner, createTestDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let accounts: AccountsService;
const faults: unknown[] = [];

const open = async () => {
  accounts = await createAccounts({
    pool: database.pool,
    keys: keyInDatabase(database.pool),
    nowMs: Date.now,
    onError: (error) => faults.push(error),
  });
};
beforeEach(async () => {
  faults.length = 0;
  database = await createTestDatabase();
  await open();
  // Its timer is for the one test that is about it.
  accounts.close();
});
afterEach(async () => {
  accounts.close();
  await database.drop();
});

/** A new anonymous guest who came two days ago, and what then became of their session (`s`) and its tokens. */
async function guest(...fates: string[]): Promise<string> {
  const { subject } = await accounts.anonymous('203.0.113.9');
  await database.pool.query(`update accounts set created_at = now() - interval '2 days' where id = $1`, [
    subject.id,
  ]);
  for (const fate of fates) {
    const own = `(select id from sessions where account_id = '${subject.id}' limit 1)`;
    await database.pool.query(fate.replace(':session', own));
  }
  return subject.id;
}
const EXPIRED = `update sessions set expires_at = now() - interval '25 hours' where id = :session`;
const REVOKED = `update sessions set revoked_at = now() - interval '25 hours' where id = :session`;
const REVOKED_LATELY = `update sessions set revoked_at = now() - interval '23 hours' where id = :session`;
const UNUSED = `update refresh_tokens set expires_at = now() - interval '25 hours' where session_id = :session`;
const UNUSED_LATELY = `update refresh_tokens set expires_at = now() - interval '23 hours' where session_id = :session`;
const LOST = 'delete from sessions where id = :session';

async function isThere(id: string): Promise<boolean> {
  return (await database.pool.query('select from accounts where id = $1', [id])).rowCount === 1;
}
/** @param hasKey contacts may be sealed under it */
async function takenAlong(guestId: string, hasKey: boolean): Promise<void> {
  await database.pool.query(`update accounts set adopted_by = 'acc_of_somebody' where id = $1`, [guestId]);
  if (!hasKey) return;
  await database.pool.query(
    `insert into guest_keys (guest_id, id, wrapped_by, wrapped) values ($1, 'k', 'w', '')`,
    [guestId],
  );
}
async function book(guestId: string, status: string): Promise<void> {
  const isPending = status === 'pending';
  await database.pool.query(
    `insert into ${isPending ? 'pending_bookings' : 'bookings'}
       (id, apartment_id, hold_id, guest_id, stay, guests, contact, price, policy, payment_key, created_at, version
        ${isPending ? '' : ', status'})
     values ($1, 'apt', 'h1', $2, '[2020-01-01,2020-01-03)', 1, '{}', '{}', 'flexible', 'p', now(), 1
             ${isPending ? '' : ', $3'})`,
    isPending ? [`b-${guestId}`, guestId] : [`b-${guestId}`, guestId, status],
  );
}
async function rows(table: string): Promise<number> {
  return (await database.pool.query(`select count(*)::int as count from ${table}`)).rows[0].count;
}

describe('[G1] a purge', () => {
  it.each([
    ['has expired', [EXPIRED]],
    ['was revoked', [REVOKED]],
    ['cannot be renewed any more', [UNUSED]],
    ['has been purged before', [LOST]],
  ])('removes an anonymous guest whose only session %s, and all that is theirs', async (_what, fates) => {
    const id = await guest(...fates);
    await database.pool.query(
      `insert into guest_keys (guest_id, id, wrapped_by, wrapped) values ($1, 'k', 'r', '')`,
      [id],
    );
    await new Purge(database.pool).poll();
    expect(await isThere(id)).toBe(false);
    expect([await rows('sessions'), await rows('refresh_tokens'), await rows('guest_keys')]).toEqual([
      0, 0, 0,
    ]);
  });

  it.each([
    ['whose session can be renewed', []],
    ['whose session was revoked within the day', [REVOKED_LATELY]],
    ['whose session could be renewed within the day', [UNUSED_LATELY]],
  ])('keeps an anonymous guest %s', async (_what, fates) => {
    const id = await guest(...fates);
    await new Purge(database.pool).poll();
    expect(await isThere(id)).toBe(true);
    expect([await rows('sessions'), await rows('refresh_tokens')]).toEqual([1, 1]);
  });

  it('keeps one who has just come and whose session is being opened', async () => {
    const id = await guest(LOST);
    await database.pool.query('update accounts set created_at = now() where id = $1', [id]);
    await new Purge(database.pool).poll();
    expect(await isThere(id)).toBe(true);
  });

  it('keeps one with another session that lives', async () => {
    const id = await guest(EXPIRED);
    await database.pool.query(`
      with second as (insert into sessions (id, account_id, expires_at)
                      values ('second', '${id}', now() + interval '1 day') returning id)
      insert into refresh_tokens (hash, session_id, expires_at)
      select '\\x01', id, now() + interval '1 day' from second`);
    await new Purge(database.pool).poll();
    expect(await isThere(id)).toBe(true);
    expect(await rows('sessions')).toBe(1);
  });

  it.each(['pending', 'confirmed', 'cancelled'])('keeps one with a %s booking', async (status) => {
    const id = await guest(EXPIRED);
    await book(id, status);
    await new Purge(database.pool).poll();
    expect(await isThere(id)).toBe(true);
  });

  it('[G9] keeps one whom an account has taken along as long as contacts may be sealed under their key', async () => {
    const [sealed, plain, underWay] = [await guest(EXPIRED), await guest(EXPIRED), await guest(EXPIRED)];
    await Promise.all([takenAlong(sealed, true), takenAlong(plain, false), takenAlong(underWay, false)]);
    await database.pool.query(
      `insert into adoptions (guest_id, account_id, until, pass_at) values ($1, 'acc', now(), now())`,
      [underWay],
    );
    await new Purge(database.pool).poll();
    expect(await Promise.all([sealed, plain, underWay].map(isThere))).toEqual([true, false, true]);
    expect(await rows('guest_keys')).toBe(1);
    await database.pool.query('delete from guest_keys');
    await new Purge(database.pool).poll();
    expect(await isThere(sealed)).toBe(false);
  });

  it('keeps who has an e-mail address, and who is no guest', async () => {
    const named = await guest(EXPIRED);
    const host = await guest(EXPIRED);
    await database.pool.query(`update accounts set email = 'ana@example.com' where id = $1`, [named]);
    await database.pool.query(`update accounts set kind = 'host' where id = $1`, [host]);
    await new Purge(database.pool).poll();
    expect([await isThere(named), await isThere(host)]).toEqual([true, true]);
  });
});

describe('its steps', () => {
  it('look at a bounded number of accounts each, and together at all of them', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.push(await guest(...(i % 2 === 0 ? [LOST] : [])));
    const looked = [];
    for (let after: string | undefined = ''; after !== undefined && looked.length < 9; ) {
      const step = await purgeAnonymousAccounts(database.pool, {
        after,
        keptMs: ENDED_SESSION_KEPT_MS,
        limit: 2,
      });
      looked.push(step.removed);
      after = step.last;
    }
    expect(looked).toHaveLength(3);
    const left = await Promise.all(ids.map(isThere));
    expect(left).toEqual([false, true, false, true, false]);
  });

  it('follow one another until nothing is left to do, and then wait for the next round', async () => {
    let nowMs = 0;
    const purge = new Purge(database.pool, () => nowMs);
    await database.pool.query(
      `insert into accounts (id, kind, created_at)
       select 'acc_' || lpad(i::text, 6, '0'), 'guest', now() - interval '2 days'
       from generate_series(1, $1) i`,
      [PURGE_ROWS + 1],
    );
    await purge.poll();
    expect(await rows('accounts')).toBe(1);
    await purge.poll();
    expect(await rows('accounts')).toBe(0);

    const late = await guest(EXPIRED);
    await purge.poll();
    expect(await isThere(late)).toBe(true);
    nowMs += PURGE_EVERY_MS;
    await purge.poll();
    expect(await isThere(late)).toBe(false);
  });

  it('are taken by the service itself, which tells of a fault and tries again', async () => {
    const id = await guest(EXPIRED);
    const rename = (from: string, to: string) =>
      asOwner(
        database.ownerUrl,
        `alter table ${from} rename to ${to}`,
        new URL(database.url).pathname.slice(1),
      );
    await rename('bookings', 'bookings_away');
    await open();
    await vi.waitFor(() => expect(faults).not.toEqual([]), { timeout: 10_000 });
    expect(String(faults[0])).toContain('bookings');
    expect(await isThere(id)).toBe(true);
    await rename('bookings_away', 'bookings');
    await vi.waitFor(async () => expect(await isThere(id)).toBe(false), { timeout: 10_000 });
  });
});
