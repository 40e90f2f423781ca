/** What a guest writes of themselves, from the confirm to the disk, the screens and the erasure, at a real server. */
import { readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, createClient, unwrap } from '../../src/client/index.ts';
import { FEATURE_LEVEL } from '../../src/protocol/feature-levels.ts';
import { dateOf } from '../../src/protocol/nights.ts';
import { expectOneSentence } from '../support/one-sentence.ts';
import { Program } from '../support/program.ts';
import { ADMIN } from '../support/server.ts';

const TODAY = Math.floor(Date.now() / 86_400_000);
const ANA = { name: 'Anabela Quintanilha', email: 'anabela.quintanilha@example.com' };
const BEN = { name: 'Benvindo Abrantes', email: 'benvindo.abrantes@example.com' };

let program: Program;
const clients: Client[] = [];
beforeAll(async () => {
  program = await Program.create({
    NIGHTLATCH_ADMIN_EMAIL: ADMIN.email,
    NIGHTLATCH_ADMIN_PASSWORD: ADMIN.password,
  });
  await program.start();
});
afterAll(async () => {
  for (const client of clients) client.close();
  await program.remove();
});

const leastLevel = () =>
  program.asOwner(
    async (owner) =>
      (await owner.query(`select value from settings where key = 'least_level'`)).rows[0].value,
  );

async function tokenOf(path: string, body?: object, bearer?: string): Promise<string> {
  const answer = await fetch(`${program.url}/v1/sessions${path}`, {
    method: 'POST',
    ...(body && { body: JSON.stringify(body) }),
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
    },
  });
  return ((await answer.json()) as { accessToken: string }).accessToken;
}

/** A guest who books a week at an apartment of the demo, from so many days on. */
async function guest(contact: { name: string; email: string }, day: number) {
  const token = await tokenOf('/guest');
  const client = createClient({ url: program.url, token: async () => token });
  clients.push(client);
  const stay = { checkIn: dateOf(TODAY + day), checkOut: dateOf(TODAY + day + 7) };
  const apartmentId = unwrap(await client.search(stay)).apartments[0]!.id;
  const { hold } = unwrap(await client.hold({ apartmentId, ...stay }));
  const told: unknown[] = [];
  client.onBooking(({ guest }) => void told.push(guest));
  const confirm = { apartmentId, holdId: hold.id, guest: contact, payment: { method: 'sandbox_ok' } };
  const { booking } = unwrap(await client.confirm(confirm));
  return { client, token, apartmentId, booking, told };
}

/** As hosts and admins see them. */
async function shownTo(token: string, path: string): Promise<string> {
  const answer = await fetch(`${program.url}/v1/${path}`, { headers: { authorization: `Bearer ${token}` } });
  return answer.text();
}
const everyScreen = async (apartmentId: string) => {
  const admin = await tokenOf('', ADMIN);
  const window = `from=${dateOf(TODAY)}&to=${dateOf(TODAY + 200)}`;
  return Promise.all([
    shownTo(admin, 'bookings'),
    shownTo(admin, `apartments/${apartmentId}/bookings?${window}`),
    shownTo(admin, `admin/apartments/${apartmentId}/claims?${window}`),
  ]);
};

/** All that a dump of the database has, as text. */
async function dump(): Promise<string> {
  return program.asOwner(async (owner) => {
    const tables = await owner.query(
      `select oid::regclass::text as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`,
    );
    let text = '';
    for (const { name } of tables.rows)
      text += (await owner.query(`select coalesce(string_agg(t::text, ' '), '') as text from ${name} t`))
        .rows[0].text;
    return text;
  });
}
/** The files under the data folder that have this in them: tables, log, whatever PostgreSQL and we have written. */
async function filesWith(text: string): Promise<string[]> {
  const found = [];
  for (const entry of await readdir(program.dataDir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const content = await readFile(path).catch(() => Buffer.alloc(0));
    if (content.includes(text)) found.push(path);
  }
  return found;
}

describe('[S7] a guest’s contact', () => {
  it('is shown to who may see it, and stands nowhere on the disk', async () => {
    await expect.poll(leastLevel).toBe(FEATURE_LEVEL);
    const { client, apartmentId, booking, told } = await guest(ANA, 92);
    expect(booking.guest).toEqual(ANA);
    await expect.poll(() => told).toEqual([ANA]);
    expect(unwrap(await client.mine()).bookings.map(({ guest }) => guest)).toEqual([ANA]);
    const [all = '', ofApartment = '', claims = ''] = await everyScreen(apartmentId);
    for (const screen of [all, ofApartment]) expect(screen).toContain(`"guest":${JSON.stringify(ANA)}`);
    expect(claims).toContain(ANA.name);

    const text = await dump();
    expect(text).toContain(booking.id);
    expect(text).not.toMatch(/anabela|quintanilha/i);
    await program.asOwner((owner) => owner.query('checkpoint'));
    expect(await filesWith(booking.id)).not.toEqual([]);
    expect(await filesWith(ANA.email)).toEqual([]);
    expect(await filesWith(ANA.name)).toEqual([]);
  });

  it('is opened also where all keys but a new one were forgotten', async () => {
    const { booking } = await guest(BEN, 102);
    expect((await program.run(['keys', 'rotate', '--forget'])).code).toBe(0);
    const [all = ''] = await everyScreen(booking.apartmentId);
    expect(all).toContain(`"guest":${JSON.stringify(BEN)}`);
  });

  it('is erased: refused while a stay is to come, then for good and everywhere, and all else stays', async () => {
    const refused = await program.run(['erase', 'guest', ANA.email.toUpperCase()]);
    expectOneSentence(
      refused,
      /^guest \S+ has 1 stay to come, for which .*; cancel or wait, or say --force\n$/,
    );
    const [before = ''] = await everyScreen('a');
    expect(before).toContain(ANA.email);
    const erased = await program.run(['erase', 'guest', ANA.email, '--force']);
    expect(erased.output).toMatch(
      /^\S+: the contact is erased \(bookings: 1\), nights and amounts stay; 1 session is ended\n$/,
    );
    await expect.poll(async () => (await everyScreen('a'))[0]).not.toContain(ANA.email);
    const [all = ''] = await everyScreen('a');
    expect(all).toContain('"guest":{"name":"contact erased","email":"erased@contact.invalid"}');
    expect(all).toContain(BEN.email);
    const again = await program.run(['erase', 'guest', /^\S+(?=:)/.exec(erased.output)![0], '--force']);
    expect(again.output).toMatch(/^\S+: nothing is left to erase\n$/);
    expect((await program.run(['erase', 'guest', ANA.email])).output).toBe(
      `nobody is known under ${ANA.email}\n`,
    );
    expectOneSentence(
      await program.run(['erase', 'guest', 'acc_nobody']),
      /^there is no guest acc_nobody; give an id/,
    );
    const verified = await program.run(['verify']);
    expect(verified.output).toMatch(/every calendar follows from the journal/);
    expect(verified.code).toBe(0);
  });

  it('[G9] goes with the account that took the guest along, and is erased with it', async () => {
    const eva = { name: 'Evangelina Sarmento', email: 'evangelina.sarmento@example.com' };
    const credentials = { email: 'eva.s@example.com', password: 'a good long password' };
    const signUp = { method: 'POST', headers: { 'content-type': 'application/json' } };
    await fetch(`${program.url}/v1/accounts`, {
      ...signUp,
      body: JSON.stringify({ ...credentials, name: 'Eva' }),
    });
    const { token, booking } = await guest(eva, 112);
    const account = await tokenOf('', credentials, token);
    expect(await shownTo(account, 'bookings')).toContain(`"guest":${JSON.stringify(eva)}`);
    const { sub } = JSON.parse(Buffer.from(account.split('.')[1]!, 'base64url').toString());
    const refused = await program.run(['erase', 'guest', sub]);
    expectOneSentence(refused, /^guest \S+ has 1 stay to come, /);
    const erased = await program.run(['erase', 'guest', sub, '--force']);
    expect(erased.output).toMatch(/the contact is erased \(bookings: 1\)/);
    await expect.poll(async () => (await everyScreen('a'))[0]).not.toContain(eva.email);
    const [all = ''] = await everyScreen('a');
    expect(all).toContain(booking.id);
  });

  it('keeps a server from starting without its key, until that is back or the contacts are given up', async () => {
    await program.stop();
    const file = join(program.dataDir, 'keys.json');
    await rename(file, `${file}.away`);
    const missing =
      /^the contacts of guests \(\d+\) are sealed under key \S+, which is not in \S+keys\.json; put it back/;
    expectOneSentence(await program.run(['serve']), missing);
    await rename(`${file}.away`, file);
    await program.start();
    expect((await everyScreen('a'))[0]).toContain(BEN.email);
    await program.stop();

    await rename(file, `${file}.lost`);
    expectOneSentence(await program.run(['serve']), missing);
    expect((await program.run(['erase', 'unreadable'])).output).toMatch(
      /^given up: the contacts of \d+ guests?, which/,
    );
    await program.start();
    const [all = ''] = await everyScreen('a');
    expect(all).not.toContain(BEN.email);
    expect(all).toContain('contact erased');
  });
});
