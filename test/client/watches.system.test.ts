import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takenOf } from '../../src/client/calendar-model.ts';
import {
  type CalendarUpdate,
  type Client,
  type ClientOptions,
  createClient,
  memoryStorage,
} from '../../src/client/index.ts';
import { refuse } from '../../src/protocol/errors.ts';
import { WATCH_APARTMENTS_MAX, WATCHES_PER_SOCKET_MAX } from '../../src/protocol/limits.ts';
import type { Calendar, Range } from '../../src/protocol/resources.ts';
import { FakeServer } from './fake-server.ts';

const FROM = '2027-03-01';
const TO = '2027-04-01';
const held: Range = {
  from: '2027-03-05',
  to: '2027-03-08',
  status: 'held',
  heldUntil: '2027-01-01T00:00:00.000Z',
};
const freed: Range = { from: '2027-03-05', to: '2027-03-08', status: 'free' };

/** Collects updates and lets a test await the next ones. */
class Updates {
  readonly all: CalendarUpdate[] = [];
  readonly refused: string[] = [];
  #waiting: (() => void)[] = [];
  readonly listener = {
    update: (update: CalendarUpdate) => {
      this.all.push(update);
      this.#wake();
    },
    refused: (apartmentId: string) => {
      this.refused.push(apartmentId);
      this.#wake();
    },
  };
  get versions(): number[] {
    return this.all.map(({ calendar }) => calendar.version);
  }
  async count(n: number): Promise<void> {
    while (this.all.length + this.refused.length < n) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }
  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

describe('watches', () => {
  let server: FakeServer;
  /** What the server would answer to `watch`, by apartment. */
  const calendars = new Map<string, { version: number; taken: Range[] }>();
  const clients: Client[] = [];
  beforeEach(async () => {
    server = await FakeServer.start();
    calendars.clear();
    server.handlers.set('watch', ({ payload }) => {
      const { apartmentIds, from, to } = payload as { apartmentIds: string[]; from: string; to: string };
      const missing = apartmentIds.find((id) => id.startsWith('no-'));
      if (missing !== undefined) return refuse('not_found', `no apartment ${missing}`);
      const found = apartmentIds.map((apartmentId): Calendar => {
        const { version, taken } = calendars.get(apartmentId) ?? { version: 0, taken: [] };
        return { apartmentId, version, from, to, taken };
      });
      return { ok: true, data: { calendars: found } };
    });
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
  const delta = (version: number, changes: Range[], apartmentId = 'apt-1') =>
    server.emit('availability', { apartmentId, version, changes });

  it('[I4] applies deltas in order of version and ignores the ones it has', async () => {
    const updates = new Updates();
    connect().watch(['apt-1'], FROM, TO, updates.listener);
    await updates.count(1);
    delta(1, [held]);
    delta(1, [freed]);
    delta(0, [freed]);
    delta(2, [freed]);
    await updates.count(3);
    expect(updates.versions).toEqual([0, 1, 2]);
    expect(updates.all.map(({ calendar }) => takenOf(calendar))).toEqual([[], [held], []]);
    expect(server.events('watch')).toHaveLength(1);
  });

  it('asks as who has just signed in, however long the server takes to know them', async () => {
    server.routes.set('POST /v1/sessions', () => ({ status: 200, body: server.session() }));
    let known = false;
    server.handlers.set('authenticate', async () => {
      await delay(100);
      known = true;
      return { ok: true, data: { subject: { id: 'guest-1', kind: 'guest' } } };
    });
    const answer = server.handlers.get('watch')!;
    server.handlers.set('watch', (heard, nth) =>
      known ? answer(heard, nth) : refuse('not_found', 'there is no such apartment of nobody'),
    );
    const client = connect({ storage: memoryStorage() });
    await client.search({ checkIn: FROM, checkOut: TO, limit: 1 });
    expect((await client.sessions.signIn({ email: 'ana@example.com', password: 'correct horse' })).ok).toBe(
      true,
    );
    const updates = new Updates();
    client.watch(['apt-1'], FROM, TO, updates.listener);
    await updates.count(1);
    expect(updates.versions).toEqual([0]);
    expect(server.connections).toBe(1);
  });

  it('[I4] asks for the calendar again when a version is missing', async () => {
    const updates = new Updates();
    connect().watch(['apt-1'], FROM, TO, updates.listener);
    await updates.count(1);
    calendars.set('apt-1', { version: 5, taken: [held] });
    delta(5, [freed]);
    await updates.count(2);
    expect(updates.versions).toEqual([0, 5]);
    expect(takenOf((updates.all[1] as CalendarUpdate).calendar)).toEqual([held]);
    expect(updates.all[1]?.changes).toBeUndefined();
  });

  it('[I4] asks again when a beacon shows that the last message was lost', async () => {
    const updates = new Updates();
    connect().watch(['apt-1'], FROM, TO, updates.listener);
    await updates.count(1);
    calendars.set('apt-1', { version: 1, taken: [held] });
    delta(1, []);
    await updates.count(2);
    expect(takenOf((updates.all[1] as CalendarUpdate).calendar)).toEqual([held]);
  });

  it('[I4] asks again when no beacon comes', async () => {
    const updates = new Updates();
    connect({ staleMs: 60 }).watch(['apt-1'], FROM, TO, updates.listener);
    await updates.count(1);
    calendars.set('apt-1', { version: 3, taken: [held] });
    await updates.count(2);
    expect(updates.all[1]?.calendar.version).toBe(3);
  });

  it('[I4] keeps deltas that come before the calendar they belong to', async () => {
    const updates = new Updates();
    server.handlers.set('watch', async ({ payload, socket }) => {
      const { from, to } = payload as { from: string; to: string };
      for (const version of [2, 3, 4]) {
        socket.emit('availability', {
          apartmentId: 'apt-1',
          version,
          changes: [version === 4 ? held : freed],
        });
      }
      return { ok: true, data: { calendars: [{ apartmentId: 'apt-1', version: 3, from, to, taken: [] }] } };
    });
    connect().watch(['apt-1'], FROM, TO, updates.listener);
    await updates.count(2);
    expect(updates.versions).toEqual([3, 4]);
    expect(takenOf((updates.all[1] as CalendarUpdate).calendar)).toEqual([held]);
  });

  it('[I4] watches again after the connection was lost, and hears what it missed', async () => {
    const updates = new Updates();
    connect().watch(['apt-1', 'apt-2'], FROM, TO, updates.listener);
    await updates.count(2);
    calendars.set('apt-2', { version: 9, taken: [held] });
    server.cutAll();
    await updates.count(4);
    expect(server.connections).toBe(2);
    expect(updates.all.slice(2).map(({ calendar }) => [calendar.apartmentId, calendar.version])).toEqual([
      ['apt-1', 0],
      ['apt-2', 9],
    ]);
  });

  it('gathers watches into commands of at most 100 apartments', async () => {
    const updates = new Updates();
    const client = connect();
    for (let i = 0; i < 250; i++) client.watch([`apt-${i}`], FROM, TO, updates.listener);
    await updates.count(250);
    const sizes = server.events('watch').map(({ payload }) => (payload.apartmentIds as string[]).length);
    expect(sizes).toEqual([WATCH_APARTMENTS_MAX, WATCH_APARTMENTS_MAX, 50]);
  });

  it('finds the one apartment that does not exist, and watches the others', async () => {
    const updates = new Updates();
    connect().watch(['apt-1', 'apt-2', 'no-such', 'apt-3'], FROM, TO, updates.listener);
    await updates.count(4);
    expect(updates.refused).toEqual(['no-such']);
    expect(new Set(updates.all.map(({ calendar }) => calendar.apartmentId))).toEqual(
      new Set(['apt-1', 'apt-2', 'apt-3']),
    );
  });

  it('refuses more apartments than a socket may watch, and windows longer than the protocol has', async () => {
    const updates = new Updates();
    const client = connect();
    const ids = Array.from({ length: WATCHES_PER_SOCKET_MAX }, (_, i) => `apt-${i}`);
    client.watch(ids, FROM, TO, { update: () => {} });
    client.watch(['one-more'], FROM, TO, updates.listener);
    client.watch(['apt-1'], '2027-01-01', '2031-01-01', updates.listener);
    await updates.count(2);
    expect(updates.refused).toEqual(['one-more', 'apt-1']);
  });

  it('asks one window for two listeners and unwatches after the last has gone', async () => {
    const first = new Updates();
    const second = new Updates();
    const client = connect();
    const stopFirst = client.watch(['apt-1'], '2027-03-01', '2027-03-10', first.listener);
    const stopSecond = client.watch(['apt-1'], '2027-03-05', '2027-03-20', second.listener);
    await second.count(1);
    expect(server.events('watch').map(({ payload }) => [payload.from, payload.to])).toEqual([
      ['2027-03-01', '2027-03-20'],
    ]);
    stopFirst();
    delta(1, [held]);
    await second.count(2);
    expect(first.all).toHaveLength(1);
    expect(server.events('unwatch')).toHaveLength(0);
    stopSecond();
    await server.until('unwatch');
    expect(server.events('unwatch')[0]?.payload).toEqual({ apartmentIds: ['apt-1'] });
  });

  it('tells a second listener the calendar that is known already', async () => {
    const first = new Updates();
    const second = new Updates();
    const client = connect();
    client.watch(['apt-1'], FROM, TO, first.listener);
    await first.count(1);
    client.watch(['apt-1'], FROM, TO, second.listener);
    await second.count(1);
    expect(server.events('watch')).toHaveLength(1);
  });
});
