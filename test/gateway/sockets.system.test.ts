import { io } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorBody, refuse } from '../../src/protocol/errors.ts';
import { Welcome } from '../../src/protocol/events.ts';
import { FRAME_BYTES_MAX } from '../../src/protocol/limits.ts';
import { Hold } from '../../src/protocol/resources.ts';
import { type Client, eventually, HOLD, type House, openHouse, WINDOW } from './harness.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house[Symbol.asyncDispose]());

function refused(outcome: unknown): { code: string; message: string; fields?: { path: string }[] } {
  const { ok, error } = outcome as { ok: boolean; error: { code: string; message: string } };
  expect(ok).toBe(false);
  return error;
}

describe('connecting', () => {
  it('welcomes a guest with protocol, time and who they are', async () => {
    const client = await house.client(house.world.token('guest', 'ana'));
    const welcome = Welcome.parse(await client.hears('welcome'));
    expect(welcome.subject).toEqual({ id: 'ana', kind: 'guest' });
  });

  it('refuses a token that is not good with a connect_error that carries the Error', async () => {
    const socket = io(`${house.url}/v1`, {
      transports: ['websocket'],
      reconnection: false,
      auth: { token: 'forged' },
    });
    const error = await new Promise<{ data: { code: string } }>((resolve) =>
      socket.once('connect_error', (e) => resolve(e as never)),
    );
    expect(error.data).toMatchObject({ code: 'unauthenticated', retryable: false });
    socket.disconnect();
  });

  it.each([
    ['a guest', 'guest', 'forbidden'],
    ['a host', 'host', 'forbidden'],
    ['nobody', undefined, 'unauthenticated'],
  ] as const)('keeps %s out of /v1/admin', async (_who, kind, code) => {
    const token = kind === undefined ? undefined : house.world.token(kind);
    await expect(house.client(token, '/v1/admin')).rejects.toMatchObject({ data: { code } });
  });

  it('refuses pages of another origin, and takes its own and those allowed', async () => {
    await using allowing = await openHouse({ origins: ['https://stays.example'] });
    const own = allowing.url;
    await expect(allowing.raw({ headers: { origin: 'https://evil.example' } })).rejects.toThrow('400');
    await expect(allowing.raw({ headers: { origin: 'https://stays.example' } })).resolves.toBeDefined();
    await expect(allowing.raw({ headers: { origin: own } })).resolves.toBeDefined();
  });

  it('offers no long polling and no compression', async () => {
    const polling = await house.http('GET', '/socket.io/?EIO=4&transport=polling');
    expect(polling.status).toBe(400);
    const raw = await house.raw();
    expect(raw.socket.extensions).toBe('');
  });

  it('drops a connection that joins no namespace in time', async () => {
    const raw = await house.raw();
    await raw.closed;
  });
});

describe('commands', () => {
  let client: Client;
  beforeAll(async () => {
    client = await house.client(house.world.token('guest', 'ana'));
  });

  it('carries a hold to the apartment as night numbers and answers with the hold', async () => {
    const outcome = await client.ask('hold', HOLD);
    expect(outcome).toMatchObject({ ok: true });
    Hold.parse((outcome as unknown as { data: { hold: unknown } }).data.hold);
    const { subject, command } = house.world.commands.at(-1)!;
    expect(subject).toEqual({ id: 'ana', kind: 'guest' });
    expect(command).toEqual({
      kind: 'hold',
      requestId: HOLD.requestId,
      apartmentId: 'apt-1',
      stay: { from: 20_760, to: 20_764 },
      guests: 2,
    });
  });

  it('carries out a command that asks for no answer', async () => {
    const before = house.world.commands.length;
    client.socket.emit('release', { requestId: HOLD.requestId, apartmentId: 'apt-1', holdId: 'hold-1' });
    await eventually('the release reached the apartment', () => house.world.commands.length > before);
  });

  it('answers the other commands', async () => {
    const intent = { requestId: HOLD.requestId, apartmentId: 'apt-1' };
    expect(await client.ask('extend', { ...intent, holdId: 'hold-1' })).toMatchObject({ ok: true });
    expect(await client.ask('release', { ...intent, holdId: 'hold-1' })).toMatchObject({ ok: true });
    const guest = { name: 'Ana Müller', email: 'ana@example.com' };
    const confirmed = await client.ask('confirm', {
      ...intent,
      holdId: 'hold-1',
      guest,
      payment: { method: 'sandbox_ok' },
    });
    expect(confirmed).toMatchObject({ ok: true, data: { booking: { guest } } });
    expect(await client.ask('cancel', { ...intent, bookingId: 'booking-1' })).toMatchObject({
      ok: true,
      data: { booking: { status: 'cancelled' } },
    });
    expect(await client.ask('mine', {})).toEqual({ ok: true, data: { holds: [], bookings: [] } });
    expect(await client.ask('mine')).toMatchObject({ ok: true });
    const search = { checkIn: '2026-11-03', checkOut: '2026-11-07' };
    expect(await client.ask('search', search)).toMatchObject({ ok: true, data: { apartments: [] } });
  });

  it.each([
    ['null', [null]],
    ['an array', [[1, 2]]],
    ['a number', [1]],
    ['a string', ['apt-1']],
    ['nothing', []],
    ['two objects', [HOLD, HOLD]],
    ['a date with a time', [{ ...HOLD, checkIn: '2026-11-03T00:00:00Z' }]],
    ['half a guest', [{ ...HOLD, guests: 0.5 }]],
    ['a requestId that is no UUID', [{ ...HOLD, requestId: 'again' }]],
    ['an id with a quote', [{ ...HOLD, apartmentId: 'apt-1"' }]],
  ])('refuses %s as invalid_request', async (_what, payload) => {
    expect(refused(await client.ask('hold', ...payload)).code).toBe('invalid_request');
  });

  it('[N2] refuses a date that does not exist as invalid_request, whatever else is wrong with the stay', async () => {
    for (const checkIn of ['2026-02-30', '2027-02-29', '2026-13-01', '2026-00-10', '2026-11-31']) {
      const error = refused(await client.ask('hold', { ...HOLD, checkIn }));
      expect([error.code, error.fields], checkIn).toMatchObject(['invalid_request', [{ path: 'checkIn' }]]);
    }
    expect((await client.ask('hold', { ...HOLD, checkIn: '2028-02-29', checkOut: '2028-03-01' })).ok).toBe(
      true,
    );
  });

  it('says where a payload does not fit', async () => {
    const error = refused(await client.ask('hold', { ...HOLD, checkIn: 'tomorrow' }));
    expect(error.fields).toMatchObject([{ path: 'checkIn' }]);
    expect(error.message).toContain('YYYY-MM-DD');
    const window = { apartmentIds: ['apt-1'], from: 'ana@example.com', to: '2026-11-03' };
    expect(refused(await client.ask('watch', window))).toMatchObject({ fields: [{ path: 'from' }] });
  });

  it.each(['constructor', '__proto__', 'toString', 'block', 'error', ''])(
    'knows no command %j',
    async (name) => {
      expect(refused(await client.ask(name, {})).code).toBe('invalid_request');
    },
  );

  it('passes a refusal of the apartment on as it is', async () => {
    const error = refused(await client.ask('hold', { ...HOLD, apartmentId: 'nowhere' }));
    expect(error).toMatchObject({ code: 'not_found', retryable: false });
  });

  it('answers a defect with internal, an id, and nothing of its inside', async () => {
    await using own = await openHouse();
    own.world.answer = () => {
      throw new Error('select * from secrets');
    };
    own.world.mineOf = () => Promise.reject(new Error('select * from secrets'));
    const guest = await own.client(own.world.token('guest'));
    for (const ask of [() => guest.ask('hold', HOLD), () => guest.ask('mine', {})]) {
      const outcome = await ask();
      const error = refused(outcome);
      expect(error.code).toBe('internal');
      expect(JSON.stringify(outcome)).not.toContain('secrets');
      const fault = own.world.log.lines.findLast((line) => line.event === 'gateway.fault');
      expect(error.message).toContain(fault?.faultId);
    }
    expect(own.world.log.lines.find((line) => line.event === 'gateway.fault')).toMatchObject({
      requestId: HOLD.requestId,
    });
  });

  it('answers a fault that is no defect with what it means, as HTTP does', async () => {
    await using own = await openHouse();
    const away = new Error('the storage is away');
    const unavailable = errorBody('unavailable', 'send it again', { retryAfterMs: 1_000 });
    own.world.explain = (fault) => (fault === away ? unavailable : undefined);
    own.world.mineOf = () => Promise.reject(away);
    own.world.answer = () => {
      throw away;
    };
    const token = own.world.token('guest');
    const guest = await own.client(token);
    expect(refused(await guest.ask('mine', {}))).toEqual(unavailable);
    expect(refused(await guest.ask('hold', HOLD))).toEqual(unavailable);
    const { apartmentId, requestId, ...body } = HOLD;
    const path = `/v1/apartments/${apartmentId}/holds`;
    const answer = await own.http('POST', path, { token, body, headers: { 'idempotency-key': requestId } });
    expect([answer.status, answer.body.error]).toEqual([503, unavailable]);
    expect(own.world.log.lines.some(({ event }) => event === 'gateway.fault')).toBe(false);
  });

  it('answers once where an apartment answers twice', async () => {
    await using own = await openHouse();
    own.world.answer = (_subject, _command, reply) => {
      reply(refuse('not_found', 'first'));
      reply(refuse('not_found', 'second'));
    };
    const raw = await (await own.raw()).enter(own.world.token('guest'));
    raw.send(`42/v1,7["hold",${JSON.stringify(HOLD)}]`);
    raw.send('42/v1,8["mine",{}]');
    await raw.hears('43/v1,8');
    expect(raw.frames.filter((frame) => frame.startsWith('43/v1,7'))).toHaveLength(1);
  });

  it('bounds what one socket may have under way', async () => {
    await using own = await openHouse();
    own.world.answer = () => {};
    const guest = await own.client(own.world.token('guest'));
    for (let n = 0; n < 256; n++) guest.socket.emit('hold', HOLD);
    expect(refused(await guest.ask('hold', HOLD))).toMatchObject({ code: 'rate_limited', retryable: true });
  });
});

describe('who may what', () => {
  const intent = { requestId: HOLD.requestId, apartmentId: 'apt-1' };
  const payloads: Record<string, unknown> = {
    watch: { apartmentIds: ['apt-1'], ...WINDOW },
    unwatch: { apartmentIds: ['apt-1'] },
    search: { checkIn: '2026-11-03', checkOut: '2026-11-07' },
    hold: HOLD,
    extend: { ...intent, holdId: 'hold-1' },
    release: { ...intent, holdId: 'hold-1' },
    confirm: {
      ...intent,
      holdId: 'hold-1',
      guest: { name: 'A', email: 'a@b.co' },
      payment: { method: 'sandbox_ok' },
    },
    cancel: { ...intent, bookingId: 'booking-1' },
    mine: {},
  };
  const open = ['watch', 'unwatch', 'search'];

  it.each(Object.keys(payloads))(
    'lets nobody, an expired token, and each role do %s as the table says',
    async (name) => {
      await using own = await openHouse();
      const { world } = own;
      world.answer = (_subject, _command, reply) => reply(refuse('hold_expired', 'reached the apartment'));
      const nobody = await own.client();
      const expected = open.includes(name) ? undefined : 'unauthenticated';
      expect(codeOf(await nobody.ask(name, payloads[name]))).toBe(expected);
      for (const kind of ['guest', 'host', 'admin'] as const) {
        const client = await own.client(world.token(kind));
        expect(['hold_expired', undefined]).toContain(codeOf(await client.ask(name, payloads[name])));
      }
      const soon = await own.client(world.token('guest', 'late', world.nowMs + 10));
      world.nowMs += 10;
      expect(codeOf(await soon.ask(name, payloads[name]))).toBe(expected);
    },
  );

  it('lets the same socket go on with a new token, and not with a bad one', async () => {
    await using own = await openHouse();
    const { world } = own;
    const client = await own.client(world.token('guest', 'ana', world.nowMs + 10));
    world.nowMs += 10;
    expect(codeOf(await client.ask('mine', {}))).toBe('unauthenticated');
    expect(codeOf(await client.ask('authenticate', { token: 'forged' }))).toBe('unauthenticated');
    const token = world.token('guest', 'ana');
    expect(await client.ask('authenticate', { token })).toEqual({
      ok: true,
      data: { subject: { id: 'ana', kind: 'guest' } },
    });
    expect(codeOf(await client.ask('mine', {}))).toBeUndefined();
  });

  it('takes a host for a guest where they cancel on an apartment that is not theirs', async () => {
    await using own = await openHouse();
    const client = await own.client(own.world.token('host', 'host-1'));
    await client.ask('cancel', { ...intent, apartmentId: 'apt-1', bookingId: 'booking-1' });
    expect(own.world.commands.at(-1)?.subject.kind).toBe('host');
    await client.ask('cancel', { ...intent, apartmentId: 'apt-2', bookingId: 'booking-1' });
    expect(own.world.commands.at(-1)?.subject).toEqual({ id: 'host-1', kind: 'guest' });
  });

  it('ends a signed-out session on its open sockets at once', async () => {
    await using own = await openHouse();
    const token = own.world.token('guest', 'ana');
    const client = await own.client(token);
    await own.http('DELETE', '/v1/sessions/current', { token });
    expect(codeOf(await client.ask('mine', {}))).toBe('unauthenticated');
    own.world.change({
      apartmentId: 'apt-1',
      guestId: 'ana',
      hold: (await import('./fakes.ts')).holdOf(undefined, 1, 0),
    });
    await client.ask('search', payloads.search);
    expect(client.heard.filter(({ event }) => event === 'hold')).toEqual([]);
  });
});

describe('frames that no client library sends', () => {
  it.each([
    [
      'an acknowledgement that is no function',
      '42/v1,1["hold",1,2]',
      '43/v1,1[{"ok":false,"error":{"code":"invalid_request"',
    ],
    ['a null payload', '42/v1,2["hold",null]', '43/v1,2[{"ok":false,"error":{"code":"invalid_request"'],
    ['a number for a name', '42/v1,3[7,{}]', '43/v1,3[{"ok":false,"error":{"code":"invalid_request"'],
    ['no name', '42/v1,4[]', '43/v1,4[{"ok":false,"error":{"code":"invalid_request"'],
    [
      'an object for a name',
      '42/v1,5[{"toString":1},{}]',
      '43/v1,5[{"ok":false,"error":{"code":"invalid_request"',
    ],
    ['a reserved name', '42/v1,6["disconnect",{}]', '43/v1,6[{"ok":false,"error":{"code":"invalid_request"'],
    ['a binary attachment', '451-/v1,7["hold",{"_placeholder":true,"num":0}]', '43/v1,7[{"ok":false'],
  ])('answers %s and keeps the socket', async (_what, frame, answer) => {
    const raw = await (await house.raw()).enter(house.world.token('guest'));
    raw.send(frame);
    if (frame.startsWith('45')) raw.send(Buffer.from('attachment'));
    await expect(raw.hears(answer)).resolves.toBeDefined();
    raw.send(`42/v1,99["mine",{}]`);
    await expect(raw.hears('43/v1,99[{"ok":true')).resolves.toBeDefined();
  });

  it.each([
    ['no acknowledgement id', '42/v1,["hold",null,1]'],
    ['an acknowledgement nobody asked for', '43/v1,12["x"]'],
  ])('ignores %s', async (_what, frame) => {
    const raw = await (await house.raw()).enter(house.world.token('guest'));
    raw.send(frame);
    raw.send('42/v1,99["mine",{}]');
    await expect(raw.hears('43/v1,99[{"ok":true')).resolves.toBeDefined();
  });

  it.each([
    ['no JSON', '42/v1,1["hold",'],
    ['an object where an array belongs', '42/v1,1{"a":1}'],
    ['a binary frame', Buffer.from([1, 2, 3])],
    ['an unknown packet type', '49/v1,'],
    ['a namespace it has not joined', '42/v2,1["hold",{}]'],
    ['joining twice', '40/v1,'],
    ['an Engine.IO type that does not exist', 'x'],
    ['a frame of 2 MB', `42/v1,1["hold",{"apartmentId":"${'a'.repeat(2 * 1024 * 1024)}"}]`],
    ['a frame one byte too long', padded(FRAME_BYTES_MAX + 1)],
    ['deep nesting past the frame limit', `42/v1,1["hold",${'['.repeat(FRAME_BYTES_MAX)}`],
  ])('closes on %s, and the others notice nothing', async (_what, frame) => {
    const other = await house.client(house.world.token('guest'));
    const raw = await (await house.raw()).enter(house.world.token('guest'));
    raw.send(frame);
    await raw.closed;
    expect(await other.ask('mine', {})).toMatchObject({ ok: true });
    other.close();
  });

  it('answers the longest frame', async () => {
    const raw = await (await house.raw()).enter(house.world.token('guest'));
    raw.send(padded(FRAME_BYTES_MAX));
    await expect(raw.hears('43/v1,1[{"ok":true')).resolves.toBeDefined();
  });

  it('says that a namespace does not exist', async () => {
    const raw = await house.raw();
    raw.send('40/v9,');
    await expect(raw.hears('44/v9,{"message":"Invalid namespace"}')).resolves.toBeDefined();
  });

  it('survives a storm of random frames', async () => {
    const shapes = [
      '42/v1,',
      '42/v1,1',
      '43/v1,',
      '40/v1,',
      '41/v1,',
      '45',
      '451-/v1,',
      '44',
      '2',
      '3',
      '4',
      '',
      '42',
    ];
    const bodies = [
      '',
      '[]',
      '["hold"]',
      '["hold",{}]',
      '[null]',
      '{',
      '"',
      '["hold",{"requestId":{}}]',
      '\u0000',
      '[1e999]',
    ];
    for (const shape of shapes) {
      for (const body of bodies) {
        const raw = await house.raw();
        raw.send('40/v1,');
        raw.send(shape + body);
        raw.send('42/v1,1["unwatch",{"apartmentIds":["apt-1"]}]');
        await Promise.race([raw.closed, raw.hears('43/v1,1').catch(() => undefined)]);
        raw.close();
      }
    }
    const after = await house.client(house.world.token('guest'));
    expect(await after.ask('mine', {})).toMatchObject({ ok: true });
  });
});

function codeOf(outcome: unknown): string | undefined {
  return (outcome as { error?: { code: string } }).error?.code;
}

function padded(length: number): string {
  const [head, tail] = ['42/v1,1["mine",{"pad":"', '"}]'];
  return head + 'x'.repeat(length - head.length - tail.length) + tail;
}
