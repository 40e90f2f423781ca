/** What the guests of one address may hold together, asked of the actors of one server. */
import { beforeEach, describe, expect, it } from 'vitest';
import { LAPSE_WAIT_MAX_MS, LAPSE_WAIT_MS, LAPSES_FREE, ORIGIN_DOUBTED_MS } from '../../src/actors/limits.ts';
import { Origins } from '../../src/actors/origins.ts';
import { MemoryJournal } from '../../src/persistence/journal/memory-journal.ts';
import { guestId, guestIdsOf, originOf } from '../../src/protocol/ids.ts';
import { PAYMENT_DEADLINE_MS } from '../../src/protocol/limits.ts';
import type { Subject } from '../../src/protocol/resources.ts';
import { type Answer, House, ManualTime, turnOfEvents } from '../support/apartment-house.ts';
import { openTerms } from '../support/terms.ts';

const NOW_MS = Date.UTC(2027, 0, 1, 12);
const TODAY = Math.floor(NOW_MS / 86_400_000);
const TTL_MS = 600_000;
const [HOLDS, NIGHTS] = [6, 20];
const HERE = 'aB-_';

let time: ManualTime;
let journal: MemoryJournal;
let house: House;
/** Origins that the storage says have booked; and those that it was asked about. */
let booked: Set<string>;
let asked: string[];

beforeEach(() => {
  time = new ManualTime(NOW_MS);
  journal = new MemoryJournal();
  for (let n = 0; n < 60; n++) journal.addListing(`a${n}`, openTerms());
  booked = new Set();
  asked = [];
  house = started();
});

function started(name = 'first'): House {
  const origins = new Origins({
    holdsMax: HOLDS,
    nightsMax: NIGHTS,
    hasBooked: async (origin) => {
      asked.push(origin);
      return booked.has(origin);
    },
    onFault: () => {},
  });
  return new House({ journal, time, origins, holdsPerGuest: 100, name });
}

let guests = 0;
const guestOf = (origin: string): Subject => ({
  id: guestId(origin, String(++guests).padStart(20, '0')),
  kind: 'guest',
});

async function hold(subject: Subject, apartment: number, nights = 1, from = 10): Promise<Answer> {
  const stay = { from: TODAY + from, to: TODAY + from + nights };
  const answer = house.ask(subject, `a${apartment}`, { kind: 'hold', stay, guests: 1 });
  await turnOfEvents();
  return answer;
}
async function release(subject: Subject, apartment: number, { holdId }: Answer): Promise<void> {
  house.ask(subject, `a${apartment}`, { kind: 'release', holdId });
  await turnOfEvents();
}
async function fill(origin = HERE, count = HOLDS): Promise<Answer[]> {
  const held: Answer[] = [];
  for (let n = 0; n < count; n++) held.push(await hold(guestOf(origin), n));
  expect(held.map(({ code }) => code)).toEqual(Array.from({ length: count }, () => 'ok'));
  return held;
}

describe('[G4] the guests of one address', () => {
  it('have so many open holds together, and nobody else is refused for them', async () => {
    await fill();
    const refused = await hold(guestOf(HERE), 30);
    expect(refused.outcome).toMatchObject({
      error: { code: 'too_many_holds', message: expect.stringContaining(`${HOLDS} open holds`) },
    });
    expect((await hold(guestOf('else'), 30)).code).toBe('ok');
    const unbound = [
      { id: 'acc_12345678901234567890', kind: 'guest' },
      { ...guestOf(HERE), kind: 'host' },
    ] as const;
    for (const subject of unbound)
      expect((await hold(subject, 40, 1, unbound.indexOf(subject))).code).toBe('ok');
  });

  it('and so many nights of them', async () => {
    expect((await hold(guestOf(HERE), 0, NIGHTS - 1)).code).toBe('ok');
    expect((await hold(guestOf(HERE), 1, 2)).code).toBe('too_many_holds');
    expect((await hold(guestOf(HERE), 1, 1)).code).toBe('ok');
    expect((await hold(guestOf(HERE), 2, 1)).code).toBe('too_many_holds');
  });

  it('have room again for what is released, has run out, or is replaced by the same guest', async () => {
    const ana = guestOf(HERE);
    const first = await hold(ana, 0, NIGHTS - HOLDS + 1);
    for (let n = 1; n < HOLDS; n++) await hold(guestOf(HERE), n);
    expect((await hold(ana, 0, NIGHTS - HOLDS + 1, 11)).code).toBe('ok');
    expect((await hold(ana, 0, NIGHTS - HOLDS + 3, 11)).code).toBe('too_many_holds');
    expect(first.code).toBe('ok');
    await time.pass(TTL_MS);
    const ben = guestOf(HERE);
    const held = await hold(ben, 30);
    await fill(HERE, HOLDS - 1);
    expect((await hold(guestOf(HERE), 31)).code).toBe('too_many_holds');
    await release(ben, 30, held);
    expect((await hold(guestOf(HERE), 31)).code).toBe('ok');
  });

  it('are bound as before after a restart', async () => {
    await fill();
    house = started('second');
    for (let n = 0; n < HOLDS; n++) await hold(guestOf('else'), n, 1, 50);
    expect((await hold(guestOf(HERE), 30)).code).toBe('too_many_holds');
  });

  it('are bound by what is heard of other servers, for as long as it can be open', async () => {
    const elsewhere = Array.from({ length: HOLDS }, (_, n) => ({
      ...{ guestId: guestOf(HERE).id, id: `h${n}`, apartmentId: 'far' },
      ...{ nights: 1, untilMs: NOW_MS + 1_000 },
    }));
    for (const told of elsewhere) house.openHolds.heard(told);
    expect((await hold(guestOf(HERE), 30)).code).toBe('too_many_holds');
    house.openHolds.heard({ ...elsewhere[0]!, untilMs: 0 });
    expect((await hold(guestOf(HERE), 30)).code).toBe('ok');
    await time.pass(1_000 + PAYMENT_DEADLINE_MS);
    expect((await hold(guestOf(HERE), 31)).code).toBe('ok');
  });

  it('are not bound where one of them has booked, which is looked up before it matters', async () => {
    booked.add(HERE);
    await fill(HERE, HOLDS / 2);
    expect(asked).toEqual([]);
    for (let n = HOLDS / 2; n < 3 * HOLDS; n++) expect((await hold(guestOf(HERE), n)).code).toBe('ok');
    expect(asked).toEqual([HERE]);
  });

  it('are asked about again after a while, and seldom', async () => {
    const before = performance.now();
    await fill();
    for (let n = 0; n < 10; n++) expect((await hold(guestOf(HERE), 30)).code).toBe('too_many_holds');
    expect(asked.length).toBeLessThanOrEqual(1 + (performance.now() - before) / ORIGIN_DOUBTED_MS);
  });

  it('wait longer with each hold that runs out, after some', async () => {
    for (let lapsed = 0; lapsed < LAPSES_FREE; lapsed += 5) {
      for (let n = 0; n < 5; n++) expect((await hold(guestOf(HERE), n)).code).toBe('ok');
      await time.pass(TTL_MS);
    }
    for (let more = 1; more <= 3; more++) {
      expect((await hold(guestOf(HERE), 0)).code).toBe('ok');
      await time.pass(TTL_MS);
      const refused = await hold(guestOf(HERE), 0);
      expect(refused.outcome).toMatchObject({
        error: { code: 'rate_limited', retryAfterMs: more * LAPSE_WAIT_MS },
      });
      expect((await hold(guestOf('else'), 0, 1, 20 + more)).code).toBe('ok');
      await time.pass(more * LAPSE_WAIT_MS);
    }
    for (let n = 0; n < 100; n++) house.openHolds.follow(expiry(guestOf(HERE).id), guestOf(HERE).id);
    expect((await hold(guestOf(HERE), 0)).outcome).toMatchObject({
      error: { code: 'rate_limited', retryAfterMs: LAPSE_WAIT_MAX_MS },
    });
  });
});

function expiry(subjectId: string) {
  const fact = { kind: 'expired', hold: 'h1' } as const;
  return { apartmentId: 'a0', version: 1, fact, subjectId, requestId: null, atMs: time.nowMs };
}

it('[G4] a guest is found by the id: those of an origin lie together, others have none', () => {
  const id = guestId(HERE, 'x'.repeat(20));
  expect(originOf(id)).toBe(HERE);
  for (const other of ['', 'acc_', 'acc_12345678901234567890', id.slice(1), `${id}x`]) {
    expect(originOf(other), other).toBeUndefined();
  }
  const { first, end } = guestIdsOf(HERE);
  expect([first <= id, id < end, guestId('aB-a', 'x') < end]).toEqual([true, true, false]);
});
