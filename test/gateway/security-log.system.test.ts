import { describe, expect, it, vi } from 'vitest';
import {
  COMMANDS_PER_ADDRESS,
  COMMANDS_PER_SUBJECT,
  GUESTS_PER_ADDRESS,
  SECURITY_LINES_MAX,
  SECURITY_LINES_MS,
} from '../../src/gateway/limits.ts';
import { SecurityLog } from '../../src/gateway/security-log.ts';
import { OF_ANOTHER, refuse } from '../../src/protocol/errors.ts';
import { ManualTime } from '../support/apartment-house.ts';
import { createWorld } from './fakes.ts';
import { openHouse, REQUEST_ID, WINDOW } from './harness.ts';

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

  it('are told of whoever begins, renews and ends a session, and of a token that comes back', async () => {
    await using house = await openHouse();
    const { lines } = house.world.log;
    await house.http('POST', '/v1/accounts', { body: { ...ANA, name: 'Ana' } });
    await house.http('POST', '/v1/sessions/guest');
    await house.http('POST', '/v1/sessions/refresh', { body: { refreshToken: 'refresh-1' } });
    await house.http('POST', '/v1/sessions/refresh', { body: { refreshToken: 'spent' } });
    await house.http('DELETE', '/v1/sessions/current', { token: house.world.token('guest', 'acc-7') });
    house.world.replay('acc-7');
    expect(lines.filter(({ level }) => level !== 'debug')).toEqual([
      { level: 'info', event: 'sign_up.succeeded', subjectId: expect.stringMatching(/^acc-/) },
      { level: 'info', event: 'guest.began', subjectId: expect.stringMatching(/^anon-/) },
      { level: 'info', event: 'session.renewed', subjectId: 'acc-1' },
      { level: 'info', event: 'token.refused', by: 'refresh' },
      { level: 'info', event: 'session.signed_out', subjectId: 'acc-7' },
      { level: 'info', event: 'token.replayed', subjectId: 'acc-7' },
    ]);
  });

  it('are told of what somebody may not, and of what does not fit, by every way in', async () => {
    await using house = await openHouse();
    const { lines } = house.world.log;
    const host = house.world.token('host', 'acc-8');
    const occupancy = '/v1/admin/occupancy?from=2026-11-01&to=2026-11-02';
    await house.http('GET', occupancy);
    await house.http('GET', '/v1/admin/apartments/apt-2/journal', { token: host });
    await house.http('GET', '/v1/apartments?limit=ana@example.com');
    await house.http('POST', '/v1/sessions', { body: '{"email":' });
    const client = await house.client(house.world.token('guest', 'acc-7'));
    await client.ask('watch', { apartmentIds: ['ana@example.com'], from: 'never', to: 'never' });
    await client.ask('ana@example.com', {});
    await client.ask('authenticate', { token: 'made up' });
    await expect(house.client(house.world.token('guest', 'acc-7'), '/v1/admin')).rejects.toThrow();
    await expect(house.client(undefined, '/v1/admin')).rejects.toThrow();
    expect(lines.filter(({ level }) => level !== 'debug')).toEqual([
      { level: 'info', event: 'access.refused', route: 'GET /v1/admin/occupancy' },
      {
        level: 'info',
        event: 'access.refused',
        subjectId: 'acc-8',
        route: 'GET /v1/admin/apartments/:id/journal',
      },
      { level: 'info', event: 'input.refused', by: 'http', route: 'GET /v1/apartments' },
      { level: 'info', event: 'input.refused', by: 'http', route: 'POST /v1/sessions' },
      { level: 'info', event: 'input.refused', by: 'socket', route: 'watch' },
      { level: 'info', event: 'input.refused', by: 'socket', route: 'no such command' },
      { level: 'info', event: 'token.refused', by: 'socket' },
      { level: 'info', event: 'access.refused', subjectId: 'acc-7', route: 'connect /v1/admin' },
      { level: 'info', event: 'access.refused', route: 'connect /v1/admin' },
    ]);
  });

  it('are told of what is another’s, which whoever asks is told is not there', async () => {
    await using house = await openHouse();
    const { world } = house;
    const none = refuse('not_found', 'there is no such thing');
    const others = refuse('not_found', 'there is no such thing', OF_ANOTHER);
    const token = world.token('guest', 'acc-7');
    const host = world.token('host', 'acc-8');
    const client = await house.client(token);
    const answers = async (given: typeof none) => {
      world.answer = (_subject, _command, reply) => reply(given);
      world.calendarOf = async () => given;
      world.parts.bookings.get = async () => given;
      world.parts.listings.get = async () => given;
      const release = { apartmentId: 'apt-1', holdId: 'hold-1', requestId: REQUEST_ID };
      return [
        await client.ask('release', release),
        await client.ask('watch', { apartmentIds: ['apt-1'], ...WINDOW }),
        (await house.http('DELETE', '/v1/apartments/apt-1/holds/hold-1', { token })).text,
        (await house.http('GET', '/v1/bookings/booking-1', { token })).text,
        (await house.http('GET', '/v1/apartments/apt-1')).text,
        (await house.http('DELETE', '/v1/apartments/apt-2', { token: host })).text,
      ];
    };
    const told = () => world.log.lines.filter(({ level }) => level !== 'debug');
    const refused = await answers(none);
    expect(told()).toEqual([]);
    expect(await answers(others)).toEqual(refused);
    world.refuseAccess('acc-9', 'confirm');
    const access = { level: 'info', event: 'access.refused' };
    expect(told()).toEqual([
      { ...access, subjectId: 'acc-7', route: 'release' },
      { ...access, subjectId: 'acc-7', route: 'watch' },
      { ...access, subjectId: 'acc-7', route: 'DELETE /v1/apartments/:id/holds/:holdId' },
      { ...access, subjectId: 'acc-7', route: 'GET /v1/bookings/:id' },
      { ...access, route: 'GET /v1/apartments/:id' },
      { ...access, subjectId: 'acc-8', route: 'DELETE /v1/apartments/:id' },
      { ...access, subjectId: 'acc-9', route: 'confirm' },
    ]);
  });

  it('are told of budgets that are spent, of an address and of a subject', async () => {
    await using house = await openHouse({ rateLimit: 'on' });
    const { lines } = house.world.log;
    const token = house.world.token('guest', 'acc-7');
    // Budgets do not fill meanwhile.
    using _frozen = vi.spyOn(performance, 'now').mockReturnValue(performance.now());
    const reached = () =>
      new Set(lines.flatMap(({ event, limit }) => (event === 'limit.reached' ? [limit] : [])));
    for (let n = 0; n <= COMMANDS_PER_SUBJECT.burst; n++) await house.http('GET', '/v1/bookings', { token });
    expect([...reached()]).toEqual(['commands']);
    for (let n = 0; n <= COMMANDS_PER_ADDRESS.burst; n++) await house.http('GET', '/nowhere');
    expect([...reached()]).toEqual(['commands', 'requests']);
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
