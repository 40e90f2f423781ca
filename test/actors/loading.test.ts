import { expect, it } from 'vitest';
import { MACHINE_VERSION } from '../../src/actors/apartment-machine.ts';
import { emptyCalendar } from '../../src/actors/calendar/calendar.ts';
import type { JournalEntry } from '../../src/actors/facts.ts';
import { LOADS_AT_ONCE_MAX, REQUESTS_PAGE } from '../../src/actors/limits.ts';
import { MemoryJournal } from '../../src/persistence/journal/memory-journal.ts';
import { COMMAND_DEADLINE_MS } from '../../src/protocol/limits.ts';
import { appendOf } from '../persistence/facts.ts';
import { House, ManualTime, turnOfEvents } from '../support/apartment-house.ts';
import { openTerms } from '../support/terms.ts';

const A = 'a1';
const NOW_MS = 1_795_000_000_000;
const host = { id: 'host', kind: 'host' } as const;

/** Paused and resumed in turns, each by a request of its own, a little more often than fits on a page. */
async function longWindow(journal: MemoryJournal): Promise<JournalEntry[]> {
  const entries = Array.from({ length: REQUESTS_PAGE + 10 }, (_, i) => ({
    apartmentId: A,
    version: i + 1,
    fact: { kind: i % 2 === 0 ? 'paused' : 'resumed' } as const,
    subjectId: host.id,
    requestId: House.requestId(),
    atMs: NOW_MS,
  }));
  await new Promise((done) => journal.append(appendOf(1, entries, done)));
  return entries;
}

it('[I3] decides nothing before it knows every request in the window, however many pages they are', async () => {
  const journal = new MemoryJournal();
  journal.addListing(A, openTerms());
  const entries = await longWindow(journal);
  const version = entries.length;
  const calendar = { ...emptyCalendar('listed'), version };
  const known = { apartmentId: A, version, machineVersion: MACHINE_VERSION, windowFromVersion: 0 };
  const { hash } = entries.at(-1)!;
  await journal.saveSnapshots([{ ...known, restless: false, hash, state: { value: 'listed', calendar } }]);

  const pages: (() => void)[] = [];
  const requests = journal.requests.bind(journal);
  journal.requests = async (...page) => {
    await new Promise<void>((read) => pages.push(read));
    return requests(...page);
  };
  const house = new House({ journal, time: new ManualTime(NOW_MS) });
  const [first, last] = [entries[0]!, entries.findLast(({ fact }) => fact.kind === 'paused')!];
  const again = [first, last].map(({ requestId }) => house.ask(host, A, { kind: 'pause' }, requestId!));
  await turnOfEvents();
  pages[0]?.();
  await turnOfEvents();
  expect(pages).toHaveLength(2);
  expect(again.map(({ code }) => code)).toEqual([undefined, undefined]);
  pages[1]?.();
  await turnOfEvents();
  expect(again.map(({ outcome }) => outcome)).toEqual([
    { ok: true, data: { status: 'paused' } },
    { ok: true, data: { status: 'paused' } },
  ]);
  expect(house.registry.get(A)?.version).toBe(version);
  expect(await journal.entries(A, version, 10)).toEqual([]);
});

it('[C1] answers who waits for an apartment whose load hangs, and for one whose turn to load has not come', async () => {
  const journal = new MemoryJournal();
  const ids = Array.from({ length: LOADS_AT_ONCE_MAX + 4 }, (_, i) => `a${i}`);
  for (const id of ids) journal.addListing(id, openTerms());
  const load = journal.load.bind(journal);
  const hanging: (() => void)[] = [];
  journal.load = async (...asked) => {
    await new Promise<void>((goOn) => hanging.push(goOn));
    return load(...asked);
  };
  const time = new ManualTime(NOW_MS);
  const house = new House({ journal, time });
  const pause = (id: string) => house.ask(host, id, { kind: 'pause' });
  const early = ids.map(pause);
  await time.pass(COMMAND_DEADLINE_MS - 1_000);
  const late = pause(A);
  await time.pass(1_500);
  expect(new Set(early.map(({ code }) => code))).toEqual(new Set(['unavailable']));
  expect(late.code).toBeUndefined();
  for (const goOn of hanging.splice(0)) goOn();
  await turnOfEvents();
  expect(late.code).toBe('ok');
  // Nobody waits for the others any more: they are not loaded.
  expect(hanging).toEqual([]);
});
