import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { MACHINE_VERSION } from '../../src/actors/apartment-machine.ts';
import { type ChainHead, follow, link } from '../../src/actors/chain.ts';
import type { JournalEntry } from '../../src/actors/facts.ts';
import { SNAPSHOT_EVERY_FACTS } from '../../src/actors/limits.ts';
import { MemoryJournal } from '../../src/persistence/journal/memory-journal.ts';
import { entry, held } from '../persistence/facts.ts';
import { House, ManualTime, turnOfEvents } from '../support/apartment-house.ts';
import { openTerms } from '../support/terms.ts';

const A = 'a1';
const AT_MS = Date.UTC(2027, 0, 1, 12, 0, 0, 7);
const US = '\u001f';

function linked(count: number): JournalEntry[] {
  const chain: ChainHead = { head: undefined };
  const entries = Array.from({ length: count }, (_, i) => entry(A, i + 1, held(`h${i}`)));
  for (const one of entries) link(chain, one);
  return entries;
}

describe('[I2] the chain of facts', () => {
  it('is what its file says, so that anybody can check it', () => {
    const chain: ChainHead = { head: undefined };
    const first = { ...entry(A, 1, { kind: 'paused' }), requestId: null, subjectId: null, atMs: AT_MS };
    const second = { ...entry(A, 2, { kind: 'released', hold: 'h"1' }), requestId: 'r', atMs: AT_MS };
    link(chain, first);
    link(chain, second);
    const row1 = [A, 1, 'paused', '', '', '2027-01-01T12:00:00.007Z', '{}'].join(US);
    const row2 = [A, 2, 'released', 'guest_1', 'r', '2027-01-01T12:00:00.007Z', '{"hold":"h\\"1"}'].join(US);
    const [one, two] = [row1, row2].map((row) => Buffer.from(row));
    expect([first.hash, second.hash]).toEqual([crc32(one!) | 0, crc32(two!, crc32(one!)) | 0]);
    expect(chain.head).toBe(second.hash);
  });

  it('is followed from the first fact or from any other, and begins behind facts from before it', () => {
    const entries = linked(5);
    expect(follow(undefined, entries)).toBe(entries[4]!.hash);
    expect(follow(entries[2]!.hash, entries.slice(3))).toBe(entries[4]!.hash);
    expect(follow(-7, [])).toBe(-7);
    const older = entries.map(({ hash: _, ...rest }) => rest);
    expect(follow(undefined, older)).toBeUndefined();
    const chain: ChainHead = { head: undefined };
    const next = entry(A, 6);
    link(chain, next);
    expect(follow(undefined, [...older, next])).toBe(next.hash);
  });

  it('[C10] is not begun while a server is there that would go on without it, and goes on once begun', () => {
    const chain = { head: undefined, mayBegin: false };
    const entries = [entry(A, 1), entry(A, 2), entry(A, 3), entry(A, 4)] as const;
    expect(link(chain, entries[0])).toBeUndefined();
    chain.mayBegin = true;
    const first = link(chain, entries[1]);
    chain.mayBegin = false;
    expect(link(chain, entries[2])).not.toBe(first);
    expect(follow(undefined, entries.slice(0, 3))).toBe(chain.head);
    expect(() => follow(undefined, entries)).toThrow(/fact 4 carries no hash/);
  });

  it('[C10] is begun by an apartment when all servers know of it', async () => {
    const time = new ManualTime(AT_MS);
    const journal = new MemoryJournal();
    journal.addListing(A, openTerms());
    let isKnown = false;
    const house = new House({ journal, time, mayWrite: (feature) => isKnown && feature === 'chained facts' });
    const block = async (from: number) => {
      const range = { from, to: from + 1 };
      house.ask({ id: 'h', kind: 'host' }, A, { kind: 'block', range });
      await turnOfEvents();
    };
    const today = Math.floor(AT_MS / 86_400_000);
    await block(today + 1);
    isKnown = true;
    await block(today + 2);
    const hashes = (await journal.entries(A, 0, 10)).map(({ hash }) => typeof hash);
    expect(hashes).toEqual(['undefined', 'number']);
  });

  it('keeps the hash of an entry that is sent again', () => {
    const chain: ChainHead = { head: undefined };
    const one = entry(A, 1);
    const hash = link(chain, one);
    link(chain, entry(A, 2));
    expect(link(chain, one)).toBe(hash);
  });

  it('breaks where any column of any fact was changed, one is missing, or its hash was taken away', () => {
    const change = fc.constantFrom<(one: JournalEntry) => JournalEntry | undefined>(
      () => undefined,
      ({ hash: _, ...one }) => one,
      (one) => ({ ...one, atMs: one.atMs + 1 }),
      (one) => ({ ...one, subjectId: null }),
      (one) => ({ ...one, requestId: null }),
      (one) => ({ ...one, apartmentId: 'a2' }),
      (one) => ({ ...one, version: one.version + 1 }),
      (one) => ({ ...one, fact: { ...one.fact, guests: 3 } as never }),
      (one) => ({ ...one, fact: { kind: 'resumed' } }),
      (one) => ({ ...one, hash: 1 }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 6 }), change, (at, changed) => {
        const entries = linked(8).flatMap((one, i) => (i === at ? (changed(one) ?? []) : one));
        expect(() => follow(undefined, entries)).toThrow(/does not follow from what stands before it/);
      }),
    );
  });
});

describe('[I2] an apartment whose facts are not those that were acknowledged', () => {
  const host = { id: 'host', kind: 'host' } as const;
  let journal: MemoryJournal;
  let time: ManualTime;
  let house: House;
  let turn: number;
  beforeEach(async () => {
    journal = new MemoryJournal();
    journal.addListing(A, openTerms());
    time = new ManualTime(AT_MS);
    house = new House({ journal, time });
    turn = 0;
    expect(await many(3)).toBe('ok');
  });

  /** Paused and resumed in turns. @returns the code of the last answer */
  async function many(count: number): Promise<string | undefined> {
    let last: string | undefined;
    for (let i = 0; i < count; i++) {
      const answer = house.ask(host, A, { kind: turn++ % 2 === 0 ? 'pause' : 'resume' });
      await turnOfEvents();
      last = answer.code;
    }
    return last;
  }
  const why = () =>
    house.faults
      .filter(({ event }) => event === 'apartment.unreadable')
      .map(({ details }) => (details.cause as Error).message);

  it('is set apart where one of them was changed by hand', async () => {
    house.dropAll();
    const load = journal.load.bind(journal);
    journal.load = async (...args) => {
      const stored = (await load(...args))!;
      return { ...stored, entries: stored.entries.map((one) => ({ ...one, atMs: one.atMs + 1 })) };
    };
    expect(await many(1)).toBe('unreadable');
    expect(why()).toEqual([expect.stringMatching(/^a1: fact 1 carries the hash .* does not follow/)]);
    expect(await journal.entries(A, 0, 10)).toHaveLength(3);
  });

  it('is set apart where the last of them are gone since they were told', async () => {
    journal.lose(A, ({ version }) => version > 1);
    // The version that it tries is there already, or leaves a gap: this instance goes.
    journal.failNext('conflict');
    expect(await many(1)).not.toBe('ok');
    await time.pass(1_000);
    expect(why()).toEqual(['a1: the journal ends with fact 1, and 3 was acknowledged; facts were lost']);
    expect(await many(1)).toBe('unreadable');
  });

  it('is set apart where its snapshot is ahead of them, or rests on another', async () => {
    await house.registry.stop();
    journal.lose(A, ({ version }) => version === 3);
    house = new House({ journal, time });
    expect(await many(1)).toBe('unreadable');
    expect(why()).toEqual([
      'a1: its snapshot rests on fact 3, which is not in the journal; facts were lost or changed',
    ]);
  });

  it('is dropped at its next snapshot where some went beneath it, and the snapshot is not written', async () => {
    journal.lose(A, ({ version }) => version === 2);
    expect(await many(SNAPSHOT_EVERY_FACTS)).toBe('ok');
    await time.pass(1_000);
    expect((await journal.load(A, MACHINE_VERSION, 10))?.snapshot).toBeUndefined();
    expect(house.faults.map(({ event }) => event)).toContain('apartment.lost');
    expect(await many(1)).toBe('unreadable');
    expect(why()).toEqual([expect.stringMatching(/^a1: fact 3 carries the hash .* does not follow/)]);
  });
});
