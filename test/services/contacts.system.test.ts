import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refuseUnknownKeys } from '../../src/app/keys.ts';
import { readConfig } from '../../src/config.ts';
import { contactsInClear, replaceContacts } from '../../src/persistence/statements/contacts.ts';
import {
  guestKeys,
  guestKeysWrappedBy,
  rewrapGuestKeys,
} from '../../src/persistence/statements/guest-keys.ts';
import { FEATURE_LEVEL, type Feature } from '../../src/protocol/feature-levels.ts';
import { type KeptContact, keptGuest } from '../../src/protocol/kept-contact.ts';
import { KeyRing, onlyKey, type RootKey } from '../../src/services/accounts/key-ring.ts';
import { keysInFile } from '../../src/services/accounts/key-source.ts';
import { readKeys, rotateKeys } from '../../src/services/accounts/keys-file.ts';
import { KEY_KEPT_MS, KEYS_MAX } from '../../src/services/accounts/limits.ts';
import { eraseContacts, guestsOf } from '../../src/services/contacts/erasure.ts';
import { GuestKeys } from '../../src/services/contacts/guest-keys.ts';
import { type Contacts, createContacts, ERASED } from '../../src/services/contacts/index.ts';
import { ContactsKeeping } from '../../src/services/contacts/keeping.ts';
import { CONTACTS_PER_POLL } from '../../src/services/contacts/limits.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

const CONTACT = { name: 'Ana', email: 'ana@example.com' };
const ROOT = onlyKey('s'.repeat(32));
const NEXT: RootKey = { ...onlyKey('t'.repeat(32)), fromMs: 1 };
const NOW_MS = Date.parse('2026-11-30T12:00:00.000Z');
const FAR = { nowMs: NOW_MS, force: false };

let database: TestDatabase;
const faults: { event: string }[] = [];
const opened: Contacts[] = [];
beforeEach(async () => {
  faults.length = 0;
  database = await createTestDatabase();
});
afterEach(async () => {
  for (const one of opened.splice(0)) one.close();
  await database.drop();
});

const ringOf = (...roots: RootKey[]) => new KeyRing(roots, () => NOW_MS);
function serve(ring = ringOf(ROOT), mayWrite: (feature: Feature) => boolean = () => true): Contacts {
  const onFault = (event: string) => void faults.push({ event });
  const contacts = createContacts({ pool: database.pool, ring, mayWrite, onFault });
  opened.push(contacts);
  return contacts;
}
const keeping = (ring = ringOf(ROOT), isAllowed = true) =>
  new ContactsKeeping({
    ...{ pool: database.pool, ring, keys: new GuestKeys(database.pool, ring), mayWrite: () => isAllowed },
  });

const belonging = (guestId: string, holdId = 'h1-x') => ({ guestId, apartmentId: 'a1', holdId });
const kept = (contact: KeptContact, guestId: string, holdId = 'h1-x') => ({
  apartmentId: 'a1',
  guest: keptGuest(contact, guestId, holdId),
});

interface Row {
  readonly guestId: string;
  readonly contact: KeptContact;
  readonly holdId?: string;
  readonly stay?: string;
  readonly table?: 'bookings' | 'pending_bookings';
}
let count = 0;
async function book({
  guestId,
  contact,
  holdId = 'h1-x',
  stay = '[2026-01-01,2026-01-03)',
  table = 'bookings',
}: Row) {
  count += 1;
  const id = `b${count}`;
  await database.pool.query(
    `insert into ${table} (id, apartment_id, hold_id, guest_id, stay, guests, contact, price, policy, payment_key, created_at, version)
     values ($1, 'a1', $2, $3, $4, 1, $5, '{}', 'flexible', 'p', now(), 1)`,
    [id, holdId, guestId, stay, JSON.stringify(contact)],
  );
  return id;
}
async function contactOf(id: string): Promise<KeptContact> {
  const { rows } = await database.pool.query(
    `select contact from bookings where id = $1 union all select contact from pending_bookings where id = $1`,
    [id],
  );
  return rows[0].contact;
}

describe('[S7] contacts', () => {
  it('are sealed under one key a guest, whichever servers make it at once, and opened by all', async () => {
    const servers = [serve(), serve(), serve()];
    const sealed = await Promise.all(
      servers.flatMap((server) =>
        ['ana', 'ben', 'eve'].map((guestId) =>
          server.seal(belonging(guestId), { ...CONTACT, name: guestId }),
        ),
      ),
    );
    expect(new Set(sealed.map((one) => JSON.stringify(one))).size).toBe(3);
    const rows = sealed.map((contact, i) => kept(contact, ['ana', 'ben', 'eve'][i % 3]!));
    for (const server of [...servers, serve()]) {
      const names = (await server.open(rows)).map(({ name }) => name);
      expect(names).toEqual(['ana', 'ben', 'eve', 'ana', 'ben', 'eve', 'ana', 'ben', 'eve']);
    }
    expect(await guestKeys(database.pool, ['ana', 'ben', 'eve'])).toHaveLength(3);
  });

  it('say nothing in the row of another booking, of the same guest’s either, on the server that has just sealed them', async () => {
    const server = serve();
    const sealed = await server.seal(belonging('ana'), CONTACT);
    expect(server.openNow(kept(sealed, 'ana'))).toEqual(CONTACT);
    expect(server.openNow(kept(sealed, 'ana', 'h2-y'))).toBeUndefined();
    expect(server.openNow({ ...kept(sealed, 'ana'), apartmentId: 'a2' })).toBeUndefined();
    const later = await server.seal(belonging('ana', 'h2-y'), CONTACT);
    expect(server.openNow(kept(sealed, 'ana'))).toEqual(CONTACT);
    expect(server.openNow(kept(later, 'ana', 'h2-y'))).toEqual(CONTACT);
  });

  it('stay as programs of before read them, as long as one is there', async () => {
    const server = serve(ringOf(ROOT), () => false);
    expect(await server.seal(belonging('ana'), CONTACT)).toEqual(CONTACT);
    expect(server.openNow(kept(CONTACT, 'ana'))).toEqual(CONTACT);
    const id = await book({ guestId: 'ana', contact: CONTACT });
    await keeping(ringOf(ROOT), false).poll();
    expect(await contactOf(id)).toEqual(CONTACT);
  });

  it('in clear, of programs of before, are sealed where they stand, as a confirm sent again says them', async () => {
    const rows = [
      await book({ guestId: 'ana', contact: CONTACT }),
      await book({ guestId: 'ana', contact: CONTACT, table: 'pending_bookings' }),
      await book({
        guestId: 'ben',
        contact: { name: 'Ben', email: 'ben@example.com' },
        stay: '[2026-02-01,2026-02-03)',
      }),
    ];
    await keeping().poll();
    const server = serve();
    const [own, pending, ben] = await Promise.all(rows.map(contactOf));
    expect(own).toEqual(await server.seal(belonging('ana'), CONTACT));
    expect(pending).toEqual(own);
    expect((await server.open([kept(ben!, 'ben')]))[0]).toEqual({ name: 'Ben', email: 'ben@example.com' });
  });

  it('in clear are looked for without reading all others', async () => {
    await database.pool.query(
      `insert into bookings (id, apartment_id, hold_id, guest_id, stay, guests, contact, price, policy, payment_key, created_at, version, status)
       select 'b' || i, 'a' || i, 'h', 'g', '[2026-01-01,2026-01-03)', 1, '{"sealed":""}', '{}', 'flexible', 'p', now(), 1, 'cancelled'
       from generate_series(1, 20000) i`,
    );
    const explaining = {
      query: (text: string, values: unknown[]) => database.pool.query(`explain ${text}`, values),
    };
    const plan = await contactsInClear(explaining as never, 'bookings', CONTACTS_PER_POLL);
    expect(JSON.stringify(plan)).toContain('bookings_in_clear');
    expect(JSON.stringify(plan)).not.toContain('Seq Scan');
  });

  it('whose key is gone are shown as erased, those that were damaged as unreadable, and all others as they are', async () => {
    const server = serve();
    const seal = async (guestId: string) => server.seal(belonging(guestId), CONTACT);
    const [ana, ben] = [await seal('ana'), await seal('ben')];
    await database.pool.query(`delete from guest_keys where guest_id = 'ana'`);
    const damaged = { sealed: `${(ben as { sealed: string }).sealed.slice(0, -8)}AAAAAAAA` };
    const later = serve();
    const list = [
      kept(ana, 'ana'),
      kept(ben, 'ben'),
      kept(damaged, 'ben'),
      kept(CONTACT, 'eve'),
      kept(ben, 'ben', 'h2-x'),
    ];
    expect((await later.open(list)).map(({ name }) => name)).toEqual([
      ...['contact erased', 'Ana', 'contact unreadable', 'Ana', 'contact unreadable'],
    ]);
    expect(faults.map(({ event }) => event)).toEqual(['contacts.unreadable']);
    // Who comes again has another key, and what the erased one has sealed stays erased.
    expect(await later.seal(belonging('ana'), CONTACT)).not.toEqual(ana);
    expect((await later.open([kept(ana, 'ana')]))[0]).toEqual(ERASED);
  });

  it('of an erased guest are known to no server for long', async () => {
    const keys = new GuestKeys(database.pool, ringOf(ROOT), 50);
    await keys.findOrMake('ana');
    expect(keys.known('ana')).toBeDefined();
    await database.pool.query('delete from guest_keys');
    await expect.poll(() => keys.known('ana')).toBeUndefined();
    expect(await keys.find('ana')).toBe('erased');
  });
});

describe('[S7] the keys over those of guests', () => {
  it('follow one another: guests’ keys are wrapped anew in short steps, and what they have sealed is opened throughout', async () => {
    const before = serve();
    const guestIds = Array.from({ length: CONTACTS_PER_POLL + 1 }, (_, i) => `g${i}`);
    const sealed = await Promise.all(guestIds.map((guestId) => before.seal(belonging(guestId), CONTACT)));
    const both = ringOf(ROOT, NEXT);
    const left = async () => (await guestKeysWrappedBy(database.pool, [ROOT.id], 1_000)).length;
    const rows = sealed.map((contact, i) => kept(contact, guestIds[i]!));
    await keeping(both).poll();
    expect(await left()).toBe(1);
    expect(await serve(both).open(rows)).toEqual(rows.map(() => CONTACT));
    await Promise.all([keeping(both).poll(), keeping(both).poll()]);
    expect(await left()).toBe(0);
    expect(await serve(ringOf(NEXT)).open(rows)).toEqual(rows.map(() => CONTACT));
    expect((await serve(ringOf(ROOT)).open([rows[0]!]))[0]?.name).toBe('contact unreadable');
  });

  it('that are not there keep a server from starting, until they are put back or given up', async () => {
    const given = (secret: string) =>
      readConfig({ NIGHTLATCH_AUTH_SECRET: secret, DATABASE_URL: 'postgres://x' });
    await serve().seal(belonging('ana'), CONTACT);
    const { pool } = database;
    await expect(refuseUnknownKeys(given('t'.repeat(32)), pool, ringOf(NEXT))).rejects.toThrow(
      `the contacts of guests (1) are sealed under key ${ROOT.id}, which is not in NIGHTLATCH_AUTH_SECRET; put it back`,
    );
    await refuseUnknownKeys(given('s'.repeat(32)), pool, ringOf(ROOT));
    await refuseUnknownKeys(given('s'.repeat(32)), pool, ringOf(NEXT, { ...ROOT, forgottenMs: 0 }));
  });
});

describe('the file of keys', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nightlatch-keys-'));
    file = join(folder, 'keys.json');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('opens what the secret that there was before it has wrapped, and signs nothing by it', async () => {
    await rotateKeys(file, 0, false);
    const source = keysInFile(file, async () => ROOT.secret);
    const ring = ringOf(...(await source.read()));
    expect(ring.opening('guest keys', ROOT.id)?.id).toBe(ROOT.id);
    expect(ring.all('access token').map(({ id }) => id)).not.toContain(ROOT.id);
    expect(ring.followed).toEqual([ROOT.id]);
  });

  it('keeps keys that are forgotten, to open with, and none of them twice', async () => {
    const first = await rotateKeys(file, 40, true);
    const second = await rotateKeys(file, 50, true);
    const third = await rotateKeys(file, 60, true);
    expect((await readKeys(file))?.map(({ id, forgottenMs }) => [id, forgottenMs])).toEqual([
      [third.id, undefined],
      [second.id, 60],
      [first.id, 50],
    ]);
  });

  it('takes no key out that may be needed still, and says until when', async () => {
    const made = [];
    for (let i = 0; i < KEYS_MAX; i++) made.push(await rotateKeys(file, NOW_MS + i, true));
    await expect(rotateKeys(file, NOW_MS + KEYS_MAX, true)).rejects.toThrow(
      /^there are 10 keys in .* needed for what it has sealed until 2026-12-01T12:00:00\.001Z; rotate them after that$/,
    );
    const last = await rotateKeys(file, NOW_MS + 1 + KEY_KEPT_MS, false);
    const left = (await readKeys(file))!.map(({ id }) => id);
    expect(left).toEqual([
      last.id,
      ...made
        .slice(1)
        .reverse()
        .map(({ id }) => id),
    ]);
  });
});

describe('[S7] an erasure', () => {
  const accounts = () =>
    database.pool.query(`select id, email, name, password_hash as hash from accounts order by id`);
  const signedUp = async (id: string, kind: string, email: string | null) => {
    await database.pool.query(
      `insert into accounts (id, kind, email, name, password_hash) values ($1, $2, $3, 'N', 'h')`,
      [...[id, kind, email]],
    );
    await database.pool.query(
      `insert into sessions (id, account_id, expires_at) values ('s-' || $1, $1, now() + interval '1 day')`,
      [id],
    );
  };

  it('takes key, contacts in clear, address, name and password of a guest, ends their sessions, and finds nothing again', async () => {
    const server = serve();
    await signedUp('ana', 'guest', 'ana@example.com');
    await signedUp('ben', 'guest', 'ben@example.com');
    const sealed = await book({ guestId: 'ana', contact: await server.seal(belonging('ana'), CONTACT) });
    const clear = await book({ guestId: 'ana', contact: CONTACT, stay: '[2026-02-01,2026-02-03)' });
    const other = await book({ guestId: 'ben', contact: CONTACT, stay: '[2026-03-01,2026-03-03)' });
    const erased = await eraseContacts(database.pool, 'ana', FAR);
    expect(erased).toEqual({
      ...{ keys: 1, inClear: 1, accounts: 1, sessions: 1, bookings: 2, kept: null, isKnown: true },
    });
    expect((await accounts()).rows).toEqual([
      { id: 'ana', email: null, name: '', hash: null },
      { id: 'ben', email: 'ben@example.com', name: 'N', hash: 'h' },
    ]);
    const rows = await Promise.all([sealed, clear].map(async (id) => kept(await contactOf(id), 'ana')));
    expect(await serve().open(rows)).toEqual([ERASED, ERASED]);
    expect(await contactOf(other)).toEqual(CONTACT);
    const { rows: sessions } = await database.pool.query('select id from sessions where revoked_at is null');
    expect(sessions).toEqual([{ id: 's-ben' }]);
    expect(await eraseContacts(database.pool, 'ana', FAR)).toMatchObject({
      ...{ keys: 0, inClear: 0, accounts: 0, sessions: 0, isKnown: true },
    });
    expect(await eraseContacts(database.pool, 'nobody', FAR)).toMatchObject({ isKnown: false });
  });

  it('in clear leaves nothing to be sealed, once all servers read that, and shows as erased under whatever key', async () => {
    const id = await book({ guestId: 'ana', contact: CONTACT });
    await database.pool.query(`update settings set value = '${FEATURE_LEVEL}' where key = 'least_level'`);
    await eraseContacts(database.pool, 'ana', FAR);
    await keeping().poll();
    expect(await guestKeys(database.pool, ['ana'])).toEqual([]);
    const erased = [kept(await contactOf(id), 'ana')];
    expect(await serve().open(erased)).toEqual([ERASED]);
    await serve().seal(belonging('ana'), CONTACT);
    expect(await serve().open(erased)).toEqual([ERASED]);
  });

  it('stands, where a server was just about to seal what it has erased, or to wrap its key anew', async () => {
    const id = await book({ guestId: 'ana', contact: CONTACT });
    await serve().seal(belonging('ana'), CONTACT);
    const keys = await guestKeys(database.pool, ['ana']);
    await eraseContacts(database.pool, 'ana', FAR);
    await replaceContacts(database.pool, 'bookings', [{ id, was: CONTACT, contact: { sealed: '1.k.x' } }]);
    await rewrapGuestKeys(
      database.pool,
      keys.map((key) => ({ ...key, wrappedBy: NEXT.id })),
    );
    expect(await contactOf(id)).toEqual(ERASED);
    expect(await guestKeys(database.pool, ['ana'])).toEqual([]);
  });

  it('leaves the account of who is more than a guest', async () => {
    await signedUp('host', 'host', 'host@example.com');
    await serve().seal(belonging('host'), CONTACT);
    expect(await eraseContacts(database.pool, 'host', FAR)).toMatchObject({
      ...{ keys: 1, accounts: 0, sessions: 0, kept: 'host' },
    });
    expect((await accounts()).rows[0]?.email).toBe('host@example.com');
  });

  it.each([
    ['1 stay to come', { stay: '[2026-11-28,2026-11-30)' }],
    ['1 payment under way', { table: 'pending_bookings' as const }],
    ['1 refund owed', {}],
  ])('is refused while there is %s, unless it is meant', async (what, row) => {
    const server = serve();
    const id = await book({ guestId: 'ana', contact: await server.seal(belonging('ana'), CONTACT), ...row });
    if (what.includes('refund')) {
      expect(await eraseContacts(database.pool, 'ana', FAR)).toMatchObject({ keys: 1 });
      await serve().seal(belonging('ana'), CONTACT);
      await database.pool.query(
        `update bookings set status = 'cancelled', refund_owed = true where id = $1`,
        [id],
      );
    }
    await expect(eraseContacts(database.pool, 'ana', FAR)).rejects.toThrow(
      `guest ana has ${what}, for which`,
    );
    expect(await guestKeys(database.pool, ['ana'])).toHaveLength(1);
    expect(await eraseContacts(database.pool, 'ana', { ...FAR, force: true })).toMatchObject({ keys: 1 });
  });

  it('by e-mail address finds who has booked under it, whoever they were, and leaves who has booked for others', async () => {
    const server = serve();
    const other = { name: 'Ben', email: 'ben@example.com' };
    await signedUp('acc', 'guest', 'ana@example.com');
    await book({ guestId: 'g1', contact: await server.seal(belonging('g1'), CONTACT) });
    await book({
      guestId: 'g2',
      contact: { ...CONTACT, email: 'ANA@example.com' },
      stay: '[2026-02-01,2026-02-03)',
    });
    for (const [holdId, contact, month] of [
      ['h2-x', CONTACT, '03'],
      ['h3-x', other, '04'],
    ] as const) {
      const sealed = await server.seal(belonging('agent', holdId), contact);
      await book({ guestId: 'agent', holdId, contact: sealed, stay: `[2026-${month}-01,2026-${month}-03)` });
    }
    await book({ guestId: 'g1', contact: { sealed: '1.erased.' }, stay: '[2026-06-01,2026-06-03)' });
    await book({ guestId: 'ben', contact: other, stay: '[2026-05-01,2026-05-03)' });
    const found = await guestsOf(database.pool, server, ' Ana@Example.com');
    expect({ own: [...found.own].sort(), mixed: found.mixed }).toEqual({
      own: ['acc', 'g1', 'g2'],
      mixed: ['agent'],
    });
  });
});
