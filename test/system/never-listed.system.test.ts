/** An apartment that its host has written and never listed, asked for by everybody, on two real servers. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient, memoryStorage, type NewApartment, unwrap } from '../../src/client/index.ts';
import type { ErrorBody, Outcome } from '../../src/protocol/errors.ts';
import { dateOf } from '../../src/protocol/nights.ts';
import { Client } from '../gateway/harness.ts';
import { ADMIN } from '../support/server.ts';
import { Servers } from '../support/servers.ts';
import { openTerms } from '../support/terms.ts';

const TODAY = Math.floor(Date.now() / 86_400_000);
const WINDOW = { from: dateOf(TODAY), to: dateOf(TODAY + 30) };
const STAY = { checkIn: dateOf(TODAY + 10), checkOut: dateOf(TODAY + 12) };
const GUEST = { name: 'Ana', email: 'ana@example.com' };
const PASSWORD = 'a password of theirs';
const NEW: NewApartment = {
  ...{ name: 'Attic', description: 'Not done yet.', city: 'Graça', country: 'Portugal', status: 'paused' },
  ...{ latitude: 38.72, longitude: -9.13, amenities: [], terms: openTerms() },
};

let servers: Servers;
let urls: string[];
/** Without one: nobody. */
let tokens: Record<'nobody' | 'guest' | 'otherHost' | 'host' | 'admin', string | undefined>;

beforeAll(async () => {
  servers = await Servers.start(2);
  urls = servers.all.map(({ url }) => url);
  for (const name of ['host', 'otherHost', 'guest'])
    await http('POST', '/v1/accounts', { body: { ...signIn(name), name } });
  await servers.database.pool.query(`update accounts set kind = 'host' where email like '%host@%'`);
  const token = async (body: object) =>
    ((await http('POST', '/v1/sessions', { body })).body as { accessToken: string }).accessToken;
  tokens = {
    nobody: undefined,
    guest: await token(signIn('guest')),
    otherHost: await token(signIn('otherHost')),
    host: await token(signIn('host')),
    admin: await token(ADMIN),
  };
});
afterAll(() => servers.stop());

const signIn = (name: string) => ({ email: `${name}@example.com`, password: PASSWORD });

interface Answer {
  readonly status: number;
  readonly headers: string[];
  readonly body: unknown;
}

async function http(
  method: string,
  path: string,
  { url = urls[0]!, token, body }: { url?: string; token?: string | undefined; body?: unknown } = {},
): Promise<Answer> {
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const told = [...response.headers].filter(([name]) => !['date', 'etag'].includes(name));
  const headers = told.map((header) => header.join(': '));
  return { status: response.status, headers, body: text === '' ? undefined : JSON.parse(text) };
}

/** Everything that is asked over HTTP of an apartment by its id. */
const REQUESTS: readonly (readonly [string, string, unknown?])[] = [
  ['GET', ''],
  ['GET', `/calendar?from=${WINDOW.from}&to=${WINDOW.to}`],
  ['POST', '/holds', { ...STAY, guests: 1 }],
  ['POST', '/holds/h1-none/extend', {}],
  ['POST', '/holds/h1-none/confirm', { guest: GUEST, payment: { method: 'sandbox_ok' } }],
  ['DELETE', '/holds/h1-none'],
  ['GET', `/bookings?from=${WINDOW.from}&to=${WINDOW.to}`],
  ['PATCH', '', { name: 'Mine' }],
  ['DELETE', ''],
  ['POST', '/blocks', WINDOW],
  ['DELETE', '/blocks/k1-none'],
];
const MANAGED = [
  '/v1/host/apartments/ID',
  '/v1/admin/apartments/ID/claims?WINDOW',
  '/v1/admin/apartments/ID/journal',
];
const ROUTES = [
  ...REQUESTS.map(([method, rest, body]) => [method, `/v1/apartments/ID${rest}`, body] as const),
  ...MANAGED.map(
    (path) => ['GET', path.replace('WINDOW', `from=${WINDOW.from}&to=${WINDOW.to}`), undefined] as const,
  ),
];

/** The same over a socket. */
const COMMANDS: readonly (readonly [string, object])[] = [
  ['watch', WINDOW],
  ['hold', { ...STAY, guests: 1 }],
  ['extend', { holdId: 'h1-none' }],
  ['release', { holdId: 'h1-none' }],
  ['confirm', { holdId: 'h1-none', guest: GUEST, payment: { method: 'sandbox_ok' } }],
  ['cancel', { bookingId: 'b1-none' }],
];

async function socket(url: string, token: string | undefined): Promise<Client> {
  const client = new Client(`${url}/v1`, token);
  await client.welcomed;
  return client;
}
function command(client: Client, [name, payload]: (typeof COMMANDS)[number], apartmentId: string) {
  const of = name === 'watch' ? { apartmentIds: [apartmentId] } : { apartmentId, requestId: randomUUID() };
  return client.ask(name, { ...of, ...payload }) as Promise<Outcome<unknown>>;
}

async function create(): Promise<string> {
  const made = await http('POST', '/v1/apartments', { token: tokens.host, body: NEW });
  expect(made.status).toBe(201);
  return (made.body as { id: string }).id;
}
/** An id of none, as long as any. */
const NONE = `apt_${'0'.repeat(20)}`;
const asOf = (answer: unknown, id: string) => JSON.stringify(answer).replaceAll(id, 'ID');
const codeOf = (answer: unknown) =>
  ((answer as { body?: { error?: ErrorBody } }).body ?? (answer as { error?: ErrorBody })).error?.code ??
  'ok';

describe('[S8] an apartment that was never listed', () => {
  it.each(['nobody', 'guest', 'otherHost'] as const)(
    'is as unknown to %s as one that there is not, on every server and at once, whatever is asked',
    async (who) => {
      const id = await create();
      const token = tokens[who];
      const codes = new Set<string>();
      for (const url of urls.toReversed()) {
        for (const [method, path, body] of ROUTES) {
          const ask = (of: string) => http(method, path.replace('ID', of), { url, token, body });
          const answer = await ask(id);
          expect(asOf(answer, id), `${method} ${path}`).toBe(asOf(await ask(NONE), NONE));
          codes.add(codeOf(answer));
        }
        const client = await socket(url, token);
        for (const one of COMMANDS) {
          const answer = await command(client, one, id);
          expect(asOf(answer, id), one[0]).toBe(asOf(await command(client, one, NONE), NONE));
          codes.add(codeOf(answer));
        }
        client.close();
      }
      // By role they are refused before anybody looks which apartment it is.
      const byRole = { nobody: ['unauthenticated'], guest: ['forbidden'], otherHost: [] }[who];
      expect([...codes].sort()).toEqual([...byRole, 'not_found'].sort());
      // Nor has any of it happened.
      const { body } = await http('GET', `/v1/host/apartments/${id}`, { token: tokens.host });
      expect(body).toMatchObject({ name: NEW.name, status: 'paused' });
    },
  );

  it.each(['host', 'admin'] as const)(
    'is shown to %s, who may do with it what is done with a paused one',
    async (who) => {
      const id = await create();
      const token = tokens[who];
      for (const url of urls) {
        const ask = (method: string, rest = '', body?: unknown) =>
          http(method, `/v1/apartments/${id}${rest}`, { url, token, body });
        expect((await ask('GET')).body).toMatchObject({ id, name: NEW.name });
        expect((await ask('GET', `/calendar?from=${WINDOW.from}&to=${WINDOW.to}`)).status).toBe(200);
        expect(codeOf(await ask('POST', '/holds', { ...STAY, guests: 1 }))).toBe('rule_violation');
        const { body } = await ask('POST', '/blocks', WINDOW);
        const { block } = body as { block: { id: string } };
        expect((await ask('DELETE', `/blocks/${block.id}`)).status).toBe(200);
        const client = await socket(url, token);
        expect(await command(client, COMMANDS[0]!, id)).toMatchObject({
          data: { calendars: [{ apartmentId: id }] },
        });
        expect(await command(client, COMMANDS[1]!, id)).toMatchObject({ error: { code: 'rule_violation' } });
        client.close();
      }
    },
  );

  it('is found by nobody, and listed once it is told of by its id for good, on every server at once', async () => {
    const id = await create();
    const found = async (url: string) => {
      const list = await http('GET', `/v1/apartments?city=${encodeURIComponent(NEW.city)}`, { url });
      const cities = await http('GET', '/v1/cities', { url });
      return `${JSON.stringify(list.body)} ${JSON.stringify(cities.body)}`;
    };
    for (const url of urls) expect(await found(url)).not.toMatch(/apt_|Graça/);
    const become = (status: 'listed' | 'paused') =>
      http('PATCH', `/v1/apartments/${id}`, { token: tokens.host, body: { status } });
    const shown = async () => {
      const answers = urls.map(async (url) => {
        const client = await socket(url, undefined);
        const watched = await command(client, COMMANDS[0]!, id);
        client.close();
        const hold = { ...STAY, guests: 1 };
        return [
          (await http('GET', `/v1/apartments/${id}`, { url })).status,
          watched.ok,
          codeOf(await http('POST', `/v1/apartments/${id}/holds`, { url, token: tokens.guest, body: hold })),
        ];
      });
      return Promise.all(answers);
    };
    expect(await shown()).toEqual([
      [404, false, 'not_found'],
      [404, false, 'not_found'],
    ]);
    expect((await become('listed')).status).toBe(200);
    expect(await shown()).toEqual([
      [200, true, 'ok'],
      [200, true, 'ok'],
    ]);
    expect(await found(urls[0]!)).toContain(id);
    expect((await become('paused')).status).toBe(200);
    expect(await shown()).toEqual([
      [200, true, 'rule_violation'],
      [200, true, 'rule_violation'],
    ]);
  });

  it('is watched and shown through the client library by a host who has just signed in', async () => {
    const id = await create();
    const client = createClient({ url: urls[1]!, storage: memoryStorage() });
    try {
      // As nobody, over a connection that is kept.
      expect((await client.apartment(id)).ok).toBe(false);
      unwrap(await client.search({ ...STAY, limit: 1 }));
      unwrap(await client.sessions.signIn(signIn('host')));
      const watched = new Promise((resolve) => {
        client.watch([id], WINDOW.from, WINDOW.to, {
          update: resolve,
          refused: (_, error) => resolve(error),
        });
      });
      expect(await watched).toMatchObject({ calendar: { apartmentId: id } });
      expect(unwrap(await client.apartment(id)).name).toBe(NEW.name);
    } finally {
      client.close();
    }
  });
});
