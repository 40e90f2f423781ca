/** Others who try passwords, against the real server with its limits on: whoever has the right one gets in. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SIGN_IN_FAILURES_FREE, SIGN_INS_PER_EMAIL_AND_ADDRESS } from '../../src/gateway/limits.ts';
import { type RunningServer, startServer } from '../support/server.ts';

const PASSWORD = 'correct horse battery';
/** On a busy machine: no pause of a line, and some of them. */
const AT_ONCE_MS = 2_900;
const SOON_MS = 30_000;

let server: RunningServer;
beforeAll(async () => {
  server = await startServer({
    listings: [],
    environment: { NIGHTLATCH_RATE_LIMIT: 'on', NIGHTLATCH_TRUSTED_PROXIES: 'loopback' },
  });
});
afterAll(() => server?.stop());

interface Asked {
  readonly status: number;
  readonly tookMs: number;
  readonly cookie: string | null;
  readonly message: string | undefined;
}

async function ask(path: string, body: object, from: string, cookie?: string, over = 'http'): Promise<Asked> {
  const startedMs = performance.now();
  const answer = await fetch(server.url + path, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-forwarded-for': from,
      'x-forwarded-proto': over,
      ...(cookie === undefined ? {} : { cookie }),
    },
    body: JSON.stringify(body),
  });
  const { error } = (await answer.json()) as { error?: { message: string } };
  return {
    status: answer.status,
    tookMs: performance.now() - startedMs,
    cookie: answer.headers.get('set-cookie'),
    message: error?.message,
  };
}
const signIn = (email: string, password: string, from: string, cookie?: string, over?: string) =>
  ask('/v1/sessions', { email, password }, from, cookie, over);

/** As the client library does it: comes again when it was told to. */
async function signInPatiently(email: string, password: string, from: string): Promise<Asked> {
  const startedMs = performance.now();
  for (;;) {
    const answer = await signIn(email, password, from);
    const tookMs = performance.now() - startedMs;
    if (answer.status !== 429 || tookMs > SOON_MS) return { ...answer, tookMs };
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

/** @returns the cookie of the browser that signed up */
async function account(email: string, from: string): Promise<string> {
  const { status, cookie } = await ask('/v1/accounts', { email, password: PASSWORD, name: 'Ana' }, from);
  expect(status).toBe(201);
  return (cookie ?? '').split(';', 1)[0] ?? '';
}

/** Each address sends all that it may at once, and goes on until it is told to wait for minutes. */
function attack(email: string, addresses: readonly string[]) {
  let isOver = false;
  let asked = 0;
  let guesses = 0;
  const guess = async (from: string) => {
    asked += 1;
    const { status, message } = await signIn(email, 'not that password', from);
    if (status === 401) guesses += 1;
    return Number(/wait (\d+) ms/.exec(message ?? '')?.[1] ?? 0);
  };
  const trying = addresses.map(async (from) => {
    void Promise.all(Array.from({ length: SIGN_INS_PER_EMAIL_AND_ADDRESS }, () => guess(from)));
    for (let waitMs = 0; !isOver && waitMs < 60_000; waitMs = await guess(from)) {
      await new Promise((resolve) => setTimeout(resolve, Math.min(waitMs, 500)));
    }
  });
  return {
    get asked() {
      return asked;
    },
    get guesses() {
      return guesses;
    },
    async end() {
      isOver = true;
      await Promise.all(trying);
      return guesses;
    },
  };
}

describe('[G3] ten addresses that try passwords of one account', () => {
  it('do not keep its owner out: at once where the device is known, within seconds where it is not', async () => {
    const cookie = await account('ana@example.com', '198.51.100.1');
    const attackers = Array.from({ length: 10 }, (_, n) => `203.0.113.${n}`);
    const attackOfTen = attack('ana@example.com', attackers);
    await expect.poll(() => attackOfTen.guesses, { timeout: 60_000 }).toBeGreaterThan(SIGN_IN_FAILURES_FREE);
    expect(attackOfTen.asked).toBeGreaterThan(100);

    const known = await signIn('ana@example.com', PASSWORD, '203.0.113.0', cookie);
    expect([known.status, known.tookMs < AT_ONCE_MS]).toEqual([200, true]);
    const fresh = await signInPatiently('ana@example.com', PASSWORD, '198.51.100.2');
    expect([fresh.status, fresh.tookMs < SOON_MS]).toEqual([200, true]);
    const [unknown, other] = [
      await signIn('ben@example.com', PASSWORD, '198.51.100.3'),
      await signInPatiently('ana@example.com', 'not that password', '198.51.100.4'),
    ];
    expect(unknown.message).toBe(other.message);
    expect(await attackOfTen.end()).toBeLessThan(SIGN_INS_PER_EMAIL_AND_ADDRESS * 10 + 1);
  });

  it('learn from nothing whether there is an account', async () => {
    await account('joe@example.com', '198.51.100.5');
    const cookie = await account('eve@example.com', '198.51.100.5');
    // Somebody else's cookie, and a made-up one, are no device of hers.
    for (const of of ['joe@example.com', 'nobody@example.com']) {
      for (let n = 0; n < SIGN_INS_PER_EMAIL_AND_ADDRESS; n++) {
        expect((await signIn(of, 'wrong', '198.51.100.6', cookie)).status, of).toBe(401);
      }
      expect((await signIn(of, 'wrong', '198.51.100.6', cookie)).status, of).toBe(429);
    }
  });

  it('do not use up a known device either: it has tries of its own, and few', async () => {
    const cookie = await account('flo@example.com', '198.51.100.7');
    for (let n = 0; n < SIGN_INS_PER_EMAIL_AND_ADDRESS; n++) {
      expect((await signIn('flo@example.com', 'wrong', '198.51.100.8', cookie)).status).toBe(401);
    }
    for (let n = 0; n < SIGN_INS_PER_EMAIL_AND_ADDRESS; n++) {
      expect((await signIn('flo@example.com', 'wrong', '198.51.100.8', cookie)).status).toBe(401);
    }
    expect((await signIn('flo@example.com', PASSWORD, '198.51.100.8', cookie)).status).toBe(429);
    expect((await signIn('flo@example.com', PASSWORD, '198.51.100.9')).status).toBe(200);
  });

  it('count no sign-ups against an e-mail address', async () => {
    for (let n = 0; n < 3 * SIGN_IN_FAILURES_FREE; n++) {
      const short = { email: 'gil@example.com', password: 'short', name: 'Gil' };
      expect((await ask('/v1/accounts', short, '203.0.113.20')).status).toBe(400);
    }
    await account('gil@example.com', '198.51.100.10');
    const signedIn = await signIn('gil@example.com', PASSWORD, '198.51.100.11');
    expect([signedIn.status, signedIn.tookMs < AT_ONCE_MS]).toEqual([200, true]);
  });
});

describe('[G3] a flood of wrong passwords', () => {
  it('of 360 from 6 addresses keeps no right one from being taken', async () => {
    await account('hal@example.com', '198.51.100.12');
    const wrong = Array.from({ length: 360 }, (_, n) =>
      signIn(`nobody${n}@example.com`, 'not that password', `203.0.113.${30 + (n % 6)}`),
    );
    const right: Asked[] = [];
    for (let n = 0; n < 5; n++) right.push(await signIn('hal@example.com', PASSWORD, `198.51.100.${20 + n}`));
    expect(right.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(Math.max(...right.map(({ tookMs }) => tookMs))).toBeLessThan(SOON_MS);
    const answers = await Promise.all(wrong);
    expect([...new Set(answers.map(({ status }) => status))].sort()).toEqual([401, 429]);
  });
});

describe('[G3] the cookie of a device', () => {
  it('is for no script, sent to this site alone, and only over TLS where that is spoken', async () => {
    const email = 'ida@example.com';
    await account(email, '198.51.100.30');
    const { cookie } = await signIn(email, PASSWORD, '198.51.100.30');
    expect(cookie).toMatch(/^nl_device=[\w.-]+; Path=\/v1; Max-Age=7776000; HttpOnly; SameSite=Strict$/);
    const secure = (await signIn(email, PASSWORD, '198.51.100.30', undefined, 'https')).cookie;
    expect(secure).toMatch(
      /^__Host-nl_device=[\w.-]+; Path=\/; Max-Age=7776000; HttpOnly; SameSite=Strict; Secure$/,
    );
  });

  it('is taken under the name of before, too, and kept under the one for TLS', async () => {
    const before = await account('joan@example.com', '198.51.100.33');
    await account('kay@example.com', '198.51.100.33');
    const signedIn = await signIn('kay@example.com', PASSWORD, '198.51.100.34', before, 'https');
    const [, token = ''] = before.split('=');
    expect(signedIn.cookie).toMatch(new RegExp(`^__Host-nl_device=[\\w.-]+~${token};`));
    const [both = ''] = (signedIn.cookie ?? '').split(';', 1);
    const again = await signIn(
      'joan@example.com',
      PASSWORD,
      '198.51.100.34',
      `x=1; ${both}; ${before}`,
      'https',
    );
    expect((again.cookie ?? '').split(';', 1)[0]?.split('~')).toHaveLength(2);
  });

  it('keeps the devices of several accounts apart, a few', async () => {
    let cookie = '';
    const emails = Array.from({ length: 6 }, (_, n) => `family${n}@example.com`);
    for (const email of emails) {
      await account(email, '198.51.100.31');
      cookie = ((await signIn(email, PASSWORD, '198.51.100.32', cookie)).cookie ?? '').split(';', 1)[0] ?? '';
    }
    expect(cookie.split('~')).toHaveLength(4);
    cookie =
      ((await signIn(emails[4]!, PASSWORD, '198.51.100.32', cookie)).cookie ?? '').split(';', 1)[0] ?? '';
    expect(new Set(cookie.split('~')).size).toBe(4);
  });
});
