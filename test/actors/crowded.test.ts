/** Very many requests of one day on one apartment: whose are still taken (C9). */
import { beforeAll, describe, expect, it } from 'vitest';
import { MACHINE_VERSION } from '../../src/actors/apartment-machine.ts';
import { emptyCalendar, type HoldClaim } from '../../src/actors/calendar/calendar.ts';
import { IDEMPOTENCY_WINDOW_MS } from '../../src/actors/limits.ts';
import type { Amount, PaymentProvider, StoredRequest } from '../../src/actors/ports.ts';
import { RequestWindow } from '../../src/actors/request-window.ts';
import { MemoryJournal } from '../../src/persistence/journal/memory-journal.ts';
import type { Subject } from '../../src/protocol/resources.ts';
import { type Answer, House, ManualTime, turnOfEvents } from '../support/apartment-house.ts';
import { openTerms } from '../support/terms.ts';

const A = 'a1';
const NOW_MS = Date.UTC(2027, 0, 1, 12);
const TODAY = Math.floor(NOW_MS / 86_400_000);
/** How many the window of one apartment can be full of. */
const PLACES = 1_000_000;
const ana = { id: 'ana', kind: 'guest' } as const;
const mallory = { id: 'mallory', kind: 'guest' } as const;
const host = { id: 'host', kind: 'host' } as const;
const admin = { id: 'root', kind: 'admin' } as const;
const contact = { name: 'Ana', email: 'ana@example.com' };

const amounts = new Map<string, Amount>();
const provider: PaymentProvider = {
  authorise: async ({ key, method, amountMinor, currency }) => {
    const amount = { amountMinor, currency };
    amounts.set(key, amount);
    return method === 'empty' ? { status: 'declined' } : { status: 'authorised', ...amount };
  },
  capture: async ({ key }) => amounts.get(key)!,
  cancel: async () => {},
  refund: async () => {},
  lookUp: async () => ({ status: 'none', amountMinor: 0, refundedMinor: 0, currency: 'EUR' }),
};

/** Requests that took effect one after another, within a few hours before now. */
function requestsOf(subjects: readonly string[], count: number): StoredRequest[] {
  return Array.from({ length: count }, (_, n) => ({
    version: n + 1,
    subjectId: subjects[n % subjects.length]!,
    requestId: `10000000-0000-4000-8000-${n.toString().padStart(12, '0')}`,
    atMs: NOW_MS - 4 * 3_600_000 + Math.floor((n / count) * 3 * 3_600_000),
  }));
}

let journal: MemoryJournal;
let time: ManualTime;
let house: House;

/** An apartment that remembers these, and where Ana has the nights from 100 to 102 and Mallory those from 110 to 112. */
function open(requests: readonly StoredRequest[]): void {
  journal = new MemoryJournal();
  journal.addListing(A, openTerms());
  time = new ManualTime(NOW_MS);
  const version = requests.length;
  const claims = [held(ana.id, 'h1-ana', 100), held(mallory.id, 'h2-mallory', 110)];
  const calendar = { ...emptyCalendar('listed'), version, claims };
  const snapshot = {
    apartmentId: A,
    version,
    machineVersion: MACHINE_VERSION,
    windowFromVersion: 0,
    hash: undefined,
  };
  const state = { value: 'listed', calendar };
  journal.load = async () => ({
    ...{ terms: openTerms(), status: 'listed' as const },
    ...{ snapshot: { ...snapshot, restless: true, state }, entries: [], base: { hash: undefined } },
    lastVersion: version,
  });
  journal.requests = async (_, { afterVersion, limit }) => requests.slice(afterVersion, afterVersion + limit);
  journal.append = (append) => queueMicrotask(() => append.done({ status: 'committed' }));
  house = new House({ journal, time, provider });
}

function held(guestId: string, id: string, from: number): HoldClaim {
  return {
    ...{ kind: 'hold', id, from: TODAY + from, to: TODAY + from + 2, guestId, guests: 1 },
    ...{ price: { currency: 'EUR', lines: [] }, firstHeldAtMs: NOW_MS, expiresAtMs: NOW_MS + 600_000 },
    ...{ extended: false, attempts: 0, payment: undefined },
  };
}

async function ask(subject: Subject, body: Parameters<House['ask']>[2]): Promise<Answer> {
  const answer = house.ask(subject, A, body);
  await turnOfEvents();
  return answer;
}
const hold = (subject: Subject, from: number) =>
  ask(subject, { kind: 'hold', stay: { from: TODAY + from, to: TODAY + from + 2 }, guests: 1 });

/** Holds and lets go until that is refused. @returns how often it was not */
async function fill(guest: Subject, most: number): Promise<number> {
  for (let times = 0; times < most; times++) {
    const placed = await hold(guest, 200);
    if (placed.code === 'rate_limited') return times;
    await ask(guest, { kind: 'release', holdId: placed.holdId });
  }
  return most;
}

/** Everything that nobody else's requests may keep from being taken. */
async function takenOfOthers(): Promise<Record<string, string | undefined>> {
  const confirmed = await ask(ana, { kind: 'confirm', holdId: 'h1-ana', contact, method: 'any' });
  const released = await ask(admin, { kind: 'release', holdId: 'h2-mallory' });
  const range = { from: TODAY + 20, to: TODAY + 22 };
  const blocked = await ask(host, { kind: 'block', range });
  return { confirm: confirmed.code, release: released.code, block: blocked.code };
}
const ALL_TAKEN = { confirm: 'ok', release: 'ok', block: 'ok' };

describe('one guest', () => {
  let half: StoredRequest[];
  beforeAll(() => {
    half = requestsOf([mallory.id], PLACES / 2);
  });

  it('[C9] cannot take the places of others: what it begins is refused, what theirs is is not', async () => {
    open(half);
    expect(await fill(mallory, 500)).toBeLessThan(100);
    expect((await hold(ana, 30)).code).toBe('ok');
    expect(await takenOfOthers()).toEqual(ALL_TAKEN);
    expect((await hold(mallory, 40)).code).toBe('rate_limited');
  });

  it('[C9] ends and pays for what it holds, however many requests it has had', async () => {
    open(half);
    const own = await hold(mallory, 50);
    await fill(mallory, 500);
    expect((await ask(mallory, { kind: 'extend', holdId: own.holdId })).code).toBe('ok');
    const paid = await ask(mallory, { kind: 'confirm', holdId: own.holdId, contact, method: 'any' });
    expect(paid.code).toBe('ok');
    expect((await ask(mallory, { kind: 'release', holdId: 'h2-mallory' })).code).toBe('ok');
  });

  it('[C9] pays in vain for one hold so many times at most', async () => {
    open([]);
    const codes: (string | undefined)[] = [];
    for (let times = 0; times < 33; times++)
      codes.push((await ask(ana, { kind: 'confirm', holdId: 'h1-ana', contact, method: 'empty' })).code);
    expect(codes.indexOf('rate_limited')).toBe(32);
    expect((await ask(ana, { kind: 'release', holdId: 'h1-ana' })).code).toBe('ok');
  });
});

describe('very many guests', () => {
  it('[C9] keep no place from what others have begun, from hosts and from admins', async () => {
    const sybils = Array.from({ length: 20_000 }, (_, n) => ({ id: `sybil${n}`, kind: 'guest' }) as const);
    const ids = sybils.map(({ id }) => id);
    open(requestsOf(ids, 799_990));
    let placed = 0;
    for (const sybil of sybils.slice(0, 20)) placed += await fill(sybil, 1);
    expect(placed).toBeLessThan(10);
    expect(await takenOfOthers()).toEqual(ALL_TAKEN);
  });
});

describe('the request window', () => {
  it('[C9] has room for a guest who comes after thousands that took all they may', () => {
    const part = { upTo: 800_000, share: 1 / 4_000 };
    const window = new RequestWindow();
    window.addAll(requestsOf(['early'], PLACES / 2));
    let version = PLACES / 2;
    const takeAll = (subjectId: string) => {
      for (; window.hasRoom(subjectId, part); version++) {
        const requestId = `20000000-0000-4000-8000-${version.toString().padStart(12, '0')}`;
        window.add({ subjectId, requestId, version: version + 1, atMs: NOW_MS });
      }
    };
    for (let guest = 0; guest < 10_000; guest++) takeAll(`sybil${guest}`);
    expect(window.hasRoom('ana', part)).toBe(true);
    expect(window.taken).toBeLessThan(part.upTo);
    // What has left the window is nobody's any more.
    window.forgetOld(NOW_MS + 2 * IDEMPOTENCY_WINDOW_MS);
    expect(window.isCrowded).toBe(false);
  });

  it('[C9] counts a request whose id another has used', () => {
    const window = new RequestWindow();
    const requests = requestsOf(['early'], PLACES / 2);
    window.addAll(requests);
    const before = window.taken;
    for (const { requestId, version } of requests.slice(0, 5_000)) {
      window.setApart('mallory', requestId!);
      window.add({ subjectId: 'mallory', requestId, version: PLACES + version, atMs: NOW_MS });
    }
    expect(window.taken).toBe(before + 5_000);
    expect(window.hasRoom('mallory', { upTo: 800_000, share: 1 / 4_000 })).toBe(false);
  });
});
