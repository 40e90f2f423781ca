/** What no honest client sends, against the real server with its limits on: refused by its type, and nobody else notices. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS_PER_SUBJECT } from '../../src/gateway/limits.ts';
import type { CommandAnswers } from '../../src/protocol/commands.ts';
import type { ErrorBody, Outcome } from '../../src/protocol/errors.ts';
import { dateOf } from '../../src/protocol/nights.ts';
import { Client, RawClient } from '../gateway/harness.ts';
import { type RunningServer, startServer } from '../support/server.ts';

const TODAY = Math.floor(Date.now() / 86_400_000);
const HORIZON_NIGHTS = 730;
/** No answer to nonsense may take the time of a search through what was asked for. */
const QUICK_MS = 500;

let server: RunningServer;
let bystander: Client;
let bystanderLeft = false;

beforeAll(async () => {
  server = await startServer({
    listings: [1, 2, 3].map((id) => ({ id, name: `Flat ${id}`, city: 'Porto', price: 90 })),
    environment: { NIGHTLATCH_RATE_LIMIT: 'on' },
  });
  bystander = await guest();
  bystander.socket.on('disconnect', () => {
    bystanderLeft = true;
  });
});

afterEach(async () => {
  expect(bystanderLeft, server.output()).toBe(false);
  await holdAndRelease(bystander, 'airbnb-3', TODAY + 300);
  expect(defects()).toEqual([]);
});

afterAll(async () => {
  bystander?.close();
  await server?.stop();
});

async function token(): Promise<string> {
  const answer = await fetch(`${server.url}/v1/sessions/guest`, { method: 'POST' });
  return ((await answer.json()) as { accessToken: string }).accessToken;
}

async function guest(): Promise<Client> {
  const client = new Client(`${server.url}/v1`, await token());
  await client.welcomed;
  return client;
}

async function rawGuest(): Promise<RawClient> {
  const raw = new RawClient(server.url, {});
  await raw.connected;
  return raw.enter(await token());
}

const stay = (from: number, nights: number) => ({ checkIn: dateOf(from), checkOut: dateOf(from + nights) });
const wish = (over: object = {}) => ({
  requestId: randomUUID(),
  apartmentId: 'airbnb-1',
  ...stay(TODAY + 30, 3),
  ...over,
});

async function holdAndRelease(client: Client, apartmentId: string, from: number): Promise<void> {
  const wanted = wish({ apartmentId, ...stay(from, 2) });
  const hold = () => client.ask('hold', wanted) as Promise<Outcome<CommandAnswers['hold']>>;
  let placed = await hold();
  // A busy server asks for a moment's patience (S6).
  while (!placed.ok && placed.error.code === 'unavailable') {
    const { retryAfterMs } = placed.error;
    await new Promise((resolve) => setTimeout(resolve, retryAfterMs));
    placed = await hold();
  }
  if (!placed.ok) throw new Error(JSON.stringify(placed.error));
  const { id: holdId } = placed.data.hold;
  const released = await client.ask('release', { requestId: randomUUID(), apartmentId, holdId });
  expect(released).toMatchObject({ ok: true, data: { hold: { status: 'released' } } });
}

/** Lines of the log at `error` and above: what the server itself calls a defect. */
function defects(): string[] {
  return server
    .output()
    .split('\n')
    .filter((line) => /"level":"(error|fatal)"/.test(line));
}

const FOREVER = '+999999-01-01';

/** A stay that cannot be, and what it is called. */
const IMPOSSIBLE: [what: string, over: object, code: ErrorBody['code'], field: string | undefined][] = [
  ['of a million nights', stay(TODAY + 30, 1_000_000), 'rule_violation', undefined],
  ['until a year of six digits', { checkOut: FOREVER }, 'invalid_request', 'checkOut'],
  ['on a date that does not exist', { checkIn: '2027-02-30' }, 'invalid_request', 'checkIn'],
  ['on a date with a time', { checkIn: '2027-02-03T00:00:00Z' }, 'invalid_request', 'checkIn'],
  ['backwards', stay(TODAY + 30, -3), 'rule_violation', undefined],
  ['of no night', stay(TODAY + 30, 0), 'rule_violation', undefined],
  ['in the past', stay(TODAY - 30, 3), 'rule_violation', undefined],
  ['in the year 0001', { checkIn: '0001-01-01', checkOut: '0001-01-03' }, 'rule_violation', undefined],
  ['past the horizon', stay(TODAY + HORIZON_NIGHTS + 3, 3), 'rule_violation', undefined],
  ['for more guests than there are beds', { guests: 50 }, 'rule_violation', undefined],
  ['for half a guest', { guests: 1.5 }, 'invalid_request', 'guests'],
  ['for no guest', { guests: 0 }, 'invalid_request', 'guests'],
  ['in an apartment that there is not', { apartmentId: 'nowhere' }, 'not_found', undefined],
  ['in an apartment that is a path', { apartmentId: '../airbnb-1' }, 'invalid_request', 'apartmentId'],
  ['with a requestId that is none', { requestId: 'first' }, 'invalid_request', 'requestId'],
];

describe('a stay that cannot be', () => {
  it.each(IMPOSSIBLE)('%s', async (_what, over, code, field) => {
    const client = await guest();
    const bearer = await token();
    const bothWays = async () => {
      const startedMs = performance.now();
      const bySocket = (await client.ask('hold', wish(over))) as Outcome<never>;
      const { apartmentId, requestId, ...body } = wish(over);
      const answer = await fetch(`${server.url}/v1/apartments/${encodeURIComponent(apartmentId)}/holds`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${bearer}`,
          'content-type': 'application/json',
          'idempotency-key': requestId,
        },
        body: JSON.stringify(body),
      });
      const tookMs = performance.now() - startedMs;
      return {
        bySocket,
        byHttp: (await answer.json()) as { error: ErrorBody },
        status: answer.status,
        tookMs,
      };
    };
    // The quickest of some, as the machine may be busy with something else.
    let answers = await bothWays();
    for (let again = 2; again > 0 && answers.tookMs >= QUICK_MS; again--) answers = await bothWays();
    const { bySocket, byHttp, status, tookMs } = answers;
    expect(tookMs).toBeLessThan(QUICK_MS);
    expect(status).toBe({ invalid_request: 400, not_found: 404, rule_violation: 422 }[code as string]);
    for (const error of [bySocket.ok ? undefined : bySocket.error, byHttp.error]) {
      expect(error).toMatchObject({ code, retryable: false });
      expect(error?.message).not.toMatch(/zod|sql|node_modules|\n/i);
    }
    if (field !== undefined) {
      expect(bySocket).toMatchObject({ error: { fields: [{ path: field }] } });
    }
    client.close();
  });
});

describe("another guest's hold", () => {
  it('is as unknown as one that there is not, whatever is wanted of it', async () => {
    const [ana, ben] = [await guest(), await guest()];
    const placed = (await ana.ask('hold', wish())) as Outcome<CommandAnswers['hold']>;
    if (!placed.ok) throw new Error(JSON.stringify(placed.error));
    const { id } = placed.data.hold;
    const contact = { guest: { name: 'Ben', email: 'ben@example.com' }, payment: { method: 'sandbox_ok' } };
    for (const command of ['extend', 'release', 'confirm'] as const) {
      const ask = (holdId: string) =>
        ben.ask(command, { requestId: randomUUID(), apartmentId: 'airbnb-1', holdId, ...contact });
      const [hers, nobodys] = (await Promise.all([ask(id), ask('nothing')])) as Outcome<never>[];
      expect(hers).toMatchObject({ ok: false, error: { code: 'not_found' } });
      expect(JSON.stringify(hers).replaceAll(id, 'nothing')).toBe(JSON.stringify(nobodys));
    }
    const mine = (await ana.ask('mine', {})) as Outcome<CommandAnswers['mine']>;
    expect(mine).toMatchObject({ data: { holds: [{ id, status: 'held' }] } });
    const release = { requestId: randomUUID(), apartmentId: 'airbnb-1', holdId: id };
    expect(await ana.ask('release', release)).toMatchObject({ ok: true });
    ana.close();
    ben.close();
  });
});

describe('a requestId', () => {
  it('[I3] that was used for something else is refused, and the first answer stands', async () => {
    const [ana, ben] = [await guest(), await guest()];
    const request = wish(stay(TODAY + 60, 3));
    const first = (await ana.ask('hold', request)) as Outcome<CommandAnswers['hold']>;
    if (!first.ok) throw new Error(JSON.stringify(first.error));
    const { requestId, apartmentId } = request;
    const conflict = { ok: false, error: { code: 'idempotency_conflict', retryable: false } };
    expect(await ana.ask('hold', { ...request, ...stay(TODAY + 61, 3) })).toMatchObject(conflict);
    expect(await ana.ask('hold', { ...request, guests: 2 })).toMatchObject(conflict);
    const holdId = first.data.hold.id;
    expect(await ana.ask('release', { requestId, apartmentId, holdId })).toMatchObject(conflict);
    expect(JSON.stringify(await ana.ask('hold', request))).toBe(JSON.stringify(first));
    // It is the subject's own: somebody else's is another one.
    const other = await ben.ask('hold', { ...request, ...stay(TODAY + 70, 3) });
    expect(other).toMatchObject({ ok: true });
    ana.close();
    ben.close();
  });
});

describe('frames that are no commands', () => {
  const NONSENSE = [
    '["hold",1,2]',
    '["hold",null,1]',
    '["hold",{},"not a function"]',
    '["hold"]',
    '["hold",null]',
    '["hold",[]]',
    '["hold","airbnb-1"]',
    '["hold",{"__proto__":{"requestId":"x"}}]',
    '["confirm",{"constructor":{"prototype":{}}}]',
    '["toString",{}]',
    '["__proto__",{}]',
    '["disconnect",{}]',
    '[]',
    '[null]',
    '{}',
    'hold',
    '',
  ];

  it('are refused as such or end their own connection, also with an acknowledgement that is no function', async () => {
    for (const frame of NONSENSE) {
      const raw = await rawGuest();
      raw.send(`42/v1,${frame}`);
      raw.send(`42/v1,7${frame}`);
      // Asked last: what came before it has been dealt with when it is answered, or the connection has ended.
      raw.send('42/v1,8["mine",{}]');
      await Promise.race([raw.hears('43/v1,8[{"ok":true'), raw.closed]);
      const answer = raw.frames.find((text) => text.startsWith('43/v1,7['));
      if (answer !== undefined) expect(answer, frame).toContain('"code":"invalid_request"');
      raw.close();
    }
  });

  it('say which field does not fit', async () => {
    const raw = await rawGuest();
    raw.send('42/v1,7["hold",null]');
    expect(await raw.hears('43/v1,7[')).toContain('"code":"invalid_request"');
    raw.send('42/v1,8["hold",{"apartmentId":"airbnb-1"},5,6]');
    expect(await raw.hears('43/v1,8[')).toContain('"code":"invalid_request"');
    raw.send('42/v1,9["watch",{"apartmentIds":"airbnb-1","from":"2027-01-01","to":"2027-01-02"}]');
    expect(await raw.hears('43/v1,9[')).toContain('"path":"apartmentIds"');
    raw.close();
  });
});

describe('text that cannot be stored', () => {
  it.each([
    ['POST', '/v1/sessions', { email: 'ana\u0000@example.com', password: 'correct horse' }],
    ['POST', '/v1/accounts', { email: 'ana@example.com', password: 'correct horse', name: 'Ana\u0000' }],
    ['POST', '/v1/sessions/refresh', { refreshToken: 'a\u0000b' }],
    ['GET', '/v1/apartments?city=Porto%00', undefined],
    ['GET', '/v1/apartments?cursor=%00', undefined],
    ['GET', '/v1/apartments/airbnb-1%00', undefined],
  ])('%s %s is refused, and is no defect', async (method, path, body) => {
    const answer = await fetch(server.url + path, {
      method,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    expect([400, 401]).toContain(answer.status);
    await answer.body?.cancel();
  });
});

describe('too much at once', () => {
  it('a frame of 2 MB ends its connection, a body of 2 MB is refused', async () => {
    const raw = await rawGuest();
    raw.send(`42/v1,7["hold",{"apartmentId":"${'a'.repeat(2_000_000)}"}]`);
    await raw.closed;
    expect(raw.frames.some((text) => text.startsWith('43'))).toBe(false);

    const answer = await fetch(`${server.url}/v1/apartments/airbnb-1/holds`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await token()}`, 'content-type': 'application/json' },
      body: JSON.stringify(wish({ note: 'a'.repeat(2_000_000) })),
    }).catch((error: unknown) => error);
    // Fetch may see the connection closed before it has sent all of it.
    if (answer instanceof Response) {
      expect(await answer.json()).toMatchObject({ error: { code: 'invalid_request' } });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
    } else expect(String((answer as Error).cause)).toMatch(/closed|EPIPE|ECONNRESET/);
  });

  it('10,000 events a second from one socket are shed, while others are answered as ever', async () => {
    const frame = (n: number) => `42/v1,${n}${JSON.stringify(['hold', wish()])}`;
    const answersMs: number[] = [];
    const answer = async () => {
      const startedMs = performance.now();
      await holdAndRelease(bystander, 'airbnb-2', TODAY + 100);
      answersMs.push(performance.now() - startedMs);
    };
    /** Of the answers so far, which begin anew. */
    const medianAndMax = () => {
      const sorted = answersMs.splice(0).sort((a, b) => a - b);
      return [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)] as [number, number];
    };
    for (let n = 0; n < 7; n++) await answer();
    const [quietMedianMs, quietMaxMs] = medianAndMax();
    // Again until enough was asked meanwhile.
    while (answersMs.length < 6) {
      const flood = await rawGuest();
      let isOver = false;
      const other = (async () => {
        while (!isOver) {
          await answer();
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      })();
      const startedMs = performance.now();
      for (let sent = 0; flood.socket.readyState === flood.socket.OPEN && sent < 20_000; ) {
        const due = Math.min(20_000, (performance.now() - startedMs) * 10);
        while (sent < due) flood.send(frame(sent++));
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      await flood.closed;
      const seconds = (performance.now() - startedMs) / 1_000;
      isOver = true;
      await other;
      const { burst, perSecond } = COMMANDS_PER_SUBJECT;
      const carriedOut = flood.frames.filter(
        (text) => text.startsWith('43') && !text.includes('rate_limited'),
      );
      expect(carriedOut.length).toBeLessThan(burst + perSecond * (seconds + 1));
      expect(flood.frames.some((text) => text.includes('"rate_limited"'))).toBe(true);
    }
    const [medianMs, maxMs] = medianAndMax();
    expect(medianMs).toBeLessThan(Math.max(150, 8 * quietMedianMs));
    expect(maxMs).toBeLessThan(Math.max(2_000, 8 * quietMaxMs));
  });
});
