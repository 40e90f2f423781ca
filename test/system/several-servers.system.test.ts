import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { type Client, createClient, unwrap } from '../../src/client/index.ts';
import { shardOf } from '../../src/protocol/ids.ts';
import { dateOf } from '../../src/protocol/nights.ts';
import { freePort } from '../support/program.ts';
import { type Server, Servers } from '../support/servers.ts';

const TODAY = Math.floor(Date.now() / 86_400_000);
const WINDOW = { from: dateOf(TODAY), to: dateOf(TODAY + 120) };
const stayAt = (nth: number) => ({
  checkIn: dateOf(TODAY + 30 + nth * 8),
  checkOut: dateOf(TODAY + 37 + nth * 8),
});
const contact = { name: 'Ana', email: 'ana@example.com' };

let servers: Servers;
const clients: Client[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await servers.stop();
});

/** @param token of somebody in particular; otherwise it becomes a guest of its own */
function clientOf(server: Server, token?: string): Client {
  const own = token !== undefined && { token: async () => token };
  const client = createClient({ url: server.url, deadlineMs: 30_000, ...own });
  clients.push(client);
  return client;
}

/** Apartments that every stay of these tests fits, with the server that owns each. */
async function apartments(): Promise<{ id: string; owner: Server }[]> {
  const owners = await servers.owners();
  const [first] = servers.all;
  const listed = unwrap(await clientOf(first!).search({ ...stayAt(0), guests: 1, limit: 100 }));
  return listed.apartments.flatMap(({ id }) => {
    const owner = servers.all.find(({ url }) => owners.get(url)?.includes(shardOf(id)));
    return owner === undefined ? [] : [{ id, owner }];
  });
}

/** One apartment of each server. */
async function oneOfEach(): Promise<string[]> {
  const found = await apartments();
  return servers.all.map((server) => {
    const owned = found.find(({ owner }) => owner === server);
    if (owned === undefined) throw new Error('a server owns none of the apartments');
    return owned.id;
  });
}

async function eventually(what: () => Promise<boolean>): Promise<void> {
  while (!(await what())) await delay(20);
}

describe('three servers', () => {
  it('are one: any of them takes a command, shows a hold, finds it in search, and counts it', async () => {
    servers = await Servers.start(3, { NIGHTLATCH_HOLDS_PER_GUEST: '3' });
    await eventually(() => servers.areShared());
    const ids = await oneOfEach();
    const guest = await fetch(`${servers.all[0]!.url}/v1/sessions/guest`, { method: 'POST' });
    const { accessToken } = (await guest.json()) as { accessToken: string };
    const one = clientOf(servers.all[0]!, accessToken);
    const [two, three] = [clientOf(servers.all[1]!), clientOf(servers.all[2]!)];

    // A watcher on each server, of apartments that run on all of them.
    const seen = new Map<Client, Map<string, number>>();
    for (const watcher of [one, two, three]) {
      const versions = new Map<string, number>();
      seen.set(watcher, versions);
      watcher.watch(ids, WINDOW.from, WINDOW.to, {
        update: ({ calendar }) => void versions.set(calendar.apartmentId, calendar.version),
      });
    }
    await eventually(async () => [...seen.values()].every(({ size }) => size === 3));

    const held = [];
    for (const apartmentId of ids) held.push(unwrap(await one.hold({ apartmentId, ...stayAt(0) })).hold);
    await eventually(async () =>
      [...seen.values()].every((versions) => [...versions.values()].every((version) => version === 1)),
    );

    const refused = await two.hold({ apartmentId: ids[0]!, ...stayAt(0) });
    expect(refused).toMatchObject({ ok: false, error: { code: 'nights_unavailable' } });
    for (const client of [two, three]) {
      await eventually(async () => {
        const { apartments } = unwrap(await client.search({ ...stayAt(0), guests: 1, limit: 100 }));
        return !apartments.some(({ id }) => ids.includes(id));
      });
    }

    // The same guest at another server: sees them all, and may not have a fourth.
    const elsewhere = clientOf(servers.all[2]!, accessToken);
    const mine = unwrap(await elsewhere.mine());
    expect(mine.holds.map(({ id }) => id).sort()).toEqual(held.map(({ id }) => id).sort());
    const other = (await apartments()).find(({ id }) => !ids.includes(id));
    const fourth = await elsewhere.hold({ apartmentId: other!.id, ...stayAt(2) });
    expect(fourth).toMatchObject({ ok: false, error: { code: 'too_many_holds' } });

    const booked = unwrap(
      await elsewhere.confirm({
        ...{ apartmentId: ids[1]!, holdId: held[1]!.id, guest: contact },
        payment: { method: 'sandbox_ok' },
      }),
    );
    expect(booked.booking.status).toBe('confirmed');
    expect(unwrap(await one.mine()).bookings.map(({ id }) => id)).toEqual([booked.booking.id]);
  });

  it('lose two by SIGKILL: commands for its apartments wait and are answered, and nothing acknowledged is gone', async () => {
    servers = await Servers.start(3, { NIGHTLATCH_HOLDS_PER_GUEST: '10' });
    await eventually(() => servers.areShared());
    const ids = await oneOfEach();
    const survivor = clientOf(servers.all[0]!);
    const before = [];
    for (const apartmentId of ids)
      before.push(unwrap(await survivor.hold({ apartmentId, ...stayAt(0) })).hold);

    void servers.all[1]!.end('SIGKILL');
    void servers.all[2]!.end('SIGKILL');
    const after = await Promise.all(ids.map((apartmentId) => survivor.hold({ apartmentId, ...stayAt(1) })));
    expect(after.filter(({ ok }) => !ok)).toEqual([]);
    const refused = await clientOf(servers.all[0]!).hold({ apartmentId: ids[1]!, ...stayAt(0) });
    expect(refused).toMatchObject({ ok: false, error: { code: 'nights_unavailable' } });
    const open = unwrap(await survivor.mine()).holds.map(({ id }) => id);
    expect(open).toEqual(expect.arrayContaining(before.map(({ id }) => id)));
  });

  it('are replaced one after the other under load without a failed command', async () => {
    servers = await Servers.start(3);
    await eventually(() => servers.areShared());
    const found = (await apartments()).map(({ id }) => id);
    let isOver = false;
    let answered = 0;
    const failed: unknown[] = [];
    /** Each guest holds and releases on an apartment of its own, through a server that is up. */
    const guest = async (nth: number) => {
      let at: Server | undefined;
      let client: Client | undefined;
      while (!isOver) {
        const up = servers.all.filter((server) => server !== leaving);
        if (at === undefined || !up.includes(at)) {
          client?.close();
          at = up[nth % up.length]!;
          client = clientOf(at);
        }
        const apartmentId = found[nth]!;
        const held = await client!.hold({ apartmentId, ...stayAt(0) });
        if (!held.ok) failed.push(held.error);
        else {
          const released = await client!.release({ apartmentId, holdId: held.data.hold.id });
          if (!released.ok) failed.push(released.error);
        }
        answered += 2;
      }
    };
    let leaving: Server | undefined;
    const guests = Promise.all(Array.from({ length: 12 }, (_, nth) => guest(nth)));
    for (const server of servers.all) {
      leaving = server;
      // Whoever is there goes elsewhere, as a load balancer would send them.
      expect(await server.end('SIGTERM')).toBe(0);
      await server.start();
      leaving = undefined;
      const answeredSoFar = answered;
      await eventually(async () => answered > answeredSoFar + 50);
    }
    isOver = true;
    await guests;
    expect(failed).toEqual([]);
  });

  it('a second one without Redis is refused in one sentence that says what is missing', async () => {
    servers = await Servers.start(1, { REDIS_URL: '', NIGHTLATCH_NODE_URL: '' });
    const { Server: Another } = await import('../support/servers.ts');
    const second = new Another(await freePort(), {
      DATABASE_URL: servers.database.url,
      NIGHTLATCH_NODE_URL: '',
      NIGHTLATCH_ADMIN_PASSWORD: 'a password for tests',
      NIGHTLATCH_AUTH_SECRET: 'a secret for tests, long enough for one',
    });
    await expect(second.start()).rejects.toThrow(/REDIS_URL/);
    expect(second.output.trim().split('\n')).toEqual([expect.stringContaining('REDIS_URL')]);
  });
});
