import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CommittedChange } from '../../src/protocol/committed-change.ts';
import { errorBody, Refusal } from '../../src/protocol/errors.ts';
import { Availability, Notice, OccupancyChanged } from '../../src/protocol/events.ts';
import { WATCHES_PER_SOCKET_MAX } from '../../src/protocol/limits.ts';
import type { Calendar } from '../../src/protocol/resources.ts';
import { bookingOf, holdOf } from './fakes.ts';
import { type Client, eventually, HOLD, type House, openHouse, type RawClient, WINDOW } from './harness.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house[Symbol.asyncDispose]());

const NIGHTS = { from: 20_760, to: 20_764, status: 'held', heldUntilMs: 1_790_000_000_123 } as const;
/** What every beacon ends with. */
const BEACON = '"changes":[]';

describe('watching', () => {
  it('[C4] answers with the calendars, then tells each change once and spelled out', async () => {
    const client = await house.client();
    const outcome = await client.ask('watch', { apartmentIds: ['apt-1', 'apt-2'], ...WINDOW });
    expect(outcome).toMatchObject({
      ok: true,
      data: { calendars: [{ apartmentId: 'apt-1', version: 0 }, {}] },
    });
    house.world.change({ apartmentId: 'apt-1', changes: [NIGHTS] });
    house.world.change({
      apartmentId: 'apt-1',
      changes: [{ ...NIGHTS, status: 'free', heldUntilMs: undefined as never }],
    });
    house.world.change({ apartmentId: 'apt-1', changes: [] });
    const [held, freed] = [await versionOf(client, 1), await versionOf(client, 2)];
    expect(Availability.parse(held)).toEqual({
      apartmentId: 'apt-1',
      version: 1,
      changes: [
        { from: '2026-11-03', to: '2026-11-07', status: 'held', heldUntil: '2026-09-21T14:13:20.123Z' },
      ],
    });
    expect(Availability.parse(freed).changes).toEqual([
      { from: '2026-11-03', to: '2026-11-07', status: 'free' },
    ]);
    house.world.change({ apartmentId: 'apt-1', changes: [NIGHTS] });
    await versionOf(client, 4);
    const heard = client.heard
      .filter(({ event }) => event === 'availability')
      .map(({ payload }) => payload as Availability)
      .filter(({ version }) => version > 0);
    // A beacon may have said one of them again.
    expect([...new Set(heard.map(({ version }) => version))]).toEqual([1, 2, 3, 4]);
    expect(heard.find(({ version }) => version === 3)?.changes).toEqual([]);
    expect(deltasOf(client)).toHaveLength(3);
  });

  it('tells nothing of what is not watched, or no longer', async () => {
    const client = await house.client();
    await client.ask('watch', { apartmentIds: ['apt-1', 'apt-2'], ...WINDOW });
    expect(await client.ask('unwatch', { apartmentIds: ['apt-1'] })).toEqual({ ok: true, data: {} });
    for (const apartmentId of ['apt-1', 'apt-3', 'apt-2'])
      house.world.change({ apartmentId, changes: [NIGHTS] });
    await versionOf(client, 1);
    expect(deltasOf(client)).toMatchObject([{ apartmentId: 'apt-2' }]);
  });

  it('[I4] loses no change that falls between joining and reading', async () => {
    const client = await house.client();
    const read = house.world.calendarOf;
    house.world.calendarOf = async (apartmentId, window) => {
      const snapshot = await read(apartmentId, window);
      house.world.change({ apartmentId, changes: [NIGHTS] });
      return snapshot;
    };
    const outcome = (await client.ask('watch', { apartmentIds: ['apt-1'], ...WINDOW })) as unknown as {
      data: { calendars: Calendar[] };
    };
    expect(outcome.data.calendars[0]?.version).toBe(0);
    expect(await versionOf(client, 1)).toMatchObject({ changes: [{ status: 'held' }] });
    expect(deltasOf(client)).toHaveLength(1);
  });

  it('answers first and tells what came meanwhile after it, each step', async () => {
    const raw = await (await house.raw()).enter();
    const read = house.world.calendarOf;
    house.world.calendarOf = async (apartmentId, window) => {
      const snapshot = await read(apartmentId, window);
      house.world.change({ apartmentId, changes: [NIGHTS] });
      house.world.change({ apartmentId, changes: [NIGHTS] });
      return snapshot;
    };
    raw.send(`42/v1,1["watch",${JSON.stringify({ apartmentIds: ['apt-1'], ...WINDOW })}]`);
    await raw.hears('42/v1,["availability",{"apartmentId":"apt-1","version":2');
    const told = raw.frames
      .slice(raw.frames.findIndex((frame) => frame.startsWith('43/v1,1')))
      .filter((frame) => !frame.includes(BEACON));
    expect(told.map((frame) => /"version":(\d)/.exec(frame)?.[1])).toEqual(['0', '1', '2']);
  });

  it('[S8] tells nothing of what is not there for who asks, also where it changes meanwhile', async () => {
    const raw = await (await house.raw()).enter();
    house.world.calendarOf = async (apartmentId) => {
      for (const changes of [[NIGHTS], []]) house.world.change({ apartmentId, changes });
      return { ok: false, error: errorBody('not_found', `there is no apartment ${apartmentId}`) };
    };
    raw.send(`42/v1,1["watch",${JSON.stringify({ apartmentIds: ['apt-1'], ...WINDOW })}]`);
    await raw.hears('43/v1,1');
    raw.send('42/v1,2["unwatch",{"apartmentIds":["apt-2"]}]');
    await raw.hears('43/v1,2');
    expect(raw.frames.filter((frame) => frame.includes('availability'))).toEqual([]);
  });

  it('[S8] tells nothing of what could not be looked up for who asks', async () => {
    const client = await house.client();
    house.world.calendarOf = () => Promise.reject(new Refusal('unavailable', 'the storage is away'));
    expect(await client.ask('watch', { apartmentIds: ['apt-1'], ...WINDOW })).toMatchObject({
      error: { code: 'unavailable' },
    });
    house.world.change({ apartmentId: 'apt-1', changes: [NIGHTS] });
    expect(await client.ask('unwatch', { apartmentIds: ['apt-2'] })).toEqual({ ok: true, data: {} });
    expect(client.heard.filter(({ event }) => event === 'availability')).toEqual([]);
  });

  it('[S8] goes on as anybody may once a session has ended; what was watched by right ends with the connection', async () => {
    const { listings } = house.world.parts;
    listings.isPublic = (id) => id !== 'apt-1';
    const ended = async (apartmentIds: string[]) => {
      const token = house.world.token('host');
      const client = await house.client(token);
      await client.ask('watch', { apartmentIds, ...WINDOW });
      const closed = new Promise<string>((resolve) => client.socket.once('disconnect', resolve));
      house.world.revoke((await house.world.parts.accounts.verify(token))!.sessionId);
      house.world.change({ apartmentId: 'apt-1', changes: [NIGHTS] });
      house.world.change({ apartmentId: 'apt-2', changes: [NIGHTS] });
      return { client, closed };
    };
    const anybody = await ended(['apt-2']);
    await versionOf(anybody.client, 1);
    const host = await ended(['apt-1', 'apt-2']);
    expect(await host.closed).toBe('transport close');
    expect(JSON.stringify(deltasOf(host.client))).not.toContain('apt-1');
    expect(anybody.client.socket.connected).toBe(true);
  });

  it('names an apartment that does not exist, and does not watch it', async () => {
    const client = await house.client();
    const outcome = await client.ask('watch', { apartmentIds: ['apt-1', 'nowhere'], ...WINDOW });
    expect(outcome).toMatchObject({ ok: false, error: { code: 'not_found' } });
    house.world.change({ apartmentId: 'nowhere' });
    house.world.change({ apartmentId: 'apt-1' });
    await versionOf(client, 1);
    expect(
      client.heard.some(({ payload }) => (payload as { apartmentId?: string }).apartmentId === 'nowhere'),
    ).toBe(false);
  });

  it('bounds what one socket watches', async () => {
    house.world.calendarOf = async (apartmentId) => ({
      ok: true,
      data: { apartmentId, version: 0, ...WINDOW, taken: [] },
    });
    const client = await house.client();
    for (let batch = 0; batch < WATCHES_PER_SOCKET_MAX / 100; batch++) {
      const apartmentIds = Array.from({ length: 100 }, (_, i) => `many-${batch}-${i}`);
      expect(await client.ask('watch', { apartmentIds, ...WINDOW })).toMatchObject({ ok: true });
    }
    const more = await client.ask('watch', { apartmentIds: ['one-more'], ...WINDOW });
    expect(more).toMatchObject({
      ok: false,
      error: { code: 'invalid_request', fields: [{ path: 'apartmentIds' }] },
    });
    await client.ask('unwatch', { apartmentIds: ['many-0-0'] });
    expect(await client.ask('watch', { apartmentIds: ['one-more'], ...WINDOW })).toMatchObject({ ok: true });
  });

  it('gives every one of many watchers the same delta', async () => {
    const clients = await Promise.all(Array.from({ length: 12 }, () => house.client()));
    await Promise.all(clients.map((client) => client.ask('watch', { apartmentIds: ['apt-1'], ...WINDOW })));
    house.world.change({ apartmentId: 'apt-1', changes: [NIGHTS] });
    const told = await Promise.all(clients.map((client) => versionOf(client, 1)));
    expect(new Set(told.map((delta) => JSON.stringify(delta))).size).toBe(1);
  });

  it('beacons the current version of what is watched, also where nothing changes', async () => {
    const client = await house.client();
    house.world.change({ apartmentId: 'apt-1' });
    await client.ask('watch', { apartmentIds: ['apt-1'], ...WINDOW });
    expect(await client.hears('availability')).toEqual({ apartmentId: 'apt-1', version: 1, changes: [] });
  });
});

describe('a guest', () => {
  it('hears of their holds and bookings on every socket, whoever caused it, and nobody else does', async () => {
    const token = house.world.token('guest', 'ana');
    const [phone, laptop, other] = [
      await house.client(token),
      await house.client(token),
      await house.client(house.world.token('guest', 'ben')),
    ];
    await phone.ask('hold', HOLD);
    for (const device of [phone, laptop])
      expect(await device.hears('hold')).toMatchObject({ hold: { id: 'hold-1' } });
    const replaced = [{ ...holdOf(undefined, 2, 0), id: 'old', status: 'released' as const }];
    const booking = bookingOf('booking-1', 'apt-1', 0);
    house.world.change({ apartmentId: 'apt-1', guestId: 'ana', booking, replaced });
    for (const device of [phone, laptop]) {
      expect(await device.hears('booking')).toMatchObject({ booking: { guest: { name: 'Ana Müller' } } });
      await device.hears<{ hold: { id: string } }>('hold', ({ hold }) => hold.id === 'old');
    }
    await other.ask('mine', {});
    expect(other.heard.map(({ event }) => event)).toEqual(['welcome']);
  });

  it('stops hearing within seconds of the token running out, and hears again with a new one', async () => {
    const { world } = house;
    const client = await house.client(world.token('guest', 'ana', world.nowMs + 1_000));
    world.nowMs += 1_000;
    const tell = (id: string) =>
      world.change({ apartmentId: 'apt-1', guestId: 'ana', hold: { ...holdOf(undefined, 1, 0), id } });
    // The sweep runs once a second.
    let quiet = false;
    for (let n = 0; !quiet && n < 200; n++) {
      tell(`probe-${n}`);
      await client.ask('search', { checkIn: '2026-11-03', checkOut: '2026-11-07' });
      quiet = !client.heard.some(({ payload }) => JSON.stringify(payload).includes(`"probe-${n}"`));
      if (!quiet) await new Promise((resolve) => setTimeout(resolve, 25));
    }
    expect(quiet).toBe(true);
    await client.ask('authenticate', { token: world.token('guest', 'ana') });
    tell('again');
    await client.hears<{ hold: { id: string } }>('hold', ({ hold }) => hold.id === 'again');
  });
});

describe('an admin', () => {
  const change: Partial<CommittedChange> & { apartmentId: string } = {
    apartmentId: 'apt-1',
    changes: [NIGHTS],
    guestId: 'ana',
    cause: 'held',
  };

  it('gets the picture, then every change with its cause, and stats', async () => {
    const admin = await house.client(house.world.token('admin'), '/v1/admin');
    expect(await admin.ask('occupancy', WINDOW)).toMatchObject({
      ok: true,
      data: { totals: { apartments: 3 } },
    });
    house.world.change(change);
    const told = OccupancyChanged.parse(await admin.hears('occupancy'));
    expect(told).toMatchObject({ apartmentId: 'apt-1', version: 1, cause: 'held', guestId: 'ana' });
    expect(await admin.hears('stats')).toMatchObject({ sockets: 1 });
  });

  it('[C7] is told of all apartments, whichever the answer was about', async () => {
    const admin = await house.client(house.world.token('admin'), '/v1/admin');
    const totals = { apartments: 0, nights: 0, held: 0, booked: 0, blocked: 0 };
    house.world.parts.apartments.occupancy = async () => ({
      ok: true,
      data: { apartments: [], calendars: [], totals },
    });
    expect(await admin.ask('occupancy', { ...WINDOW, city: 'Porto' })).toMatchObject({ ok: true });
    house.world.change({ ...change, apartmentId: 'apt-3' });
    expect(await admin.hears('occupancy')).toMatchObject({ apartmentId: 'apt-3', version: 1 });
  });

  it('is told nothing before asking, and no stats are made for nobody', async () => {
    const admin = await house.client(house.world.token('admin'), '/v1/admin');
    house.world.change(change);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(admin.heard.map(({ event }) => event)).toEqual(['welcome']);
    expect(house.world.statsAsked.count).toBe(0);
  });

  it('[C6] is told nothing of steps that no night shows', async () => {
    const admin = await house.client(house.world.token('admin'), '/v1/admin');
    await admin.ask('occupancy', WINDOW);
    house.world.change(change);
    expect(await admin.hears('occupancy')).not.toHaveProperty('previousVersion');
    for (let step = 0; step < 2; step++) house.world.change({ ...change, cause: undefined });
    house.world.change({ ...change, cause: 'confirmed' });
    // So that nobody takes it for a loss.
    const told = await admin.hears('occupancy', ({ version }: { version: number }) => version > 1);
    expect(told).toMatchObject({ version: 4, previousVersion: 1 });
  });

  it('[I4] [C6] is asked to look again where events of other servers may be lost, and so are guests, all once', async () => {
    const admin = await house.client(house.world.token('admin'), '/v1/admin');
    const guest = await house.client(house.world.token('guest'));
    const nobody = await house.client();
    house.world.missed();
    house.world.missed();
    for (const client of [admin, guest]) {
      expect(Notice.parse(await client.hears('notice'))).toEqual({ kind: 'missed', askInMs: 2 });
    }
    house.world.missed();
    await eventually('each was told twice', () =>
      [admin, guest].every(({ heard }) => heard.filter(({ event }) => event === 'notice').length === 2),
    );
    expect(nobody.heard.map(({ event }) => event)).toEqual(['welcome']);
  });

  it('loses the feed with the session', async () => {
    const token = house.world.token('admin');
    const admin = await house.client(token, '/v1/admin');
    await admin.ask('occupancy', WINDOW);
    await house.http('DELETE', '/v1/sessions/current', { token });
    house.world.change(change);
    expect(await admin.ask('occupancy', WINDOW)).toMatchObject({ error: { code: 'unauthenticated' } });
    expect(admin.heard.some(({ event }) => event === 'occupancy')).toBe(false);
    expect(await admin.ask('authenticate', { token: house.world.token('guest') })).toMatchObject({
      error: { code: 'forbidden' },
    });
  });

  it('has no guest commands here', async () => {
    const admin = await house.client(house.world.token('admin'), '/v1/admin');
    expect(await admin.ask('hold', HOLD)).toMatchObject({ error: { code: 'invalid_request' } });
  });
});

describe('a slow reader', () => {
  /** Watches apt-1 and apt-2, then stops taking bytes. */
  async function stalled(): Promise<RawClient> {
    const raw = await (await house.raw()).enter();
    raw.send(`42/v1,1["watch",${JSON.stringify({ apartmentIds: ['apt-1', 'apt-2'], ...WINDOW })}]`);
    await raw.hears('43/v1,1');
    raw.tcp.pause();
    return raw;
  }
  const LONG = Array.from({ length: 200 }, () => NIGHTS);

  it('gets only the latest of each apartment once it reads again, and can tell what it missed', async () => {
    const raw = await stalled();
    const writes = 1_000;
    for (let n = 0; n < writes; n++) {
      house.world.change({ apartmentId: 'apt-1', changes: LONG });
      // What was written before leaves, so that the reader falls behind as in life.
      if (n % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    house.world.change({ apartmentId: 'apt-2', changes: [NIGHTS] });
    raw.tcp.resume();
    const last = await raw.hears(`42/v1,["availability",{"apartmentId":"apt-1","version":${writes},`);
    expect(last).toContain('"status":"held"');
    // One missed alone is told whole, not as a bare version.
    const other = await raw.hears('42/v1,["availability",{"apartmentId":"apt-2","version":1,');
    expect(other).toContain('"status":"held"');
    const received = raw.frames.filter((frame) => frame.includes('"apt-1"')).length;
    expect(received).toBeLessThan(writes);
    house.world.change({ apartmentId: 'apt-1', changes: [NIGHTS] });
    await raw.hears(`42/v1,["availability",{"apartmentId":"apt-1","version":${writes + 1},`);
  });

  it('is cut within 5 s when it takes nothing, while others are served', async () => {
    const raw = await stalled();
    const other = await house.client(house.world.token('guest'));
    const startedAt = performance.now();
    for (let n = 0; house.gateway.sockets() === 2; n++) {
      house.world.change({ apartmentId: 'apt-1', changes: LONG });
      if (n % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      if (performance.now() - startedAt > 15_000) throw new Error('was not cut');
    }
    expect(performance.now() - startedAt).toBeLessThan(7_000);
    await eventually('the log tells of it', () =>
      house.world.log.lines.some(
        ({ event, reason }) => event === 'connection.cut' && reason === 'reader_stalled',
      ),
    );
    expect(await other.ask('mine', {})).toMatchObject({ ok: true });
    raw.close();
  });

  it('is cut when its answers alone pass the cap', async () => {
    const raw = await (await house.raw()).enter(house.world.token('guest'));
    house.world.answer = (_subject, command, reply) =>
      reply({
        ok: true,
        data: {
          hold: { ...holdOf(undefined, 1, 0), bookingId: `${command.requestId}${'x'.repeat(60_000)}` },
        },
      });
    raw.tcp.pause();
    for (let n = 0; n < 2_000 && house.gateway.sockets() === 1; n++) {
      raw.send(`42/v1,${n}["hold",${JSON.stringify(HOLD)}]`);
      if (n % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await eventually('the socket was cut', () => house.gateway.sockets() === 0);
    expect(house.world.log.lines).toContainEqual(
      expect.objectContaining({ event: 'socket.cut', reason: 'reader_too_slow' }),
    );
  });
});

/** What a client was told of changes; a beacon tells of none. */
function deltasOf(client: Client): { changes: unknown[] }[] {
  return client.heard
    .filter(({ event }) => event === 'availability')
    .map(({ payload }) => payload as { changes: unknown[] })
    .filter(({ changes }) => changes.length > 0);
}

function versionOf(client: Client, version: number): Promise<Record<string, unknown>> {
  return client.hears('availability', (delta) => delta.version === version);
}
