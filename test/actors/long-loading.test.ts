/** Apartments whose history is longer than a page, as all of an apartment's life is where no snapshot can be used. */
import { beforeEach, describe, expect, it } from 'vitest';
import { MACHINE_VERSION } from '../../src/actors/apartment-machine.ts';
import type { ChainHead } from '../../src/actors/chain.ts';
import type { JournalEntry } from '../../src/actors/facts.ts';
import {
  ENTRIES_PAGE,
  LOADS_AT_ONCE_MAX,
  LONG_LOADS_AT_ONCE_MAX,
  SNAPSHOT_EVERY_PAGES,
} from '../../src/actors/limits.ts';
import { MemoryJournal } from '../../src/persistence/journal/memory-journal.ts';
import { shardOf } from '../../src/protocol/ids.ts';
import { COMMAND_DEADLINE_MS } from '../../src/protocol/limits.ts';
import { House, ManualTime, turnOfEvents } from '../support/apartment-house.ts';
import { openTerms } from '../support/terms.ts';

const [A, B] = ['a1', 'b1'];
const NOW_MS = Date.UTC(2027, 0, 1, 12);
const TODAY = Math.floor(NOW_MS / 86_400_000);
const ana = { id: 'ana', kind: 'guest' } as const;
const host = { id: 'host', kind: 'host' } as const;
const hold = { kind: 'hold', stay: { from: TODAY + 1, to: TODAY + 3 }, guests: 1 } as const;

let journal: MemoryJournal;
let time: ManualTime;
let house: House;
/** Of A's facts, which are written as an owner would. */
let chain: ChainHead;
/** Of what was read at once: whose, after which version, how many entries. */
let reads: { readonly id: string; readonly after: number; readonly count: number }[];
/** After which version each load began. */
let began: number[];
/** Called before each page but the first. */
let beforePage: (apartmentId: string, afterVersion: number) => Promise<void>;

beforeEach(() => {
  journal = new MemoryJournal();
  for (const id of [A, B]) journal.addListing(id, openTerms());
  time = new ManualTime(NOW_MS);
  house = new House({ journal, time });
  chain = { head: undefined };
  reads = [];
  began = [];
  beforePage = async () => {};
  const load = journal.load.bind(journal);
  journal.load = async (id, ...args) => {
    const stored = await load(id, ...args);
    const after = stored?.snapshot?.version ?? 0;
    began.push(after);
    reads.push({ id, after, count: stored?.entries.length ?? 0 });
    return stored;
  };
});

/** Paused and resumed in turns, so many times; an even number leaves the apartment listed. */
async function lived(apartmentId: string, facts: number, first = 1): Promise<void> {
  const entries = Array.from(
    { length: facts },
    (_, i): JournalEntry => ({
      apartmentId,
      version: first + i,
      fact: { kind: i % 2 === 0 ? 'paused' : 'resumed' },
      subjectId: host.id,
      requestId: null,
      atMs: NOW_MS,
    }),
  );
  const shard = shardOf(apartmentId);
  const own = apartmentId === A ? chain : { head: undefined };
  await new Promise((done) => journal.append({ apartmentId, shard, epoch: 1, entries, chain: own, done }));
}

function watchPages(): void {
  const entries = journal.entries.bind(journal);
  // The memory journal's own `load` reads its page through `entries`, too.
  const load = journal.load;
  let isLoading = false;
  journal.load = async (...args) => {
    isLoading = true;
    const stored = load(...args);
    isLoading = false;
    return stored;
  };
  journal.entries = async (id, after, limit) => {
    if (isLoading) return entries(id, after, limit);
    await beforePage(id, after);
    const page = await entries(id, after, limit);
    reads.push({ id, after, count: page.length });
    return page;
  };
}

describe('a history longer than a page', () => {
  it('is loaded a page in a turn of the event loop, and others have theirs in between', async () => {
    const facts = 5 * ENTRIES_PAGE + 6;
    await lived(A, facts);
    watchPages();
    const long = house.ask(ana, A, hold);
    // No timer goes off: only what needs none happens.
    await turnOfEvents();
    const short = house.ask(ana, B, hold);
    await turnOfEvents();
    expect(short.code).toBe('ok');
    expect(long.code).toBeUndefined();
    const turns: number[] = [];
    while (long.code === undefined) {
      await time.pass(0);
      turns.push(reads.filter(({ id }) => id === A).length);
    }
    expect(long.code).toBe('ok');
    expect(Math.max(...reads.map(({ count }) => count))).toBeLessThanOrEqual(ENTRIES_PAGE);
    expect(reads.filter(({ id, after }) => id === A && after > 0).map(({ after }) => after)).toEqual(
      [1, 2, 3, 4, 5].map((page) => page * ENTRIES_PAGE),
    );
    expect(house.registry.get(A)?.version).toBe(facts + 1);
  });

  it('is read to its end where that lies on the last entry of a page', async () => {
    await lived(A, 2 * ENTRIES_PAGE);
    const answer = house.ask(ana, A, hold);
    await time.pass(10);
    expect(answer.code).toBe('ok');
    expect(house.registry.get(A)?.version).toBe(2 * ENTRIES_PAGE + 1);
  });

  it('[C1] goes on loading when those who asked have been told to ask again, and lands', async () => {
    await lived(A, 2 * ENTRIES_PAGE + 2);
    watchPages();
    let goOn = () => {};
    beforePage = () => new Promise<void>((resolve) => (goOn = resolve));
    const early = house.ask(ana, A, hold);
    await time.pass(COMMAND_DEADLINE_MS + 1_000);
    expect(early.code).toBe('unavailable');
    beforePage = async () => {};
    goOn();
    await time.pass(10);
    expect(house.registry.get(A)?.version).toBe(2 * ENTRIES_PAGE + 2);
    const late = house.ask(ana, A, hold);
    await turnOfEvents();
    expect(late.code).toBe('ok');
  });

  it('[C1] keeps its place in the line of long ones when those who asked have been told to ask again', async () => {
    const ids = Array.from({ length: LONG_LOADS_AT_ONCE_MAX + 1 }, (_, i) => `long-${i}`);
    for (const id of ids) {
      journal.addListing(id, openTerms());
      await lived(id, ENTRIES_PAGE + 2);
    }
    watchPages();
    const waiting: (() => void)[] = [];
    beforePage = () => new Promise<void>((resolve) => void waiting.push(resolve));
    const answers = ids.map((id) => house.ask(ana, id, hold));
    await time.pass(COMMAND_DEADLINE_MS + 1_000);
    expect(new Set(answers.map(({ code }) => code))).toEqual(new Set(['unavailable']));
    expect(waiting).toHaveLength(LONG_LOADS_AT_ONCE_MAX);
    beforePage = async () => {};
    for (const goOn of waiting) goOn();
    await time.pass(10);
    expect(ids.map((id) => house.registry.get(id)?.version)).toEqual(ids.map(() => ENTRIES_PAGE + 2));
  });

  it('keeps no other load waiting, however many there are', async () => {
    const ids = Array.from({ length: 2 * LOADS_AT_ONCE_MAX }, (_, i) => `long-${i}`);
    for (const id of ids) {
      journal.addListing(id, openTerms());
      await lived(id, ENTRIES_PAGE + 2);
    }
    watchPages();
    beforePage = () => new Promise(() => {});
    for (const id of ids) house.ask(ana, id, hold);
    await time.pass(10);
    const short = house.ask(ana, B, hold);
    await turnOfEvents();
    expect(short.code).toBe('ok');
    // Nor does one that is woken with others.
    journal.addListing('c1', openTerms());
    void house.registry.wake([...ids, ...ids.map((id) => `${id}-gone`), ...ids, 'c1']);
    await time.pass(COMMAND_DEADLINE_MS + 1_000);
    expect(house.registry.get('c1')).toBeDefined();
  });

  it('leaves snapshots on the way, from which a load that was interrupted goes on', async () => {
    const onTheWay = SNAPSHOT_EVERY_PAGES * ENTRIES_PAGE;
    await lived(A, onTheWay + 3 * ENTRIES_PAGE);
    watchPages();
    beforePage = async (_, after) => {
      if (after > onTheWay) throw new Error('away');
    };
    const answer = house.ask(ana, A, hold);
    await time.pass(1_000);
    expect(answer.code).toBeUndefined();
    expect(new Set(house.faults.map(({ event }) => event))).toEqual(new Set(['apartment.not_loaded']));
    beforePage = async () => {};
    await time.pass(1_000);
    expect(answer.code).toBe('ok');
    expect([began[0], began.at(-1)]).toEqual([0, onTheWay]);
  });

  it('leaves a snapshot as it lands', async () => {
    const facts = ENTRIES_PAGE + 8;
    await lived(A, facts);
    house.ask(host, A, { kind: 'pause' });
    await time.pass(1_000);
    const stored = await journal.load(A, MACHINE_VERSION, 10);
    expect(stored?.snapshot?.version).toBe(facts);
    expect(stored?.entries.map(({ version }) => version)).toEqual([facts + 1]);
  });

  it('[I1] is not started where its shard has become another’s meanwhile, and no further page is read', async () => {
    let epoch: number | undefined = 1;
    house = new House({ journal, time, epochOf: () => epoch });
    await lived(A, 4 * ENTRIES_PAGE);
    watchPages();
    beforePage = async () => {
      epoch = undefined;
    };
    house.ask(ana, A, hold);
    await time.pass(1_000);
    expect(house.registry.get(A)).toBeUndefined();
    expect(reads.filter(({ after }) => after > 0)).toHaveLength(1);
    // What it lasts for another moment is another owner's: nothing of this load is decided on.
    epoch = 2;
    await time.pass(1_000);
    expect(reads.filter(({ after }) => after === 0).length).toBeGreaterThan(2);
  });

  it('[I3] knows the requests of its last day, on whichever page they are', async () => {
    await lived(A, 2 * ENTRIES_PAGE);
    const requestId = House.requestId();
    const paused: JournalEntry = {
      ...{ apartmentId: A, version: 2 * ENTRIES_PAGE + 1, fact: { kind: 'paused' } },
      ...{ subjectId: host.id, requestId, atMs: NOW_MS },
    };
    await new Promise((done) =>
      journal.append({ apartmentId: A, shard: shardOf(A), epoch: 1, entries: [paused], chain, done }),
    );
    const again = house.ask(host, A, { kind: 'pause' }, requestId);
    await time.pass(10);
    expect(again.outcome).toEqual({ ok: true, data: { status: 'paused' } });
    expect(house.registry.get(A)?.version).toBe(2 * ENTRIES_PAGE + 1);
  });

  it('starts with the terms that were changed while it was loaded', async () => {
    await lived(A, 2 * ENTRIES_PAGE);
    watchPages();
    beforePage = async () => house.registry.changeTerms(A, openTerms({ minNights: 5 }));
    const answer = house.ask(ana, A, hold);
    await time.pass(10);
    expect(answer.code).toBe('rule_violation');
  });

  it('[C8] sells nothing where a fact behind the first page is not understood', async () => {
    await lived(A, 2 * ENTRIES_PAGE);
    const entry = { apartmentId: A, version: 2 * ENTRIES_PAGE + 1, fact: { kind: 'sublet' }, atMs: NOW_MS };
    await new Promise((done) =>
      journal.append({ apartmentId: A, shard: shardOf(A), epoch: 1, entries: [entry as never], chain, done }),
    );
    const answer = house.ask(ana, A, hold);
    await time.pass(10);
    expect(answer.code).toBe('unreadable');
    expect(house.faults.map(({ event }) => event)).toEqual(['apartment.unreadable']);
  });
});
