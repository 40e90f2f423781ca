import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Client,
  type ClientOptions,
  createClient,
  NightlatchError,
  unwrap,
} from '../../src/client/index.ts';
import { CLIENT_INFLIGHT_MAX, CLIENT_QUEUE_MAX } from '../../src/client/limits.ts';
import { refuse } from '../../src/protocol/errors.ts';
import { FakeServer } from './fake-server.ts';

const stay = { apartmentId: 'apt-1', checkIn: '2027-03-01', checkOut: '2027-03-04' };
const held = { ok: true, data: { hold: { id: 'hold-1' } } };

describe('commands', () => {
  let server: FakeServer;
  const clients: Client[] = [];
  beforeEach(async () => {
    server = await FakeServer.start();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await server.stop();
  });
  const connect = (options: Partial<ClientOptions> = {}): Client => {
    const client = createClient({ url: server.url, random: () => 0.01, ...options });
    clients.push(client);
    return client;
  };
  const requestIds = () => server.events('hold').map(({ payload }) => payload.requestId);

  it('[I3] sends a retry with the requestId of the first try', async () => {
    server.handlers.set('hold', (_, nth) =>
      nth < 3 ? refuse('unavailable', 'storage is away; try again') : held,
    );
    expect(await connect().hold(stay)).toEqual(held);
    expect(requestIds()).toHaveLength(3);
    expect(new Set(requestIds()).size).toBe(1);
    expect(requestIds()[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('[I3] sends it again with the same requestId after the connection was lost', async () => {
    server.handlers.set('hold', (_, nth) => (nth === 1 ? 'drop' : held));
    expect(await connect().hold(stay)).toEqual(held);
    expect(requestIds()).toHaveLength(2);
    expect(new Set(requestIds()).size).toBe(1);
    expect(server.connections).toBe(2);
  });

  it('[I3] sends it again, over another connection, when there is no answer and no sign of life', async () => {
    server.handlers.set('hold', (_, nth) => (nth === 1 ? 'silent' : held));
    const client = connect({ attemptMs: 500 });
    await client.sessions.guest();
    await client.mine();
    expect(await client.hold(stay)).toEqual(held);
    expect(new Set(requestIds()).size).toBe(1);
    expect(server.connections).toBe(2);
  });

  it('gives each intent a requestId of its own, and keeps one that the caller chose', async () => {
    server.handlers.set('hold', () => held);
    const client = connect();
    await client.hold(stay);
    await client.hold(stay);
    await client.hold({ ...stay, requestId: '11111111-1111-4111-8111-111111111111' });
    expect(new Set(requestIds()).size).toBe(3);
    expect(requestIds()[2]).toBe('11111111-1111-4111-8111-111111111111');
  });

  it('returns a refusal that a retry would not change, after one try', async () => {
    const refusal = refuse('nights_unavailable', 'taken', {
      alternatives: [{ checkIn: '2027-03-05', checkOut: '2027-03-08' }],
    });
    server.handlers.set('hold', () => refusal);
    const outcome = await connect().hold(stay);
    expect(outcome).toEqual(refusal);
    expect(server.events('hold')).toHaveLength(1);
    expect(() => unwrap(outcome)).toThrow(NightlatchError);
  });

  it('waits as long as retryAfterMs says', async () => {
    const at: number[] = [];
    server.handlers.set('hold', (_, nth) => {
      at.push(performance.now());
      return nth === 1 ? refuse('rate_limited', 'too fast', { retryAfterMs: 200 }) : held;
    });
    await connect().hold(stay);
    expect((at[1] as number) - (at[0] as number)).toBeGreaterThanOrEqual(195);
  });

  it('returns a refusal at once when its retryAfterMs lies past the deadline', async () => {
    server.handlers.set('hold', () => refuse('rate_limited', 'too fast', { retryAfterMs: 60_000 }));
    const startedAt = performance.now();
    const outcome = await connect({ deadlineMs: 5_000 }).hold(stay);
    expect(outcome).toMatchObject({ ok: false, error: { code: 'rate_limited' } });
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  it('ends at the deadline in `unavailable` that names the requestId', async () => {
    server.handlers.set('hold', () => 'silent');
    const client = connect();
    await client.sessions.guest();
    await client.mine();
    const outcome = await client.hold(stay, { deadlineMs: 200 });
    expect(outcome).toMatchObject({ ok: false, error: { code: 'unavailable', retryable: true } });
    expect(!outcome.ok && outcome.error.message).toContain(String(requestIds()[0]));
  });

  it('ends at the deadline while there is no server at all, and works once there is one', async () => {
    const { port } = server;
    const client = connect({ autoGuest: false });
    await server.stop();
    expect(
      await client.search({ checkIn: '2027-03-01', checkOut: '2027-03-04' }, { deadlineMs: 150 }),
    ).toMatchObject({
      error: { code: 'unavailable' },
    });
    server = await FakeServer.start(port);
    server.handlers.set('search', () => ({ ok: true, data: { apartments: [] } }));
    expect(await client.search({ checkIn: '2027-03-01', checkOut: '2027-03-04' })).toMatchObject({
      ok: true,
    });
  });

  it("rejects with the reason of the caller's signal", async () => {
    server.handlers.set('hold', () => 'silent');
    const controller = new AbortController();
    const outcome = connect().hold(stay, { signal: controller.signal });
    await server.until('hold');
    controller.abort(new Error('the guest went back'));
    await expect(outcome).rejects.toThrow('the guest went back');
  });

  it('keeps a bounded number on their way, and refuses what does not fit into its queue', async () => {
    let answer: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      answer = resolve;
    });
    server.handlers.set('search', () => gate.then(() => ({ ok: true, data: { apartments: [] } })));
    const client = connect();
    const query = { checkIn: '2027-03-01', checkOut: '2027-03-04' };
    const all = Array.from({ length: CLIENT_INFLIGHT_MAX + CLIENT_QUEUE_MAX + 1 }, () =>
      client.search(query),
    );
    expect(await all.at(-1)).toMatchObject({ ok: false, error: { code: 'rate_limited' } });
    await server.until('search', CLIENT_INFLIGHT_MAX);
    expect(server.events('search')).toHaveLength(CLIENT_INFLIGHT_MAX);
    answer();
    const outcomes = await Promise.all(all);
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(CLIENT_INFLIGHT_MAX + CLIENT_QUEUE_MAX);
  });

  it("turns a server's nonsense into `internal`", async () => {
    server.handlers.set('hold', () => 'what?');
    expect(await connect().hold(stay)).toMatchObject({ ok: false, error: { code: 'internal' } });
  });
});
