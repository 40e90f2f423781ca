import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Client, createClient, memoryStorage } from '../../src/client/index.ts';
import { refuse } from '../../src/protocol/errors.ts';
import type { Session } from '../../src/protocol/resources.ts';
import { FakeServer } from './fake-server.ts';

let server: FakeServer;
let session: Session;
let client: Client;
beforeEach(async () => {
  server = await FakeServer.start();
  session = server.session();
  client = createClient({
    url: server.url,
    random: () => 0.01,
    storage: memoryStorage({ session, anonymous: false, receivedAtMs: Date.now() }),
  });
});
afterEach(async () => {
  client.close();
  await server.stop();
});

const unauthenticated = { status: 401, body: refuse('unauthenticated', 'the token is not valid; sign in') };
const retire = () => client.management.retire({ apartmentId: 'apt-1' });
const retirings = () => server.requests.filter(({ path }) => path === '/v1/apartments/apt-1');

it('[I3] is sent once more, as the same intent, with the token renewed where it was refused', async () => {
  let asked = 0;
  server.routes.set('DELETE /v1/apartments/apt-1', () =>
    ++asked === 1 ? unauthenticated : { status: 200, body: { id: 'apt-1', status: 'retired' } },
  );
  expect(await retire()).toEqual({ ok: true, data: { id: 'apt-1', status: 'retired' } });
  const [first, second, ...more] = retirings();
  expect(more).toEqual([]);
  expect(first?.token).toBe(`Bearer ${session.accessToken}`);
  expect(second?.token).not.toBe(first?.token);
  expect(second?.requestId).toBe(first?.requestId);
  expect(first?.requestId).toMatch(/^[0-9a-f-]{36}$/);
});

it('is refused where a renewed token is refused as well', async () => {
  server.routes.set('DELETE /v1/apartments/apt-1', () => unauthenticated);
  expect(await retire()).toMatchObject({ ok: false, error: { code: 'unauthenticated' } });
  expect(retirings()).toHaveLength(2);
});
