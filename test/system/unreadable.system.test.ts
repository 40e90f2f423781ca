/** An apartment that its server cannot read for a while, beside another server that counts what a guest has open. */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { shardOf } from '../../src/protocol/ids.ts';
import { dateOf } from '../../src/protocol/nights.ts';
import type { Hold, Session } from '../../src/protocol/resources.ts';
import { type Server, Servers } from '../support/servers.ts';

const TODAY = Math.floor(Date.now() / 86_400_000);
const STAY = { checkIn: dateOf(TODAY + 10), checkOut: dateOf(TODAY + 12), guests: 1 };
const POLLED = { timeout: 20_000, interval: 100 };

let servers: Servers;
let one: Server;
let apartments: readonly string[];

beforeAll(async () => {
  servers = await Servers.start(2, { NIGHTLATCH_HOLDS_PER_GUEST: '1' });
  [one] = servers.all as [Server];
  const found = await fetch(`${one.url}/v1/apartments?limit=60`);
  apartments = ((await found.json()) as { apartments: { id: string }[] }).apartments.map(({ id }) => id);
});
afterAll(() => servers?.stop());

async function ask<T>(method: 'POST' | 'DELETE', path: string, body?: object, token?: string): Promise<T> {
  const answer = await fetch(`${one.url}/v1/${path}`, {
    method,
    headers: {
      'idempotency-key': randomUUID(),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return (await answer.json()) as T;
}
const hold = (apartmentId: string, token: string) =>
  ask<{ hold?: Hold; error?: { code: string } }>('POST', `apartments/${apartmentId}/holds`, STAY, token);

/** What no server can do: past the triggers that keep facts as they are. */
async function asOperator(statement: string, values: unknown[]): Promise<void> {
  const client = new pg.Client(servers.database.ownerUrl);
  await client.connect();
  try {
    await client.query('set session_replication_role = replica');
    await client.query(statement, values);
  } finally {
    await client.end();
  }
}

it('[H5] counts there as well, once it can be read: its server tells the others that they missed something', async () => {
  const { accessToken } = await ask<Session>('POST', 'sessions/guest', {});
  const [unread = ''] = apartments;
  expect(await hold(unread, accessToken)).toMatchObject({ hold: { status: 'held' } });
  // Neither server remembers anything of it, and neither can read it.
  for (const server of servers.all) await server.end('SIGKILL');
  await asOperator(
    `insert into journal (version, at, apartment_id, kind, fact, hash)
     select max(version) + 1, now(), $1, 'unheard-of', '{}', 0 from journal where apartment_id = $1`,
    [unread],
  );
  await Promise.all(servers.all.map((server) => server.start()));
  const owners = await vi.waitFor(async () => {
    const owners = await servers.owners();
    if (owners.size < 2) throw new Error('one of them owns nothing yet');
    return owners;
  }, POLLED);
  expect(await hold(unread, accessToken)).toMatchObject({ error: { code: 'unreadable' } });
  const ofItsServer = [...owners.values()].find((shards) => shards.includes(shardOf(unread)))!;
  const another = apartments.find((id) => !ofItsServer.includes(shardOf(id)))!;
  const allowed = await hold(another, accessToken);
  expect(allowed).toMatchObject({ hold: { status: 'held' } });
  const release = (id: string) => ask('DELETE', `apartments/${another}/holds/${id}`, undefined, accessToken);
  await release(allowed.hold!.id);

  await asOperator(`delete from journal where apartment_id = $1 and kind = 'unheard-of'`, [unread]);
  await vi.waitFor(async () => {
    const { hold: granted, error } = await hold(another, accessToken);
    if (granted !== undefined) await release(granted.id);
    expect(error?.code).toBe('too_many_holds');
  }, POLLED);
});
