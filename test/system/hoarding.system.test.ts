/** One address that holds all it can with as many anonymous guests as it may make, against real servers with their limits on. */
import { afterEach, describe, expect, it } from 'vitest';
import { HOLDS_PER_ADDRESS_DEFAULT, NIGHTS_PER_ADDRESS_DEFAULT } from '../../src/actors/limits.ts';
import { dateOf } from '../../src/protocol/nights.ts';
import { ADMIN, type RunningServer, startServer } from '../support/server.ts';

const APARTMENTS = 68;
const SEARCHED_NIGHTS = 90;
const TODAY = Math.floor(Date.now() / 86_400_000);
const HOARDER = '203.0.113.9';
const CUSTOMER = '198.51.100.7';
const WINDOW = `from=${dateOf(TODAY)}&to=${dateOf(TODAY + SEARCHED_NIGHTS)}`;

let system: RunningServer;
let admin: string;

async function start(nodes: number): Promise<void> {
  system = await startServer({
    nodes,
    listings: Array.from({ length: APARTMENTS }, (_, n) => ({
      ...{ id: n, name: `Flat ${n}`, city: 'Porto', price: 90 },
    })),
    environment: { NIGHTLATCH_RATE_LIMIT: 'on', NIGHTLATCH_TRUSTED_PROXIES: 'loopback' },
  });
  admin = (await post('/v1/sessions', ADMIN, CUSTOMER)).body.accessToken;
}

afterEach(() => system?.stop());

async function post(path: string, body: object, from: string, token?: string) {
  // Each request to another server: the address is one for all of them.
  const [node = ''] = [...system.nodeUrls].sort(() => Math.random() - 0.5);
  const answer = await fetch(node + path, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-forwarded-for': from,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  // biome-ignore lint/suspicious/noExplicitAny: what came is what the test looks at.
  return { status: answer.status, body: (await answer.json()) as any };
}
async function get(path: string, token?: string) {
  const headers = {
    'x-forwarded-for': CUSTOMER,
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  // biome-ignore lint/suspicious/noExplicitAny: what came is what the test looks at.
  return (await fetch(system.url + path, { headers })).json() as any;
}

const guest = async (from: string): Promise<string> =>
  (await post('/v1/sessions/guest', {}, from)).body.accessToken;
const hold = (token: string, apartment: number, night: number, nights: number, from = HOARDER) =>
  post(
    `/v1/apartments/airbnb-${apartment}/holds`,
    { checkIn: dateOf(TODAY + night), checkOut: dateOf(TODAY + night + nights) },
    from,
    token,
  );

async function held(): Promise<{ nights: number; holds: number }> {
  const { calendars, totals } = await get(`/v1/admin/occupancy?${WINDOW}`, admin);
  const holds = calendars.reduce((sum: number, { taken }: { taken: unknown[] }) => sum + taken.length, 0);
  return { nights: totals.held, holds };
}

/** A hundred at once, by guests who are there already. */
async function hoard(guests: number, nights: number): Promise<void> {
  for (let n = 0; n < guests; n += 20) await hoardAtOnce(20, nights);
}

async function hoardAtOnce(guests: number, nights: number): Promise<void> {
  const tokens = await Promise.all(Array.from({ length: guests }, () => guest(HOARDER)));
  const all = tokens.flatMap((token, n) =>
    Array.from({ length: 5 }, (_, m) => {
      const at = n * 5 + m;
      return hold(token, at % APARTMENTS, 20 + nights * Math.floor(at / APARTMENTS), nights);
    }),
  );
  await Promise.all(all);
}

describe('[G4] an address that hoards', () => {
  // What other servers had taken within the last moment may not be counted yet (H5).
  it.each([
    { nodes: 1, most: 1 },
    { nodes: 2, most: 2 },
  ])('keeps few nights from others, on $nodes server(s)', { timeout: 120_000 }, async ({ nodes, most }) => {
    await start(nodes);
    for (const [guests, nights] of [
      [80, 7],
      [40, 1],
      [20, 3],
    ] as const) {
      await hoard(guests, nights);
      const now = await held();
      expect(now.holds).toBeGreaterThan(0);
      expect(now.holds).toBeLessThanOrEqual(most * HOLDS_PER_ADDRESS_DEFAULT);
      expect(now.nights).toBeLessThanOrEqual(most * NIGHTS_PER_ADDRESS_DEFAULT);
    }
    const all = APARTMENTS * SEARCHED_NIGHTS;
    expect((all - (await held()).nights) / all).toBeGreaterThan(0.95);
    const week = `checkIn=${dateOf(TODAY + 20)}&checkOut=${dateOf(TODAY + 27)}&limit=100`;
    const { apartments } = await get(`/v1/apartments?${week}`);
    expect(apartments.length).toBeGreaterThanOrEqual(APARTMENTS - most * HOLDS_PER_ADDRESS_DEFAULT);

    const customer = await guest(CUSTOMER);
    expect((await hold(customer, 60, 60, 7, CUSTOMER)).status).toBe(201);
    const another = await hold(await guest(HOARDER), 61, 60, 7);
    expect([another.status, another.body.error?.code]).toEqual([429, 'too_many_holds']);
  });

  it('is bound no more once one of its guests has booked', async () => {
    await start(1);
    const tokens = await Promise.all(Array.from({ length: 6 }, () => guest(HOARDER)));
    const first = await hold(tokens[0]!, 0, 20, 1);
    for (let n = 1; n < HOLDS_PER_ADDRESS_DEFAULT; n++) {
      expect((await hold(tokens[n % 5]!, n, 20, 1)).status).toBe(201);
    }
    expect((await hold(tokens[5]!, 30, 20, 1)).body.error.code).toBe('too_many_holds');
    const booked = await post(
      `/v1/apartments/airbnb-0/holds/${first.body.hold.id}/confirm`,
      { guest: { name: 'Ana', email: 'ana@example.com' }, payment: { method: 'sandbox_ok' } },
      HOARDER,
      tokens[0],
    );
    expect(booked.status).toBe(200);
    for (let n = 30; n < 35; n++) expect((await hold(tokens[5]!, n, 20, 1)).status).toBe(201);
  });
});
