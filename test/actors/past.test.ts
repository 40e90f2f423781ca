/** Questions about the past of an apartment: they cost what is asked, not what its history has grown to. */
import { describe, expect, it } from 'vitest';
import { MACHINE_VERSION } from '../../src/actors/apartment-machine.ts';
import { apply } from '../../src/actors/calendar/apply.ts';
import { emptyCalendar } from '../../src/actors/calendar/calendar.ts';
import { endedHoldRefusal } from '../../src/actors/ended-hold.ts';
import type { Fact, JournalEntry } from '../../src/actors/facts.ts';
import { versionAt } from '../../src/actors/history.ts';
import {
  END_SEARCH_FACTS_MAX,
  END_SEARCH_PAGE,
  ENTRIES_PAGE,
  HISTORIES_AT_ONCE_MAX,
  HISTORIES_WAITING_MAX,
  HISTORY_FACTS_FOLDED_MAX,
  UNHEARD_FACTS_MAX,
  WAYPOINT_EVERY_PAGES,
} from '../../src/actors/limits.ts';
import { RequestWindow } from '../../src/actors/request-window.ts';
import { Restoring } from '../../src/actors/restore.ts';
import { TwoFolds } from '../../src/archive/two-folds.ts';
import { MemoryJournal } from '../../src/persistence/journal/memory-journal.ts';
import { instant } from '../../src/protocol/instant.ts';
import type { JournalQuery } from '../../src/protocol/journal.ts';
import { House, ManualTime, turnOfEvents } from '../support/apartment-house.ts';
import { openTerms } from '../support/terms.ts';

const A = 'a1';
const NOW_MS = Date.UTC(2027, 0, 1, 12);
const TODAY = Math.floor(NOW_MS / 86_400_000);

/** Blocks and unblocks the same nights by turns, a second apart, up to now. */
function factAt(version: number, facts: number): JournalEntry {
  const nights = { from: TODAY + 5, to: TODAY + 8 };
  const block = `k${(version - ((version + 1) % 2)).toString(36)}-x`;
  const fact: Fact = version % 2 === 1 ? { kind: 'blocked', block, ...nights } : { kind: 'unblocked', block };
  const atMs = NOW_MS - (facts - version) * 1_000;
  return { apartmentId: A, version, fact, subjectId: 'host', requestId: null, atMs };
}

/** An apartment with that many facts, which are made as they are read; and how many were. */
function longAgo(facts: number) {
  const journal = new MemoryJournal();
  journal.addListing(A, openTerms());
  const read = { facts: 0, pages: 0, atOnceMax: 0, single: 0 };
  const load = journal.load.bind(journal);
  journal.load = async (...args) => ({ ...(await load(...args))!, lastVersion: facts });
  journal.entry = async (_, version) => {
    read.single += 1;
    return version <= facts ? factAt(version, facts) : undefined;
  };
  journal.entries = async (_, after, limit) => {
    const count = Math.max(0, Math.min(limit, facts - after));
    read.facts += count;
    if (count > 0) read.pages += 1;
    read.atOnceMax = Math.max(read.atOnceMax, count);
    return Array.from({ length: count }, (_, i) => factAt(after + 1 + i, facts));
  };
  const time = new ManualTime(NOW_MS);
  const house = new House({ journal, time });
  return {
    ...{ journal, read, time, house },
    /** As if the first facts were in an archive. */
    archive(version: number) {
      const folds = new TwoFolds(A, undefined);
      for (let v = 1; v <= version; v++) {
        const { fact, subjectId, atMs } = factAt(v, facts);
        const { kind, ...content } = fact;
        folds.take([A, v, kind, subjectId, null, atMs, JSON.stringify(content), null]);
      }
      const baseline = { ...folds.end(0), hash: undefined };
      const [load, entry, entries] = [journal.load, journal.entry, journal.entries];
      journal.load = async (...args) => ({ ...(await load(...args))!, baseline });
      journal.entry = async (id, v) => (v <= version ? undefined : entry(id, v));
      journal.entries = (id, after, limit) => entries(id, Math.max(after, version), limit);
    },
    async ask(query: Partial<JournalQuery>) {
      const answered = house.reads.history(A, { limit: 10, ...query });
      await time.pass(0);
      return answered;
    },
  };
}

describe('the history of an apartment', () => {
  it('is what its facts say, at every version and instant', async () => {
    const facts = 9;
    const past = longAgo(facts);
    for (let version = 0; version <= facts + 1; version++) {
      const calendar = emptyCalendar();
      for (let v = 1; v <= Math.min(version, facts); v++) apply(calendar, factAt(v, facts));
      const at = instant(NOW_MS - (facts - version) * 1_000 + 1);
      for (const when of [{ version }, { at }]) {
        for (const page of [{ limit: 3 }, { limit: 2, after: 4 }, { limit: 100, after: 0 }]) {
          const answer = await past.ask({ ...when, ...page });
          if (!answer.ok) throw new Error(answer.error.message);
          const { data } = answer;
          expect(data.latestVersion).toBe(facts);
          expect(data.calendar.version).toBe(calendar.version);
          expect(data.calendar.taken.length).toBe(calendar.claims.length);
          const all = Array.from({ length: calendar.version }, (_, i) => i + 1);
          const expected =
            'after' in page
              ? all.filter((v) => v > (page.after ?? 0)).slice(0, page.limit)
              : all.slice(-page.limit);
          expect(data.facts.map((fact) => fact.version)).toEqual(expected);
        }
      }
    }
  });

  it('is folded a page in a turn, so far and no further; asked again, it goes on from there', async () => {
    const facts = 2 * HISTORY_FACTS_FOLDED_MAX + 7;
    const past = longAgo(facts);
    const codes: string[] = [];
    for (let asked = 0; asked < 3; asked++) {
      past.read.facts = 0;
      const answer = await past.ask({});
      codes.push(answer.ok ? `at ${answer.data.calendar.version}` : answer.error.code);
      expect(past.read.facts).toBeLessThanOrEqual(HISTORY_FACTS_FOLDED_MAX + 10);
    }
    expect(codes).toEqual(['unavailable', 'unavailable', `at ${facts}`]);
    expect(past.read.atOnceMax).toBe(ENTRIES_PAGE);
    // What lies near one that was asked for before is folded from there.
    past.read.facts = 0;
    const near = await past.ask({ version: facts - 100 });
    expect(near.ok && near.data.calendar.version).toBe(facts - 100);
    expect(past.read.facts).toBeLessThan(10 * ENTRIES_PAGE);
  });

  it('lets others have their turn between two pages', async () => {
    const past = longAgo(3 * ENTRIES_PAGE);
    const answered = past.house.reads.history(A, { limit: 10 });
    await turnOfEvents();
    expect(past.read.pages).toBe(1);
    await past.time.pass(0);
    expect((await answered).ok).toBe(true);
  });

  it('begins with the snapshot where that is nearer, and not where it is later', async () => {
    const facts = 5 * ENTRIES_PAGE;
    const past = longAgo(facts);
    const calendar = emptyCalendar();
    for (let version = 1; version <= facts - 10; version++) apply(calendar, factAt(version, facts));
    const known = {
      apartmentId: A,
      version: facts - 10,
      machineVersion: MACHINE_VERSION,
      windowFromVersion: 0,
    };
    const snapshot = { ...known, restless: false, hash: undefined, state: { calendar } };
    const load = past.journal.load;
    past.journal.load = async (...args) => ({
      ...(await load(...args))!,
      snapshot: structuredClone(snapshot),
    });
    expect((await past.ask({})).ok).toBe(true);
    expect(past.read.facts).toBe(10 + 10);
    past.read.facts = 0;
    const earlier = await past.ask({ version: facts - 11 });
    expect(earlier.ok && earlier.data.calendar.version).toBe(facts - 11);
    expect(past.read.facts).toBe(facts - 11 + 10);
  });

  it('finds an instant by halves', async () => {
    const facts = 1_000_000;
    const past = longAgo(facts);
    const atMs = NOW_MS - 123_456_500;
    const within = { archivedVersion: 0, latestVersion: facts };
    expect(await versionAt(past.journal, A, atMs, within)).toBe(facts - 123_457);
    expect(past.read.single).toBeLessThanOrEqual(20);
    expect(await versionAt(past.journal, A, 0, within)).toBe(0);
    expect(await versionAt(past.journal, A, NOW_MS, within)).toBe(facts);
  });

  it('[C11] begins after what is archived, and says so', async () => {
    const [facts, archived] = [30, 24];
    const past = longAgo(facts);
    past.archive(archived);
    const versions = (answer: Awaited<ReturnType<typeof past.ask>>) =>
      answer.ok && [
        answer.data.archivedVersion,
        answer.data.calendar.version,
        answer.data.facts.map(({ version }) => version),
      ];
    for (const page of [{ limit: 50 }, { limit: 50, after: 0 }, { limit: 2, after: 3 }])
      expect(versions(await past.ask({ version: 26, ...page }))).toEqual([archived, 26, [25, 26]]);
    expect(versions(await past.ask({ version: archived }))).toEqual([archived, archived, []]);
    expect(versions(await past.ask({ at: instant(NOW_MS - 5_000) }))).toEqual([archived, 25, [25]]);
    past.read.single = 0;
    for (const before of [{ version: archived - 1 }, { at: instant(NOW_MS - 7_000) }]) {
      const answer = await past.ask(before);
      expect(answer).toMatchObject({ ok: false, error: { code: 'not_found' } });
      expect(!answer.ok && answer.error.message).toContain(`up to version ${archived}, of`);
    }
    expect(past.read.single).toBe(0);
  });

  it('goes on from the baseline where what was folded before lies in the archive by now', async () => {
    const facts = 4 * WAYPOINT_EVERY_PAGES * ENTRIES_PAGE;
    const past = longAgo(facts);
    expect((await past.ask({ version: facts / 4 })).ok).toBe(true);
    past.archive(facts / 2);
    const answer = await past.ask({ version: facts / 2 + 10 });
    expect(answer.ok && answer.data.calendar.version).toBe(facts / 2 + 10);
  });

  it('is read for so many at once, and for so many more that wait', async () => {
    const past = longAgo(20 * ENTRIES_PAGE);
    const all = HISTORIES_AT_ONCE_MAX + HISTORIES_WAITING_MAX + 3;
    const asked = Array.from({ length: all }, () => past.house.reads.history(A, { limit: 1 }));
    await turnOfEvents();
    expect(past.read.pages).toBe(HISTORIES_AT_ONCE_MAX);
    await past.time.pass(0);
    const answers = await Promise.all(asked);
    const refused = answers.filter((answer) => !answer.ok).map((answer) => !answer.ok && answer.error.code);
    expect(refused).toEqual(['unavailable', 'unavailable', 'unavailable']);
  });
});

describe('[H8] how a hold ended', () => {
  const born = 7;
  const holdId = `h${born.toString(36)}-x`;
  const ana = { id: 'ana', kind: 'guest' } as const;
  const command = { kind: 'extend', apartmentId: A, holdId, requestId: House.requestId() } as const;
  const fact: Fact = {
    ...{ kind: 'held', hold: holdId, from: TODAY, to: TODAY + 2, guests: 1 },
    ...{ price: { currency: 'EUR', lines: [[0, 2, 20_000]] }, expiresAtMs: NOW_MS },
  };

  async function refusal(endedAt: number, version: number) {
    const journal = new MemoryJournal();
    const looked: number[] = [];
    const entry = { apartmentId: A, version: born, fact, subjectId: ana.id, requestId: null, atMs: NOW_MS };
    journal.entry = async () => entry;
    journal.endOf = async (_, hold, after, limit) => {
      looked.push(limit);
      const isThere = endedAt > after && endedAt <= after + limit;
      return isThere ? { ...entry, version: endedAt, fact: { kind: 'expired', hold } } : undefined;
    };
    const { code } = await endedHoldRefusal(
      { journal, heirOf: async () => undefined },
      command,
      ana,
      version,
    );
    return { code, looked };
  }

  it('is looked for from its beginning on, some facts at a time', async () => {
    expect(await refusal(born + 1, 10_000)).toEqual({ code: 'hold_expired', looked: [END_SEARCH_PAGE] });
    const far = await refusal(born + END_SEARCH_FACTS_MAX, 10_000_000);
    expect(far.code).toBe('hold_expired');
    expect(Math.max(...far.looked)).toBe(END_SEARCH_PAGE);
  });

  it('is not looked for where that would grow with the history: it has ended, however that was', async () => {
    const { code, looked } = await refusal(born + END_SEARCH_FACTS_MAX + 1, 10_000_000);
    expect(code).toBe('hold_not_open');
    expect(looked).toHaveLength(END_SEARCH_FACTS_MAX / END_SEARCH_PAGE);
  });

  it('is a defect where all of the history has been looked through', async () => {
    await expect(refusal(Number.POSITIVE_INFINITY, 5_000)).rejects.toThrow(/neither open nor ended/);
  });
});

describe('[I4] facts that a lost instance did not tell of', () => {
  const cancelled = (version: number): JournalEntry => ({
    ...{ apartmentId: A, version, subjectId: null, requestId: null, atMs: NOW_MS },
    fact: { kind: 'cancelled', booking: `b${version}`, key: `k${version}`, refundMinor: 0 },
  });
  const stored = {
    terms: openTerms(),
    status: 'listed',
    snapshot: undefined,
    base: undefined,
    entries: [],
  } as const;
  const entries = [1, 2, 3, 4].map(cancelled);

  async function asked(toldVersion: number | undefined, lastVersion: number) {
    const journal = new MemoryJournal();
    const questions: (readonly string[])[] = [];
    journal.bookingsOf = async (_, ids) => {
      questions.push(ids);
      return [];
    };
    const apartment = { ...stored, lastVersion };
    await new Restoring(A, apartment, new RequestWindow(), toldVersion).readUnheard(journal, entries);
    return questions;
  }

  it('are told with their bookings, those of a page read at once; where nobody was told, none are', async () => {
    expect(await asked(2, 4)).toEqual([['b3', 'b4']]);
    expect(await asked(4, 4)).toEqual([]);
    expect(await asked(undefined, 4)).toEqual([]);
  });

  it('are told as far as they fit in a turn: watchers see by the version that they have missed others', async () => {
    expect(await asked(0, UNHEARD_FACTS_MAX + 1)).toEqual([['b2', 'b3', 'b4']]);
  });
});
