import { describe, expect, it } from 'vitest';
import { GUESTS_PER_ADDRESS, SECURITY_LINES_MAX, SECURITY_LINES_MS } from '../../src/gateway/limits.ts';
import { SecurityLog } from '../../src/gateway/security-log.ts';
import { ManualTime } from '../support/apartment-house.ts';
import { createWorld } from './fakes.ts';
import { openHouse } from './harness.ts';

const ANA = { email: 'ana@example.com', password: 'correct horse' };

describe('[G7] attempts on the house', () => {
  it('are told, each under a name of its own, and say of nobody who it was', async () => {
    await using house = await openHouse({ rateLimit: 'on', trustedProxies: ['loopback'] });
    const { lines } = house.world.log;
    const told = () => lines.filter(({ event }) => /^(sign_in|token|access|limit)\./.test(event));
    const headers = { 'x-forwarded-for': '203.0.113.9' };
    const signIn = (password: string) =>
      house.http('POST', '/v1/sessions', { body: { ...ANA, password }, headers });
    await signIn('wrong');
    await signIn(ANA.password);
    await house.http('GET', '/v1/bookings', { token: 'made up', headers });
    await expect(house.client('made up')).rejects.toThrow();
    const token = house.world.token('guest', 'acc-7');
    await house.http('GET', '/v1/admin/occupancy?from=2026-11-01&to=2026-11-02', { token, headers });
    for (let n = 0; n <= GUESTS_PER_ADDRESS; n++) await house.http('POST', '/v1/sessions/guest', { headers });
    expect(told()).toEqual([
      { level: 'info', event: 'sign_in.failed', known: false },
      { level: 'info', event: 'sign_in.succeeded', subjectId: 'acc-1', known: false },
      { level: 'info', event: 'token.refused', by: 'http' },
      { level: 'info', event: 'token.refused', by: 'socket' },
      { level: 'info', event: 'access.refused', subjectId: 'acc-7', route: 'GET /v1/admin/occupancy' },
      { level: 'info', event: 'limit.reached', limit: 'guests' },
    ]);
    for (const secret of [ANA.email, ANA.password, 'wrong', 'made up', '203.0.113.9'])
      expect(JSON.stringify(lines)).not.toContain(secret);
  });

  it('are a few lines a while, and then a number', async () => {
    const { log } = createWorld();
    const time = new ManualTime(0);
    const security = new SecurityLog(log, time);
    for (let n = 0; n < 1_000; n++) security.tell({ event: 'sign_in.failed', known: false });
    security.tell({ event: 'token.refused', by: 'http' });
    expect(log.lines).toHaveLength(SECURITY_LINES_MAX + 1);
    await time.pass(SECURITY_LINES_MS);
    expect(log.lines.slice(SECURITY_LINES_MAX + 1)).toEqual([
      { level: 'info', event: 'sign_in.failed', more: 1_000 - SECURITY_LINES_MAX },
    ]);
    security.tell({ event: 'sign_in.failed', known: true });
    expect(log.lines.at(-1)).toMatchObject({ event: 'sign_in.failed', known: true });
  });
});
