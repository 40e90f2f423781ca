/** What is looked at before anything of a request is: room, and whose page sends it. What is told may not be kept. */
import { Agent, type IncomingMessage, request } from 'node:http';
import { describe, expect, it, vi } from 'vitest';
import { ANSWER_BYTES_PER_COMMAND, COMMANDS_PER_ADDRESS } from '../../src/gateway/limits.ts';
import { type House, openHouse } from './harness.ts';

const GUEST = '/v1/sessions/guest';

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}
interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly agent?: Agent;
  readonly localAddress?: string;
}

/** With any header, as fetch refuses to send some. */
function ask(house: House, path: string, { body, ...options }: Asked = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(house.url);
    const asked = request({ host: '127.0.0.1', port, path, agent: false, ...options });
    asked.on('error', reject).on('response', (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
    });
    asked.end(body);
  });
}

describe('[S2] requests of one address', () => {
  it('are counted whatever they ask for, and refused in the same form; probes and others are not', async () => {
    await using house = await openHouse({ rateLimit: 'on' });
    // Budgets do not fill meanwhile.
    using _frozen = vi.spyOn(performance, 'now').mockReturnValue(performance.now());
    using agent = Object.assign(new Agent({ keepAlive: true, maxSockets: 20 }), {
      [Symbol.dispose]: () => agent.destroy(),
    });
    const paths = ['/nowhere', '/v1/nowhere', '/', '/docs/', '/v1/openapi.json', '/socket.io/?EIO=4'];
    const asked = Array.from({ length: COMMANDS_PER_ADDRESS.burst }, () => ask(house, '/nowhere', { agent }));
    const statuses = new Set((await Promise.all(asked)).map(({ status }) => status));
    expect(statuses).not.toContain(429);
    for (const path of [...paths, '/v1/apartments', '/docs/static/swagger-ui-bundle.js']) {
      const { status, headers, text } = await ask(house, path);
      expect([path, status]).toEqual([path, 429]);
      expect(JSON.parse(text)).toMatchObject({ error: { code: 'rate_limited', retryable: true } });
      expect([headers['retry-after'], headers.connection]).toEqual([expect.stringMatching(/^\d+$/), 'close']);
    }
    expect((await ask(house, '/healthz')).status).toBe(200);
    expect((await ask(house, '/readyz')).status).toBe(200);
    expect((await ask(house, '/v1/apartments', { localAddress: '127.0.0.2' })).status).toBe(200);
  });

  it('cost more where their answers are long', async () => {
    await using house = await openHouse({ rateLimit: 'on' });
    using _frozen = vi.spyOn(performance, 'now').mockReturnValue(performance.now());
    const nextCursor = 'x'.repeat(100 * ANSWER_BYTES_PER_COMMAND);
    house.world.parts.listings.search = () => ({ ok: true, data: { apartments: [], nextCursor } });
    let answered = 0;
    while ((await ask(house, '/v1/apartments')).status === 200) answered += 1;
    expect(answered).toBe(Math.ceil(COMMANDS_PER_ADDRESS.burst / 101));
  });

  it('for probes have room of their own, and no more', async () => {
    await using house = await openHouse({ rateLimit: 'on' });
    using _frozen = vi.spyOn(performance, 'now').mockReturnValue(performance.now());
    const statuses = await Promise.all(
      Array.from({ length: 101 }, async () => (await ask(house, '/healthz')).status),
    );
    expect(statuses.filter((status) => status === 429)).toHaveLength(1);
    expect((await ask(house, '/v1/apartments')).status).toBe(200);
  });
});

describe('[S3] pages', () => {
  it("of others change nothing here, whatever their name leads to; one's own do, and what is no page", async () => {
    await using house = await openHouse({ origins: ['https://stays.example'] });
    const { host, port } = new URL(house.url);
    const post = async (headers: Record<string, string>) =>
      (await ask(house, GUEST, { method: 'POST', headers })).status;
    // A name of theirs that leads here: the browser takes it for the same origin.
    const rebound = { host: `evil.example:${port}`, origin: `http://evil.example:${port}` };
    expect(await post(rebound)).toBe(403);
    expect(await post({ ...rebound, 'sec-fetch-site': 'same-origin' })).toBe(403);
    expect(await post({ origin: 'https://evil.example' })).toBe(403);
    expect(await post({ origin: 'null' })).toBe(403);
    expect(await post({ 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await post({ origin: `http://${host}`, 'sec-fetch-site': 'same-origin' })).toBe(200);
    expect(await post({ host: `localhost:${port}`, origin: `http://localhost:${port}` })).toBe(200);
    expect(await post({ origin: 'https://stays.example', 'sec-fetch-site': 'cross-site' })).toBe(200);
    expect(await post({})).toBe(200);
    // Once of each origin, however often it comes.
    const told = house.world.log.lines.filter(({ event }) => event === 'origin.refused');
    expect(told.map(({ origin }) => origin)).toEqual([rebound.origin, 'https://evil.example', 'null']);
    // Sockets by the same rule.
    await expect(house.raw({ headers: rebound })).rejects.toThrow('400');
  });

  it('may look at what is public from anywhere, as links do', async () => {
    await using house = await openHouse();
    const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    expect((await ask(house, '/v1/apartments', { headers })).status).toBe(200);
  });

  it('cannot send JSON as what needs no leave', async () => {
    await using house = await openHouse();
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const { status, text } = await ask(house, GUEST, {
        method: 'POST',
        headers: { 'content-type': type },
        body: '{}',
      });
      expect([type, status]).toEqual([type, 400]);
      expect(JSON.parse(text)).toMatchObject({ error: { code: 'invalid_request' } });
    }
  });
});

describe('[S4] answers', () => {
  it("that are somebody's are kept by nobody on the way", async () => {
    await using house = await openHouse();
    const token = house.world.token('guest');
    const body = { email: 'ana@example.com', password: 'correct horse' };
    for (const answer of [
      await house.http('POST', GUEST),
      await house.http('POST', '/v1/sessions', { body }),
      await house.http('GET', '/v1/bookings', { token }),
      await house.http('GET', '/v1/bookings'),
      await house.http('GET', '/v1/nowhere'),
    ])
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([answer.status, 'no-store']);
    const calendar = await house.http('GET', '/v1/apartments/apt-1/calendar?from=2026-11-01&to=2026-12-01');
    expect(calendar.headers.get('cache-control')).toBe('no-cache');
  });
});
