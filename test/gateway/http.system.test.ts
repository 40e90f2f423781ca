import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ErrorBody, refuse } from '../../src/protocol/errors.ts';
import { ManagedApartment } from '../../src/protocol/managed-apartments.ts';
import { Booking, Calendar, Hold, Session } from '../../src/protocol/resources.ts';
import { Apartment } from '../../src/protocol/terms.ts';
import { openTerms } from '../support/terms.ts';
import { HOST } from './fakes.ts';
import { type House, openHouse, REQUEST_ID, WINDOW } from './harness.ts';

let house: House;
let guest: string;
let host: string;
let admin: string;
beforeAll(async () => {
  house = await openHouse();
  guest = house.world.token('guest', 'ana');
  host = house.world.token('host', HOST);
  admin = house.world.token('admin');
});
afterAll(() => house[Symbol.asyncDispose]());

const STAY = { checkIn: '2026-11-03', checkOut: '2026-11-07', guests: 2 };
const APARTMENT = {
  ...{ name: 'Rooftop', city: 'Lisbon', latitude: 38.7, longitude: -9.1 },
  terms: openTerms(),
};
const CONFIRM = { guest: { name: 'Ana', email: 'ana@example.com' }, payment: { method: 'sandbox_ok' } };
const HOLDS = '/v1/apartments/apt-1/holds';
const window = `from=${WINDOW.from}&to=${WINDOW.to}`;

async function error(answer: Promise<{ status: number; body: { error: unknown } }>) {
  const { status, body } = await answer;
  const { code, message, fields } = ErrorBody.parse(body.error);
  return { status, code, message, fields };
}

describe('accounts and sessions', () => {
  it('signs a guest up', async () => {
    const body = { email: 'ana@example.com', password: 'correct horse', name: 'Ana' };
    const answer = await house.http('POST', '/v1/accounts', { body });
    expect(answer.status).toBe(201);
    Session.parse(answer.body);
    expect(
      await error(house.http('POST', '/v1/accounts', { body: { ...body, email: 'ana' } })),
    ).toMatchObject({
      status: 400,
      code: 'invalid_request',
    });
  });

  it.each(['', ' ', '\u2800', '\u202eanA'])('[S5] signs nobody up by the name %j', async (name) => {
    const body = { email: 'eve@example.com', password: 'correct horse', name };
    expect((await error(house.http('POST', '/v1/accounts', { body }))).fields).toMatchObject([
      { path: 'name' },
    ]);
  });

  it('signs in, becomes a guest, renews, and refuses what is wrong', async () => {
    const body = { email: 'ana@example.com', password: 'correct horse' };
    Session.parse((await house.http('POST', '/v1/sessions', { body })).body);
    Session.parse((await house.http('POST', '/v1/sessions/guest')).body);
    Session.parse((await house.http('POST', '/v1/sessions/guest', { body: {} })).body);
    Session.parse(
      (await house.http('POST', '/v1/sessions/refresh', { body: { refreshToken: 'refresh-1' } })).body,
    );
    const wrong = [
      house.http('POST', '/v1/sessions', { body: { ...body, password: 'wrong' } }),
      house.http('POST', '/v1/sessions/refresh', { body: { refreshToken: 'spent' } }),
    ];
    for (const answer of wrong)
      expect(await error(answer)).toMatchObject({ status: 401, code: 'unauthenticated' });
  });

  it('signs out: the token is good for nothing afterwards', async () => {
    const token = house.world.token('guest');
    expect((await house.http('DELETE', '/v1/sessions/current', { token })).status).toBe(200);
    expect(await error(house.http('GET', '/v1/bookings', { token }))).toMatchObject({ status: 401 });
  });
});

describe('apartments', () => {
  it('searches with the query turned into numbers, and lists without dates', async () => {
    const path =
      '/v1/apartments?city=Lisbon&checkIn=2026-11-03&checkOut=2026-11-07&guests=2&currency=EUR&maxTotalMinor=5000&limit=5';
    const { body } = await house.http('GET', path);
    expect(JSON.parse(body.nextCursor)).toEqual({
      city: 'Lisbon',
      ...STAY,
      currency: 'EUR',
      maxTotalMinor: 5_000,
      limit: 5,
    });
    expect(JSON.parse((await house.http('GET', '/v1/apartments')).body.nextCursor)).toEqual({ limit: 24 });
  });

  it('takes an empty parameter for none, and names one that is unknown or there twice', async () => {
    const empty = await house.http('GET', '/v1/apartments?maxTotalMinor=&city=&checkIn=&guests=&limit=');
    expect(JSON.parse(empty.body.nextCursor)).toEqual({ limit: 24 });
    const wrong = '/v1/apartments?check_in=2026-11-03&checkOut=2026-11-07&checkOut=2026-11-08';
    const { status, fields } = await error(house.http('GET', wrong));
    expect([status, fields?.map(({ path }) => path)]).toEqual([400, ['check_in', 'checkOut']]);
    expect((await error(house.http('GET', '/v1/apartments/apt-1?include=quote'))).fields).toMatchObject([
      { path: 'include' },
    ]);
  });

  it.each([
    ['/v1/apartments?checkIn=2026-11-03', 400, 'invalid_request'],
    ['/v1/apartments?limit=1000', 400, 'invalid_request'],
    ['/v1/apartments?guests=two', 400, 'invalid_request'],
    ['/v1/apartments?city=Atlantis', 422, 'rule_violation'],
    ['/v1/apartments/nowhere', 404, 'not_found'],
    ['/v1/apartments/a%20b', 400, 'invalid_request'],
    [`/v1/apartments/nowhere/calendar?${window}`, 404, 'not_found'],
    ['/v1/apartments/apt-1/calendar', 400, 'invalid_request'],
    ['/v1/apartments/apt-1/calendar?from=2026-11-03&to=2026-11-03', 400, 'invalid_request'],
    ['/v1/apartments/apt-1/calendar?from=2026-11-03&to=2036-11-03', 400, 'invalid_request'],
    ['/v1/apartments/%E0%A4%A/calendar', 400, 'invalid_request'],
    ['/v1/nothing', 404, 'not_found'],
  ])('answers %s with %i %s', async (path, status, code) => {
    expect(await error(house.http('GET', path))).toMatchObject({ status, code });
  });

  it('shows an apartment, and its calendar under its version', async () => {
    Apartment.parse((await house.http('GET', '/v1/apartments/apt-2')).body);
    const path = `/v1/apartments/apt-2/calendar?${window}`;
    const first = await house.http('GET', path);
    expect(Calendar.parse(first.body)).toMatchObject({ apartmentId: 'apt-2', version: 0 });
    const etag = first.headers.get('etag')!;
    expect(etag).toBe('"0"');
    for (const known of [etag, `W/${etag}`, `"7", ${etag}`, '*']) {
      const again = await house.http('GET', path, { headers: { 'if-none-match': known } });
      expect([again.status, again.text]).toEqual([304, '']);
    }
    house.world.change({ apartmentId: 'apt-2' });
    const changed = await house.http('GET', path, { headers: { 'if-none-match': etag } });
    expect([changed.status, changed.headers.get('etag')]).toEqual([200, '"1"']);
  });
});

describe('holds, bookings, blocks', () => {
  it('holds, extends, confirms, releases', async () => {
    const held = await house.http('POST', HOLDS, { token: guest, body: STAY });
    expect(held.status).toBe(201);
    Hold.parse(held.body.hold);
    for (const [method, path] of [
      ['POST', `${HOLDS}/hold-1/extend`],
      ['DELETE', `${HOLDS}/hold-1`],
    ] as const) {
      const answer = await house.http(method, path, { token: guest });
      expect(answer.status).toBe(200);
      Hold.parse(answer.body.hold);
    }
    // As clients do that set the content type on everything.
    const headers = { 'content-type': 'application/json' };
    expect((await house.http('DELETE', `${HOLDS}/hold-1`, { token: guest, headers })).status).toBe(200);
    const confirmed = await house.http('POST', `${HOLDS}/hold-1/confirm`, { token: guest, body: CONFIRM });
    expect(confirmed.status).toBe(200);
    Booking.parse(confirmed.body.booking);
    expect(house.world.commands.at(-1)?.command).toMatchObject({ kind: 'confirm', contact: CONFIRM.guest });
  });

  it('[H10] takes the minutes of an extension, 1 to 60, and needs none', async () => {
    const path = `${HOLDS}/hold-1/extend`;
    for (const body of [undefined, {}, { minutes: 60 }]) {
      expect((await house.http('POST', path, { token: admin, body })).status).toBe(200);
    }
    expect(house.world.commands.at(-1)).toMatchObject({
      subject: { kind: 'admin' },
      command: { kind: 'extend', holdId: 'hold-1', minutes: 60 },
    });
    for (const minutes of [0, 61, 1.5]) {
      const bad = house.http('POST', path, { token: admin, body: { minutes } });
      expect(await error(bad)).toMatchObject({ status: 400, fields: [{ path: 'minutes' }] });
    }
  });

  it('[I3] takes Idempotency-Key for the requestId, makes one where there is none, refuses what is no UUID', async () => {
    const keyed = { token: guest, body: STAY, headers: { 'idempotency-key': REQUEST_ID } };
    await house.http('POST', HOLDS, keyed);
    expect(house.world.commands.at(-1)?.command.requestId).toBe(REQUEST_ID);
    await house.http('POST', HOLDS, { token: guest, body: STAY });
    expect(house.world.commands.at(-1)?.command.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(house.world.commands.at(-1)?.command.requestId).not.toBe(REQUEST_ID);
    const bad = house.http('POST', HOLDS, {
      token: guest,
      body: STAY,
      headers: { 'idempotency-key': 'again' },
    });
    expect(await error(bad)).toMatchObject({ status: 400, fields: [{ path: 'idempotency-key' }] });
  });

  it('lists and shows bookings, cancels with a reason', async () => {
    await house.http('POST', `${HOLDS}/hold-1/confirm`, { token: guest, body: CONFIRM });
    const listed = await house.http('GET', '/v1/bookings?limit=1', { token: guest });
    expect(listed.body).toMatchObject({ bookings: [{ id: 'booking-1' }], nextBefore: 'booking-1' });
    const other = house.world.token('guest', 'ben');
    expect((await house.http('GET', '/v1/bookings', { token: other })).body).toEqual({ bookings: [] });
    expect((await house.http('GET', '/v1/bookings/booking-1', { token: admin })).body.booking.id).toBe(
      'booking-1',
    );
    expect(await error(house.http('GET', '/v1/bookings/booking-1', { token: other }))).toMatchObject({
      status: 404,
    });
    expect(await error(house.http('POST', '/v1/bookings/booking-1/cancel', { token: other }))).toMatchObject({
      status: 404,
    });
    const cancelled = await house.http('POST', '/v1/bookings/booking-1/cancel', {
      token: guest,
      body: { reason: 'rain' },
    });
    expect(cancelled.body.booking.status).toBe('cancelled');
    expect(house.world.commands.at(-1)?.command).toMatchObject({
      kind: 'cancel',
      reason: 'rain',
      apartmentId: 'apt-1',
    });
    expect((await house.http('POST', '/v1/bookings/booking-1/cancel', { token: guest })).status).toBe(200);
  });

  it('closes nights and opens them again, on own apartments', async () => {
    const blocks = '/v1/apartments/apt-1/blocks';
    const body = { from: '2026-11-03', to: '2026-11-07', reason: 'painting' };
    for (const token of [host, admin]) {
      const closed = await house.http('POST', blocks, { token, body });
      expect([closed.status, closed.body.block.id]).toEqual([201, 'block-1']);
      expect((await house.http('DELETE', `${blocks}/block-1`, { token })).body.block.id).toBe('block-1');
      expect(await error(house.http('DELETE', `${blocks}/block-9`, { token }))).toMatchObject({
        status: 404,
      });
    }
    const of = (id: string) => house.http('POST', `/v1/apartments/${id}/blocks`, { token: host, body });
    expect(await error(of('apt-2'))).toMatchObject({ status: 403, code: 'forbidden' });
    expect(await error(of('nowhere'))).toMatchObject({ status: 404, code: 'not_found' });
    const backwards = { ...body, to: '2026-11-03' };
    expect(await error(house.http('POST', blocks, { token: host, body: backwards }))).toMatchObject({
      status: 400,
      fields: [{ path: 'to' }],
    });
  });

  it('shows admins the picture and the history', async () => {
    const picture = await house.http('GET', `/v1/admin/occupancy?${window}`, { token: admin });
    expect(picture.body).toMatchObject({ totals: { apartments: 3 }, calendars: [{}, {}, {}] });
    const none = house.http('GET', `/v1/admin/occupancy?${window}&city=Atlantis`, { token: admin });
    expect(await error(none)).toMatchObject({ status: 404 });
    const journal = '/v1/admin/apartments/apt-1/journal';
    const both = house.http('GET', `${journal}?at=2026-10-01T00:00:00Z&version=3`, { token: admin });
    expect(await error(both)).toMatchObject({ status: 400, fields: [{ path: 'version' }] });
    const page = await house.http('GET', `${journal}?version=4&after=2&limit=1`, { token: admin });
    expect(page.body).toMatchObject({ latestVersion: 4, facts: [{ version: 3 }] });
    const then = await house.http('GET', `${journal}?at=2026-10-01T00:00:00Z`, { token: admin });
    expect(then.body.facts[0].at).toBe('2026-10-01T00:00:00.000Z');
    expect((await house.http('GET', journal, { token: admin })).status).toBe(200);
    expect(await error(house.http('GET', `${journal}?at=yesterday`, { token: admin }))).toMatchObject({
      status: 400,
    });
  });
});

describe('listings', () => {
  it('are written with a revision as their ETag, and changed only where it is the latest', async () => {
    const made = await house.http('POST', '/v1/apartments', { token: host, body: APARTMENT });
    expect([made.status, made.headers.get('etag')]).toEqual([201, '"7"']);
    ManagedApartment.parse(made.body);
    const change = (revision: string) =>
      house.http('PATCH', '/v1/apartments/apt-1', {
        token: host,
        body: { name: 'Cellar' },
        headers: { 'if-match': revision },
      });
    for (const revision of ['"7"', '*']) expect((await change(revision)).status).toBe(200);
    expect(await error(change('"6"'))).toMatchObject({ status: 412, code: 'revision_conflict' });
  });

  it('are refused with every field that does not fit', async () => {
    const body = { ...APARTMENT, name: '', terms: { ...APARTMENT.terms, timeZone: 'Mars', maxNights: 0 } };
    const refused = await error(house.http('POST', '/v1/apartments', { token: host, body }));
    expect(refused).toMatchObject({ status: 400, code: 'invalid_request' });
    const crossed = { ...APARTMENT, terms: { ...APARTMENT.terms, timeZone: 'Mars' } };
    expect(await error(house.http('POST', '/v1/apartments', { token: host, body: crossed }))).toMatchObject({
      fields: [{ path: 'terms.timeZone' }],
    });
  });
});

describe('who may what', () => {
  const anyone = [200, 200, 200, 200];
  const subject = [401, 200, 200, 200];
  it.each<[string, string, unknown, number[]]>([
    ['GET', '/v1/apartments', undefined, anyone],
    ['GET', '/v1/apartments/apt-1', undefined, anyone],
    ['GET', `/v1/apartments/apt-1/calendar?${window}`, undefined, anyone],
    ['POST', HOLDS, STAY, [401, 201, 201, 201]],
    ['POST', `${HOLDS}/hold-1/extend`, undefined, subject],
    ['POST', `${HOLDS}/hold-1/confirm`, CONFIRM, subject],
    ['DELETE', `${HOLDS}/hold-1`, undefined, subject],
    ['GET', '/v1/bookings', undefined, subject],
    ['GET', '/v1/bookings/unknown', undefined, [401, 404, 404, 404]],
    ['POST', '/v1/bookings/unknown/cancel', undefined, [401, 404, 404, 404]],
    ['POST', '/v1/apartments/apt-1/blocks', { from: '2026-11-03', to: '2026-11-07' }, [401, 403, 201, 201]],
    ['DELETE', '/v1/apartments/apt-1/blocks/block-1', undefined, [401, 403, 200, 200]],
    ['GET', `/v1/admin/occupancy?${window}`, undefined, [401, 403, 403, 200]],
    ['GET', `/v1/admin/figures?${window}`, undefined, [401, 403, 403, 200]],
    ['GET', `/v1/admin/apartments/apt-1/claims?${window}`, undefined, [401, 403, 200, 200]],
    ['GET', `/v1/admin/apartments/apt-2/claims?${window}`, undefined, [401, 403, 403, 200]],
    ['GET', '/v1/admin/apartments/apt-1/journal', undefined, [401, 403, 200, 200]],
    ['GET', '/v1/admin/apartments/apt-2/journal', undefined, [401, 403, 403, 200]],
    ['POST', '/v1/apartments', APARTMENT, [401, 403, 201, 201]],
    ['PATCH', '/v1/apartments/apt-1', { name: 'Cellar' }, [401, 403, 200, 200]],
    ['PATCH', '/v1/apartments/apt-2', { name: 'Cellar' }, [401, 403, 403, 200]],
    ['DELETE', '/v1/apartments/apt-1', undefined, [401, 403, 200, 200]],
    ['DELETE', '/v1/apartments/apt-2', undefined, [401, 403, 403, 200]],
    ['GET', '/v1/host/apartments', undefined, [401, 403, 200, 200]],
    ['GET', '/v1/host/apartments/apt-1', undefined, [401, 403, 200, 200]],
    ['GET', '/v1/host/apartments/apt-2', undefined, [401, 403, 403, 200]],
    ['GET', `/v1/apartments/apt-1/bookings?${window}`, undefined, [401, 403, 200, 200]],
    ['GET', `/v1/apartments/apt-2/bookings?${window}`, undefined, [401, 403, 403, 200]],
  ])('%s %s', async (method, path, body, expected) => {
    const statuses = [];
    for (const token of [undefined, guest, host, admin]) {
      const answer = await house.http(method, path, { body, ...(token === undefined ? {} : { token }) });
      statuses.push(answer.status);
    }
    expect(statuses).toEqual(expected);
    // A token that is not good is refused even where none is needed.
    expect((await house.http(method, path, { body, token: 'forged' })).status).toBe(401);
  });

  it.each(['Basic YTpi', 'Bearer', 'Bearer a b', `Bearer ${'a'.repeat(3_000)}`])(
    'refuses Authorization: %.20s',
    async (authorization) => {
      const answer = await house.http('GET', '/v1/bookings', { headers: { authorization } });
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    },
  );

  it('says nothing of what would have fitted to who may not', async () => {
    expect(
      await error(house.http('POST', '/v1/apartments/apt-1/blocks', { token: guest, body: {} })),
    ).toMatchObject({
      status: 403,
      fields: undefined,
    });
  });
});

describe('bad requests', () => {
  it.each([
    ['no JSON', '{'],
    ['null', 'null'],
    ['an array', '[]'],
    ['a number', '7'],
    ['nothing', ''],
    ['a poisoned prototype', '{"__proto__":{"guests":1},"checkIn":"2026-11-03","checkOut":"2026-11-07"}'],
    ['a body past the limit', JSON.stringify({ ...STAY, more: 'x'.repeat(70_000) })],
    ['deep nesting', '['.repeat(30_000)],
  ])('refuses %s as invalid_request', async (_what, body) => {
    expect(await error(house.http('POST', HOLDS, { token: guest, body }))).toMatchObject({
      status: 400,
      code: 'invalid_request',
    });
  });

  it('refuses a body that is no JSON by its type', async () => {
    const headers = { 'content-type': 'text/xml' };
    expect(await error(house.http('POST', HOLDS, { token: guest, body: '<a/>', headers }))).toMatchObject({
      status: 400,
    });
  });

  it('names the field', async () => {
    const answer = house.http('POST', `${HOLDS}/hold-1/confirm`, {
      token: guest,
      body: { ...CONFIRM, guest: {} },
    });
    expect(await error(answer)).toMatchObject({ fields: [{ path: 'guest.name' }, { path: 'guest.email' }] });
  });

  it('answers a defect with 500, an id, and nothing of its inside', async () => {
    await using own = await openHouse();
    own.world.mineOf = () => Promise.reject(new Error('secret'));
    own.world.answer = () => {
      throw new Error('secret');
    };
    const token = own.world.token('guest');
    const answer = await own.http('POST', HOLDS, {
      token,
      body: STAY,
      headers: { 'idempotency-key': REQUEST_ID },
    });
    expect([answer.status, answer.text.includes('secret')]).toEqual([500, false]);
    const fault = own.world.log.lines.find(({ event }) => event === 'gateway.fault');
    expect(fault).toMatchObject({ requestId: REQUEST_ID });
    expect(answer.body.error.message).toContain(fault?.faultId);
  });

  it.each([
    ['nights_unavailable', 409],
    ['hold_expired', 410],
    ['payment_declined', 402],
    ['too_many_holds', 429],
    ['unavailable', 503],
  ] as const)('turns %s into %i', async (code, status) => {
    await using own = await openHouse();
    own.world.answer = (_subject, _command, reply) => reply(refuse(code, 'so', { retryAfterMs: 1_200 }));
    const answer = await own.http('POST', HOLDS, { token: own.world.token('guest'), body: STAY });
    expect([answer.status, answer.body.error.code, answer.headers.get('retry-after')]).toEqual([
      status,
      code,
      '2',
    ]);
  });
});

describe('operations and documentation', () => {
  it('says whether it lives and whether it serves', async () => {
    expect((await house.http('GET', '/healthz')).body).toEqual({ ok: true });
    expect((await house.http('GET', '/readyz')).body).toEqual({ ready: true, reasons: [] });
    house.world.notReady = ['the database is away'];
    const answer = await house.http('GET', '/readyz');
    expect([answer.status, answer.body]).toEqual([503, { ready: false, reasons: ['the database is away'] }]);
    house.world.notReady = [];
  });

  it('documents every route as OpenAPI 3.1, with every reference resolved', async () => {
    const { body: document } = await house.http('GET', '/v1/openapi.json');
    expect(document.openapi).toBe('3.1.0');
    const routes = Object.entries<object>(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(routes.sort()).toEqual(
      [
        'DELETE /v1/apartments/{id}/blocks/{blockId}',
        'DELETE /v1/apartments/{id}/holds/{holdId}',
        'DELETE /v1/sessions/current',
        'GET /healthz',
        'GET /readyz',
        'GET /v1/admin/apartments/{id}/claims',
        'GET /v1/admin/apartments/{id}/journal',
        'GET /v1/admin/figures',
        'GET /v1/admin/occupancy',
        'GET /v1/apartments',
        'GET /v1/apartments/{id}',
        'GET /v1/apartments/{id}/calendar',
        'GET /v1/apartments/{id}/bookings',
        'GET /v1/bookings',
        'GET /v1/cities',
        'GET /v1/bookings/{id}',
        'GET /v1/host/apartments',
        'GET /v1/host/apartments/{id}',
        'PATCH /v1/apartments/{id}',
        'DELETE /v1/apartments/{id}',
        'POST /v1/apartments',
        'POST /v1/accounts',
        'POST /v1/apartments/{id}/blocks',
        'POST /v1/apartments/{id}/holds',
        'POST /v1/apartments/{id}/holds/{holdId}/confirm',
        'POST /v1/apartments/{id}/holds/{holdId}/extend',
        'POST /v1/bookings/{id}/cancel',
        'POST /v1/sessions',
        'POST /v1/sessions/guest',
        'POST /v1/sessions/refresh',
      ].sort(),
    );
    const names = Object.keys(document.components.schemas);
    for (const [, name] of JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      expect(names).toContain(name);
    }
    for (const methods of Object.values<Record<string, { summary: string; responses: object }>>(
      document.paths,
    )) {
      for (const operation of Object.values(methods)) {
        expect(operation.summary).not.toBe('');
        expect(Object.keys(operation.responses)[0]).toMatch(/^20[01]$/);
      }
    }
    expect((await house.http('GET', '/docs/')).text).toContain('swagger');
  });

  it('compresses what does not fit a packet, for those who take it so', async () => {
    const encodingOf = async (path: string, accepted: string) => {
      const answer = await house.http('GET', path, { headers: { 'accept-encoding': accepted } });
      return [answer.headers.get('content-encoding'), answer.headers.get('vary')];
    };
    expect(await encodingOf('/v1/openapi.json', 'gzip, br')).toEqual(['br', 'accept-encoding']);
    expect(await encodingOf('/v1/openapi.json', 'gzip')).toEqual(['gzip', 'accept-encoding']);
    expect((await encodingOf('/v1/openapi.json', 'identity'))[0]).toBeNull();
    expect((await encodingOf('/healthz', 'gzip, br'))[0]).toBeNull();
  });

  it('sends the headers that keep a page safe', async () => {
    const { headers } = await house.http('GET', '/v1/apartments');
    const policy = headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain(`connect-src 'self' ${house.url.replace('http', 'ws')}`);
    expect(policy).not.toMatch(/unsafe|upgrade-insecure/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-powered-by')).toBeNull();
  });
});

describe('the page', () => {
  const html = { headers: { accept: 'text/html' } };

  it('is served with its client routes, and never for what is missing of the API', async () => {
    const root = mkdtempSync(join(tmpdir(), 'page-'));
    mkdirSync(join(root, 'assets'));
    writeFileSync(join(root, 'index.html'), '<!doctype html><title>Page</title>');
    writeFileSync(join(root, 'assets', 'page-1a2b.js'), 'export {}');
    await using own = await openHouse({ webRoot: root });
    for (const path of ['/', '/apartments/unknown', '/admin', '/bookings?x=1', '/%00', '/apartments/%00']) {
      const page = await own.http('GET', path, html);
      expect([page.status, page.text]).toEqual([200, '<!doctype html><title>Page</title>']);
    }
    const asset = await own.http('GET', '/assets/page-1a2b.js');
    expect(asset.headers.get('cache-control')).toContain('immutable');
    // The policy of a document is the document's to carry.
    const policies = ['content-security-policy', 'x-frame-options'];
    const page = await own.http('GET', '/', html);
    for (const name of policies)
      expect([page.headers.has(name), asset.headers.has(name)]).toEqual([true, false]);
    expect(asset.headers.get('x-content-type-options')).toBe('nosniff');
    expect((await own.http('GET', '/', html)).headers.get('cache-control')).toBe('no-cache');
    for (const path of ['/v1/nothing', '/assets/gone.js', '/assets/%00']) {
      expect(await error(own.http('GET', path, html))).toMatchObject({ status: 404, code: 'not_found' });
    }
    expect(await error(own.http('GET', '/%00'))).toMatchObject({ status: 404, code: 'not_found' });
    for (const path of ['/..%2f..%2fetc/passwd', '/%2e%2e/%2e%2e/etc/passwd']) {
      expect((await own.http('GET', path)).text).not.toContain('root:');
    }
    rmSync(root, { recursive: true });
  });

  it('says in its head which apartment it is of, to who runs no program, where anybody may know', async () => {
    const root = mkdtempSync(join(tmpdir(), 'page-'));
    const plain = '<title>Nightlatch</title>\n<meta name="description" content="Hold nights." />';
    writeFileSync(join(root, 'index.html'), plain);
    await using own = await openHouse({ webRoot: root });
    for (const accept of ['text/html', '*/*']) {
      const page = await own.http('GET', '/apartments/apt-1?checkIn=x', { headers: { accept } });
      expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'no-cache']);
      expect(page.text).toContain('<title>Rooftop in Alfama · Nightlatch</title>');
      expect(page.text).toContain('<meta property="og:title" content="Rooftop in Alfama, Lisbon, ');
    }
    for (const path of ['/apartments/nowhere', '/apartments/apt-1/x', '/admin'])
      expect((await own.http('GET', path, html)).text).toBe(plain);
    rmSync(root, { recursive: true });
  });

  it('says how to build it where it was not', async () => {
    const page = await house.http('GET', '/', html);
    expect([page.status, page.text]).toEqual([503, expect.stringContaining('npm run build')]);
  });
});
