/** What hosts and admins do with apartments, through the client library, on a real server. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Client,
  createClient,
  memoryStorage,
  type NewApartment,
  unwrap,
} from '../../src/client/index.ts';
import { dateOf, nightOf } from '../../src/protocol/nights.ts';
import { ADMIN, type RunningServer, startServer } from '../support/server.ts';
import { openTerms } from '../support/terms.ts';

let server: RunningServer;
let admin: Client;
let host: Client;
let guest: Client;
const clients: Client[] = [];

beforeAll(async () => {
  server = await startServer({ seed: 'demo' });
  const [, email = '', password = ''] =
    /\/hosting +sign in as (\S+), password (\S+)/.exec(server.output()) ?? [];
  admin = client();
  unwrap(await admin.sessions.signIn(ADMIN));
  host = client();
  expect(unwrap(await host.sessions.signIn({ email, password })).subject.kind).toBe('host');
  guest = client();
});
afterAll(async () => {
  for (const each of clients) each.close();
  await server.stop();
});

function client(): Client {
  const made = createClient({ url: server.url, storage: memoryStorage() });
  clients.push(made);
  return made;
}

const TODAY = nightOf(new Date().toISOString().slice(0, 10));
const day = (n: number) => dateOf(TODAY + n);
const window = { from: day(0), to: day(60) };
const wanted: NewApartment = {
  ...{ name: 'Attic in Graça', description: 'Steep.', city: 'Graça', country: 'Portugal', status: 'listed' },
  ...{ latitude: 38.72, longitude: -9.13, amenities: ['wifi'], terms: openTerms() },
};
const search = () => guest.search({ city: 'Graça', checkIn: day(10), checkOut: day(12) });
const code = (outcome: { ok: boolean }) =>
  outcome.ok ? 'ok' : (outcome as unknown as { error: { code: string } }).error.code;

describe('a listing', () => {
  it('[A4] is in force when it is answered, and keeps what is held at its price (I7)', async () => {
    const made = unwrap(await host.management.createApartment(wanted));
    expect(made).toMatchObject({ name: wanted.name, hostId: 'demo-host', status: 'listed' });
    const apartmentId = made.id;
    expect(unwrap(await search()).apartments).toMatchObject([{ id: apartmentId }]);
    const { hold } = unwrap(await guest.hold({ apartmentId, checkIn: day(20), checkOut: day(22) }));

    const dearer = { terms: { nightlyMinor: wanted.terms.nightlyMinor * 2 } };
    const { revision } = made;
    const changed = unwrap(await host.management.changeApartment({ apartmentId, change: dearer, revision }));
    expect(changed.revision).not.toBe(revision);
    const [card] = unwrap(await search()).apartments;
    const next = unwrap(await guest.hold({ apartmentId, checkIn: day(10), checkOut: day(12) }));
    expect(next.hold.quote).toEqual(card?.quote);
    expect(next.hold.quote.totalMinor).toBeGreaterThan(hold.quote.totalMinor);
    const booked = await guest.confirm({
      ...{ apartmentId, holdId: hold.id },
      ...{ guest: { name: 'Ana', email: 'ana@example.com' }, payment: { method: 'sandbox_ok' } },
    });
    expect(unwrap(booked).booking.price).toEqual(hold.quote);

    // Sent again it is done already; made of what is not there any more, it is refused.
    const again = await host.management.changeApartment({ apartmentId, change: dearer, revision });
    expect(unwrap(again).revision).toBe(changed.revision);
    const lost = host.management.changeApartment({ apartmentId, change: { name: 'Cellar' }, revision });
    expect(code(await lost)).toBe('revision_conflict');
  });

  it('[A5] is one where it is sent twice, and a conflict where it is another', async () => {
    const requestId = '8f14e45f-ceea-467f-a9f8-1c2d3e4f5a6b';
    const first = unwrap(await host.management.createApartment(wanted, { requestId }));
    expect(unwrap(await host.management.createApartment(wanted, { requestId }))).toEqual(first);
    const shouted = { requestId: requestId.toUpperCase() };
    expect(unwrap(await host.management.createApartment(wanted, shouted))).toEqual(first);
    const other = host.management.createApartment({ ...wanted, name: 'Cellar' }, { requestId });
    expect(code(await other)).toBe('idempotency_conflict');
    expect(code(await host.management.createApartment({ ...wanted, hostId: 'x' }))).toBe('ok');
    expect(code(await admin.management.createApartment({ ...wanted, hostId: 'x' }))).toBe('invalid_request');
    const guestId = guest.sessions.who?.subject.id ?? '';
    expect(code(await admin.management.createApartment({ ...wanted, hostId: guestId }))).toBe(
      'invalid_request',
    );
    const given = { ...wanted, city: 'Alfama', hostId: 'demo-host' };
    const hosts = unwrap(await admin.management.createApartment(given, { requestId }));
    expect(unwrap(await admin.management.createApartment(given, { requestId }))).toEqual(hosts);
    const own = admin.management.createApartment({ ...wanted, city: 'Alfama' }, { requestId });
    expect(code(await own)).toBe('idempotency_conflict');
    expect(code(await guest.management.createApartment(wanted))).toBe('forbidden');
  });

  it('[A1] is paused, listed and retired; what is held stays', async () => {
    const { id: apartmentId } = unwrap(await host.management.createApartment({ ...wanted, city: 'Penha' }));
    const change = (status: 'paused' | 'listed') =>
      host.management.changeApartment({ apartmentId, change: { status } });
    const hold = (n: number) => guest.hold({ apartmentId, checkIn: day(n), checkOut: day(n + 1) });
    expect(unwrap(await change('paused')).status).toBe('paused');
    expect(code(await hold(3))).toBe('rule_violation');
    expect(unwrap(await change('paused')).status).toBe('paused');
    expect(unwrap(await change('listed')).status).toBe('listed');
    const held = unwrap(await hold(3)).hold;
    expect(unwrap(await host.management.retire({ apartmentId })).status).toBe('retired');
    expect(unwrap(await host.management.retire({ apartmentId })).status).toBe('retired');
    expect(code(await hold(5))).toBe('rule_violation');
    expect(code(await change('listed'))).toBe('rule_violation');
    expect(code(await guest.release({ apartmentId, holdId: held.id }))).toBe('ok');
  });

  it("[A4] is its host's and an admin's; a host's list has every status", async () => {
    const own = unwrap(await host.management.apartments({ limit: 100 })).apartments;
    expect(new Set(own.map(({ status }) => status))).toEqual(new Set(['listed', 'retired']));
    expect(own.every(({ hostId }) => hostId === 'demo-host')).toBe(true);
    const all = [];
    for (let cursor: string | undefined; ; ) {
      const page = unwrap(await admin.management.apartments({ limit: 40, ...(cursor && { cursor }) }));
      all.push(...page.apartments);
      cursor = page.nextCursor;
      if (cursor === undefined) break;
    }
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(all.length).toBeGreaterThan(60);
    const some = unwrap(await admin.management.apartments({ limit: 2, cursor: all.at(-4)!.id }));
    expect([some.count, some.apartments.length]).toEqual([all.length, 2]);
    const retired = unwrap(await host.management.apartments({ status: 'retired', limit: 100 }));
    expect(retired.apartments).toEqual(own.filter(({ status }) => status === 'retired'));
    expect(retired.count).toBe(retired.apartments.length);
    const kyoto = unwrap(await admin.management.apartments({ text: 'KYO', limit: 1 }));
    expect(kyoto.apartments[0]?.city).toBe('Kyoto');
    expect(kyoto.count).toBe(all.filter(({ name, city }) => /kyo/i.test(name) || /kyo/i.test(city)).length);
    expect(unwrap(await admin.management.apartments({ text: '%' })).count).toBe(0);
    const others = all.find(({ hostId }) => hostId === undefined)?.id ?? '';
    expect(code(await host.management.apartment(others))).toBe('forbidden');
    expect(code(await host.management.changeApartment({ apartmentId: others, change: {} }))).toBe(
      'forbidden',
    );
    expect(code(await host.management.claims(others, window))).toBe('forbidden');
  });
});

describe('an apartment', () => {
  it('[A6] [H10] tells its host and admins who claims it, and ends and lengthens holds for an admin', async () => {
    const { id: apartmentId } = unwrap(await host.management.createApartment(wanted));
    const { hold } = unwrap(await guest.hold({ apartmentId, checkIn: day(2), checkOut: day(4) }));
    const { block } = unwrap(
      await host.management.block({ apartmentId, from: day(6), to: day(8), reason: 'painting' }),
    );
    const toBook = unwrap(
      await guest.hold({ apartmentId, checkIn: day(10), checkOut: day(13), guests: 2 }),
    ).hold;
    const { booking } = unwrap(
      await guest.confirm({
        ...{ apartmentId, holdId: toBook.id },
        ...{ guest: { name: 'Ana Lima', email: 'ana@example.com' }, payment: { method: 'sandbox_ok' } },
      }),
    );
    const guestId = guest.sessions.who?.subject.id;
    const seen = unwrap(await admin.management.claims(apartmentId, window));
    expect(seen.claims).toMatchObject([
      { kind: 'hold', status: 'held', id: hold.id, guestId, until: hold.expiresAt, from: day(2) },
      { kind: 'block', status: 'closed', id: block.id, reason: 'painting' },
      {
        ...{
          kind: 'booking',
          status: 'confirmed',
          id: booking.id,
          guestId,
          guestName: 'Ana Lima',
          guests: 2,
        },
        ...{ since: booking.createdAt, totalMinor: booking.price.totalMinor },
      },
    ]);
    const hosts = unwrap(await host.management.claims(apartmentId, window)).claims;
    expect(hosts.map(({ guestId }) => guestId)).toEqual([undefined, undefined, undefined]);
    expect(hosts[2]?.guestName).toBe('Ana Lima');

    const heard = new Promise((resolve) => guest.onHold(resolve));
    const longer = unwrap(
      await admin.management.extendHold({ apartmentId, holdId: hold.id, minutes: 45 }),
    ).hold;
    expect(await heard).toEqual(longer);
    expect(longer.expiresAt > hold.expiresAt && longer.extendable === false).toBe(true);
    expect(code(await host.management.releaseHold({ apartmentId, holdId: hold.id }))).toBe('not_found');
    const gone = unwrap(await admin.management.releaseHold({ apartmentId, holdId: hold.id })).hold;
    expect(gone).toMatchObject({ status: 'released', expiresAt: longer.expiresAt });
    unwrap(await host.management.unblock({ apartmentId, blockId: block.id }));

    const stays = unwrap(await host.management.bookingsOf(apartmentId, window));
    expect(stays.bookings).toEqual([booking]);
    expect(
      unwrap(await host.management.bookingsOf(apartmentId, { from: day(13), to: day(20) })).bookings,
    ).toEqual([]);
    for (const client of [admin, host]) {
      expect(code(await client.management.bookingsOf('nowhere', window))).toBe('not_found');
    }

    expect(unwrap(await guest.booking(booking.id))).toEqual(booking);
    const past = unwrap(await guest.bookings({ limit: 1 }));
    expect(past).toEqual({ bookings: [booking], nextBefore: booking.id });
    const before = unwrap(await guest.bookings({ limit: 5, before: booking.id }));
    expect(before.bookings.map(({ id }) => id)).not.toContain(booking.id);

    const { facts, latestVersion, calendar } = unwrap(await admin.management.journal(apartmentId));
    expect(latestVersion).toBe(facts.length);
    expect(calendar).toMatchObject({ version: latestVersion, taken: [{ status: 'booked' }] });
    const then = unwrap(await admin.management.journal(apartmentId, { version: 2, limit: 1 }));
    expect(then).toMatchObject({ latestVersion, facts: [{ version: 2, kind: 'blocked' }] });
    expect(then.calendar.taken.map(({ status }) => status)).toEqual(['held', 'blocked']);
    const page = unwrap(await admin.management.journal(apartmentId, { after: 2, limit: 3 }));
    expect(page.facts).toEqual(facts.slice(2, 5));
    const own = unwrap(await host.management.journal(apartmentId)).facts;
    expect(own.map(({ subjectId }) => subjectId).filter((id) => id !== undefined)).toEqual([
      'demo-host',
      'demo-host',
    ]);
    const paid = (facts: typeof own) => facts.filter(({ fact }) => 'method' in fact || 'key' in fact);
    expect(paid(facts).map(({ kind }) => kind)).toEqual(['confirming', 'authorised', 'confirmed']);
    expect(paid(own)).toEqual([]);
    // Of all that the host was told: the guest of the booking by name and address, and nobody by id.
    expect(stays.bookings[0]?.guest).toEqual({ name: 'Ana Lima', email: 'ana@example.com' });
    const told = JSON.stringify([hosts, stays, own]);
    for (const hidden of [guestId, 'sandbox_ok', `${toBook.id}-1`]) expect(told).not.toContain(hidden);
    expect(JSON.stringify(hosts.slice(0, 2))).not.toContain('Ana Lima');
    expect(JSON.stringify(own)).not.toMatch(/Ana Lima|ana@example\.com/);
  });

  it('is on the chart, which shows the first of many, and those of a city or with a name', async () => {
    const answered = (which: { city?: string; name?: string }) =>
      new Promise<{ names: string[]; leftOut: number }>((resolve) => {
        const view = admin.admin(
          { from: day(0), to: day(7), ...which },
          {
            occupancy(apartments, _calendars, leftOut) {
              resolve({ names: apartments.map(({ name }) => name), leftOut });
              view.close();
            },
          },
        );
      });
    const { names, leftOut } = await answered({});
    expect(names.length).toBeGreaterThan(2);
    expect(leftOut).toBe(0);
    const [first = ''] = names;
    const part = first.slice(2).toUpperCase();
    const like = names.filter((name) => name.toUpperCase().includes(part));
    expect((await answered({ name: part })).names).toEqual(like);
    expect((await answered({ name: part, city: 'Atlantis' })).names).toEqual([]);
    const { cities } = unwrap(await admin.cities());
    expect(cities.map(({ name }) => name)).toContain('Graça');
  });

  it('counts in the figures', async () => {
    const figures = unwrap(await admin.management.figures({ ...window, city: 'Graça' }));
    expect(figures.days).toHaveLength(60);
    expect(figures.totals).toMatchObject({ nightsBooked: 5, bookingsMade: 2, holdsReleased: 1 });
    expect(figures.totals.money).toMatchObject([{ currency: 'EUR', nightsBooked: 5 }]);
    expect(code(await host.management.figures(window))).toBe('forbidden');
    const long = admin.management.figures({ from: day(0), to: day(801) });
    expect(code(await long)).toBe('invalid_request');
  });
});
