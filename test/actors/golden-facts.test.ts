import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { apply } from '../../src/actors/calendar/apply.ts';
import { emptyCalendar } from '../../src/actors/calendar/calendar.ts';
import type { FactKind, JournalEntry } from '../../src/actors/facts.ts';

/**
 * Every shape of fact that was ever written, as the journal holds it, and the calendar that they make. These files
 * are only added to: a line that no longer reads is an old journal that no longer reads.
 */
const golden = (name: string) => readFileSync(new URL(`../golden/${name}`, import.meta.url), 'utf8');
const entriesOf = (name: string): JournalEntry[] =>
  golden(name)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const entries = entriesOf('facts-v1.jsonl');

const KINDS: Record<FactKind, true> = {
  held: true,
  extended: true,
  confirming: true,
  authorised: true,
  declined: true,
  confirmed: true,
  released: true,
  expired: true,
  settled: true,
  cancelled: true,
  blocked: true,
  unblocked: true,
  adopted: true,
  paused: true,
  resumed: true,
  retired: true,
};

describe('golden facts', () => {
  it('has an example of every kind', () => {
    const all = [...entries, ...entriesOf('facts-v1-adopted.jsonl')];
    expect(new Set(all.map((entry) => entry.fact.kind))).toEqual(new Set(Object.keys(KINDS)));
  });

  it('reads every fact ever written into the same calendar', () => {
    const calendar = emptyCalendar();
    for (const entry of entries) apply(calendar, entry);
    expect(JSON.parse(JSON.stringify(calendar))).toEqual(JSON.parse(golden('calendar-v1.json')));
  });

  it('reads whose everything is that another guest had', () => {
    const calendar = emptyCalendar();
    for (const entry of entriesOf('facts-v1-adopted.jsonl')) apply(calendar, entry);
    const read = JSON.parse(JSON.stringify(calendar));
    expect(read).toEqual(JSON.parse(golden('calendar-v1-adopted.json')));
    expect(JSON.stringify(read)).not.toContain('"g1"');
  });

  it('reads who came along, and what was charged for them', () => {
    const [held, ...rest] = entriesOf('facts-v1-party.jsonl');
    expect(rest).toEqual([]);
    const calendar = emptyCalendar();
    apply(calendar, held!);
    const [hold] = calendar.claims;
    expect(hold).toMatchObject({
      guests: 3,
      price: {
        lines: [
          [0, 2, 20000],
          [4, 1, 3000],
          [2, 700, 1610],
          [5, 4, 1200],
        ],
      },
    });
    expect(held!.fact).toMatchObject({ adults: 2 });
  });

  it('reads a refund that was refused for good: nothing is owed any more', () => {
    const calendar = emptyCalendar();
    for (const entry of entriesOf('facts-v1-refused.jsonl')) apply(calendar, entry);
    expect(calendar).toMatchObject({ version: 4, claims: [], settlements: [] });
  });
});
