/** The judge of `nightlatch verify` on journals that the program's own parts wrote, as they are and as bugs would leave them. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { MACHINE_VERSION } from '../../src/actors/apartment-machine.ts';
import type { Fact, JournalEntry } from '../../src/actors/facts.ts';
import type { History } from '../history/history.ts';
import { plan } from '../history/legal/plan.ts';
import { play } from '../history/legal/run.ts';
import { MUTATIONS } from '../history/mutations/table.ts';
import type { Rule } from '../history/report.ts';
import { problemsOf, type Recorded } from './rows.ts';

const golden = (name: string) => readFileSync(new URL(`../golden/${name}`, import.meta.url), 'utf8');
const entriesOf = (name: string): JournalEntry[] =>
  golden(name)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const entries = entriesOf('facts-v1.jsonl');
const calendar = JSON.parse(golden('calendar-v1.json'));

/** Every shape of fact ever written, with nothing beside it but the journal. */
const journal: Recorded = { apartmentId: 'a1', entries, status: 'retired' };
const taken = { machineVersion: MACHINE_VERSION, windowFromVersion: 0, takenAtMs: entries.at(-1)!.atMs };
const aboutJournal = async (recorded: Recorded) =>
  (await problemsOf(recorded)).filter(({ rule }) => rule !== 'tables');

describe('the judge', () => {
  it('reads every fact ever written, and makes the calendar of it that the program makes', async () => {
    expect(await aboutJournal(journal)).toEqual([]);
    const snapshot = { ...taken, version: 27, state: { calendar } };
    expect(await aboutJournal({ ...journal, snapshot })).toEqual([]);
    expect(await aboutJournal({ apartmentId: 'a3', entries: entriesOf('facts-v1-adopted.jsonl') })).toEqual(
      [],
    );
    const refused = { apartmentId: 'a2', entries: entriesOf('facts-v1-refused.jsonl') };
    expect(await aboutJournal(refused)).toEqual([]);
  });

  it('[C8] names what it does not know, and says nothing of what may follow from it', async () => {
    const unknown: [object, RegExp][] = [
      [{ kind: 'offered', hold: 'h1' }, /is of kind offered/],
      [{ kind: 'paused', v: 2 }, /is paused of version 2/],
      [{ kind: 'extended', v: 3 }, /is extended of version 3/],
      [{ kind: 'expired', hold: 'hn-r16', grace: 1 }, /is of no shape .*grace/],
      [{ kind: 'expired' }, /is of no shape .*hold/],
    ];
    for (const [fact, sentence] of unknown) {
      const other = entries.map((entry) => (entry.version === 11 ? { ...entry, fact: fact as Fact } : entry));
      const problems = await problemsOf({ ...journal, entries: other });
      expect(problems).toEqual([
        { apartmentId: 'a1', version: 11, rule: 'C8', sentence: expect.stringMatching(sentence) },
      ]);
    }
  });

  const stored = (change: (calendar: typeof golden & Record<string, never>) => void, version = 27) => {
    const copy = structuredClone(calendar);
    change(copy);
    return { ...journal, snapshot: { ...taken, version, state: { calendar: copy } } };
  };
  // biome-ignore lint/suspicious/noExplicitAny: a stored calendar is whatever somebody made of it.
  const differing: [string, (calendar: any) => void, RegExp][] = [
    [
      'another deadline',
      ({ claims }) => claims[2].expiresAtMs++,
      /claims\.2\.expiresAtMs is \d+, and \d+ by/,
    ],
    ['a claim too few', ({ claims }) => claims.pop(), /claims\.2 is not there/],
    ['a claim too many', ({ claims }) => claims.push({ kind: 'block', id: 'k' }), /claims\.3 is .*"k"/],
    ['another version', (one) => one.version--, /calendar\.version is 26/],
    ['another status', (one) => (one.status = 'listed'), /status is "listed", and "retired"/],
    ['a settlement too few', ({ settlements }) => settlements.pop(), /settlements\.0 is not there/],
    ['another payment', ({ settlements }) => settlements[0].hold.payment.key++, /payment\.key/],
    ['a value that nobody knows', (one) => (one.waiting = []), /waiting is \[\]/],
    [
      'a hold that never ended',
      ({ past }) => past.guestIds.push('g9') && past.figures.push(1, 2, 3, 9e15),
      /past has/,
    ],
    ['an end that is forgotten', (one) => delete one.past, /past lacks/],
  ];
  it.each(differing)('finds a snapshot that has %s', async (_, change, sentence) => {
    expect(await aboutJournal(stored(change))).toEqual([
      { apartmentId: 'a1', version: 27, rule: 'snapshot', sentence: expect.stringMatching(sentence) },
    ]);
  });

  it('finds a snapshot that is ahead of the journal, or forgets requests too soon', async () => {
    expect(await aboutJournal(stored(() => {}, 28))).toMatchObject([
      { rule: 'snapshot', sentence: 'it is of version 28, and the journal ends at 27' },
    ]);
    const forgetful = { ...taken, version: 27, state: { calendar }, windowFromVersion: 4 };
    expect(await aboutJournal({ ...journal, snapshot: forgetful })).toMatchObject([
      { rule: 'I3', version: 27 },
    ]);
    const later = { ...forgetful, takenAtMs: entries[3]!.atMs + 86_400_000 };
    expect(await aboutJournal({ ...journal, snapshot: later })).toEqual([]);
  });
});

/** Always the same, so that each mutation finds something to break. */
const histories: History[] = [];
beforeAll(async () => {
  for (const steps of fc.sample(plan, { seed: 7, numRuns: 25 })) histories.push(await play(steps));
}, 60_000);

function recordedOf({ journal: all, bookings = [] }: History): Recorded[] {
  return [...Map.groupBy(all, ({ apartmentId }) => apartmentId)].map(([apartmentId, of]) => ({
    apartmentId,
    entries: of.toSorted((a, b) => a.version - b.version),
    bookings: bookings.filter((row) => row.apartmentId === apartmentId),
    blocks: blocksOf(of),
  }));
}

function blocksOf(of: Recorded['entries']): object[] {
  const opened = new Set(of.flatMap(({ fact }) => (fact.kind === 'unblocked' ? [fact.block] : [])));
  return of.flatMap(({ fact }) => {
    if (fact.kind !== 'blocked' || opened.has(fact.block)) return [];
    return [{ id: fact.block, from: fact.from, to: fact.to, reason: fact.reason ?? null }];
  });
}

/**
 * Of the history checker's seeded bugs those that a journal and its tables show without the clients beside them. A lifetime
 * is of the apartment's terms, which are not what they were.
 */
const SHOWN: readonly Rule[] = [
  ...(['version-gap', 'version-repeated', 'claims-overlap', 'fact-impossible', 'ended-early'] as const),
  ...(['held-past-cap', 'extended-past-cap', 'extended-twice', 'acted-after-end', 'table-differs'] as const),
];

describe('the judge, on journals of the program', () => {
  it('has nothing against what guests, losses and takeovers made of them', async () => {
    for (const history of histories) expect(await problemsOf(...recordedOf(history))).toEqual([]);
  });

  for (const rule of SHOWN) {
    for (const { bug, apply } of MUTATIONS[rule]) {
      if (bug === 'a hold lives longer than its lifetime') continue;
      it(`finds, as the history checker does: ${bug}`, async () => {
        const broken = histories.map(apply).filter((mutated) => mutated !== undefined);
        expect(broken.length).toBeGreaterThan(0);
        for (const history of broken.slice(0, 3))
          expect(await problemsOf(...recordedOf(history))).not.toEqual([]);
      });
    }
  }
});
