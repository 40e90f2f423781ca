/** What stands at the end of what is archived: from anywhere in a history it leads to the same as the whole of it. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { calendarOf } from '../../src/actors/baseline.ts';
import { apply } from '../../src/actors/calendar/apply.ts';
import { emptyCalendar } from '../../src/actors/calendar/calendar.ts';
import { link } from '../../src/actors/chain.ts';
import type { JournalEntry } from '../../src/actors/facts.ts';
import type { StoredBaseline } from '../../src/actors/ports.ts';
import { TwoFolds } from '../../src/archive/two-folds.ts';
import type { ArchivedFact } from '../../src/archive/volume-file.ts';

const golden = (name: string) => new URL(`../golden/${name}`, import.meta.url);
/** Every shape of fact there is, chained as the journal does it. */
const ENTRIES: JournalEntry[] = readFileSync(golden('facts-v1.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));
const chain = { head: undefined };
for (const entry of ENTRIES) link(chain, entry);
const A = ENTRIES[0]!.apartmentId;

function archived({ version, fact, subjectId, requestId, atMs, hash }: JournalEntry): ArchivedFact {
  const { kind, ...content } = fact;
  return [A, version, kind, subjectId, requestId, atMs, JSON.stringify(content), hash ?? null];
}

function foldedTo(version: number, from?: StoredBaseline): StoredBaseline {
  const folds = new TwoFolds(A, from);
  for (const entry of ENTRIES.slice(from?.version ?? 0, version)) folds.take(archived(entry));
  const { hash, ...baseline } = folds.end(7);
  return { ...baseline, hash: hash ?? undefined };
}

/** With most kinds of claims: a hold that is being paid, a booking, a block, money that is owed. */
const RICH = 24;

describe('a baseline', () => {
  it('leads from every version to the same end, and is what the calendar was', () => {
    const end = foldedTo(ENTRIES.length);
    const calendar = emptyCalendar();
    for (const [i, entry] of ENTRIES.slice(0, -1).entries()) {
      const baseline = foldedTo(i + 1);
      expect(foldedTo(ENTRIES.length, baseline)).toEqual(end);
      apply(calendar, entry);
      const { past: _, ...made } = calendarOf(A, baseline, 'listed');
      const { past: __, ...was } = calendar;
      expect(JSON.parse(JSON.stringify(made))).toEqual(JSON.parse(JSON.stringify(was)));
    }
  });

  it('is read for ever in the form in which it was first written', () => {
    const stored: StoredBaseline = JSON.parse(readFileSync(golden('baseline-v1.json'), 'utf8'));
    const calendar = emptyCalendar();
    for (const entry of ENTRIES.slice(0, RICH)) apply(calendar, entry);
    expect(JSON.parse(JSON.stringify(calendarOf(A, stored, 'listed').claims))).toEqual(
      JSON.parse(JSON.stringify(calendar.claims)),
    );
    expect(foldedTo(ENTRIES.length, stored)).toEqual(foldedTo(ENTRIES.length));
  });

  it('is refused where it was changed, or is of a later form', () => {
    const baseline = foldedTo(RICH);
    const changed = { ...baseline, state: baseline.state.replace('"guests":2', '"guests":3') };
    expect(changed.state).not.toBe(baseline.state);
    expect(() => calendarOf(A, changed, 'listed')).toThrow(/baseline of version 24 is not as it was written/);
    expect(() => calendarOf(A, { ...baseline, version: 23 }, 'listed')).toThrow(/not as it was written/);
    expect(() => new TwoFolds(A, changed)).toThrow(/not as it was written; nothing of this volume/);
  });

  it('is not made over a fact that is missing, changed, or follows from none', () => {
    const folds = new TwoFolds(A, foldedTo(3));
    expect(() => folds.take(archived(ENTRIES[4]!))).toThrow(/version 5 follows 3.*nothing of this volume/);
    const other = { ...ENTRIES[3]!, atMs: ENTRIES[3]!.atMs + 1 };
    expect(() => new TwoFolds(A, foldedTo(3)).take(archived(other))).toThrow(/nothing of this volume/);
  });
});
