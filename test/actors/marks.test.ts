import { beforeEach, describe, expect, it } from 'vitest';
import { MARK_KEPT_MS, PASSIVATE_AFTER_MS } from '../../src/actors/limits.ts';
import type { Append, MarkChange } from '../../src/actors/ports.ts';
import { MemoryJournal } from '../../src/persistence/journal/memory-journal.ts';
import { shardOf } from '../../src/protocol/ids.ts';
import { COMMAND_DEADLINE_MS } from '../../src/protocol/limits.ts';
import { House, ManualTime, markedIn, turnOfEvents } from '../support/apartment-house.ts';
import { openTerms } from '../support/terms.ts';

const NOW_MS = Date.UTC(2027, 0, 1, 12);
const TODAY = Math.floor(NOW_MS / 86_400_000);
const ana = { id: 'ana', kind: 'guest' } as const;
const [A, B] = ['a1', 'b1'];
const hold = { kind: 'hold', stay: { from: TODAY, to: TODAY + 2 }, guests: 1 } as const;
/** Longer than a mark is kept, and than a sweep takes to come by. */
const AT_REST_MS = MARK_KEPT_MS + 1_000;

let journal: MemoryJournal;
let time: ManualTime;
let house: House;
let changes: MarkChange['to'][];
/** In place of the journal's own, once. */
let instead: ((append: Append) => void) | undefined;

beforeEach(() => {
  journal = new MemoryJournal();
  for (const id of [A, B]) journal.addListing(id, openTerms());
  time = new ManualTime(NOW_MS);
  changes = [];
  instead = undefined;
  const append = journal.append.bind(journal);
  journal.append = (one) => {
    if (one.mark !== undefined) changes.push(one.mark.to);
    const act = instead ?? append;
    instead = undefined;
    act(one);
  };
  house = new House({ journal, time, epochOf: (shard) => journal.epochOf(shard) });
});

async function held(id: string = A) {
  const answer = house.ask(ana, id, hold);
  await turnOfEvents();
  return answer;
}

async function released(answer: { readonly holdId: string }, id: string = A): Promise<void> {
  house.ask(ana, id, { kind: 'release', holdId: answer.holdId });
  await turnOfEvents();
}

describe('[I5] the mark of an apartment that must run', () => {
  it('is made with the first hold, and costs an apartment in use nothing more', async () => {
    for (let i = 0; i < 20; i++) {
      await released(await held());
      await time.pass(MARK_KEPT_MS / 2);
    }
    expect(changes).toEqual(['made']);
    expect(await markedIn(journal)).toEqual([A]);
  });

  it('goes when the apartment has been at rest for some time, not before, and comes back with the next hold', async () => {
    const first = await held();
    await time.pass(60_000);
    expect(await markedIn(journal)).toEqual([A]);
    await released(first);
    await time.pass(MARK_KEPT_MS - 1_000);
    expect(await markedIn(journal)).toEqual([A]);
    await time.pass(2_000);
    expect(await markedIn(journal)).toEqual([]);
    await held();
    expect(await markedIn(journal)).toEqual([A]);
    // It lapses by itself.
    await time.pass(601_000 + AT_REST_MS);
    expect(await markedIn(journal)).toEqual([]);
    expect(changes).toEqual(['made', 'taken', 'made', 'taken']);
  });

  it('is made anew by a hold that comes while it is being taken', async () => {
    await released(await held());
    journal.stall();
    await time.pass(AT_REST_MS);
    expect(changes).toEqual(['made', 'taken']);
    house.ask(ana, A, hold);
    await turnOfEvents();
    journal.resume();
    await turnOfEvents();
    expect(changes).toEqual(['made', 'taken', 'made']);
    expect(await markedIn(journal)).toEqual([A]);
  });

  it('survives a taking that was lost, and comes to the disk after the hold that needs it', async () => {
    await released(await held());
    let late: Append | undefined;
    instead = (append) => {
      late = append;
      append.done({ status: 'unknown' });
    };
    await time.pass(AT_REST_MS);
    expect(late?.mark?.to).toBe('taken');
    await held();
    expect(journal.commit([late!]).status).toBe('committed');
    expect(await markedIn(journal)).toEqual([A]);
  });

  it('is tried again where it is not known to be taken', async () => {
    await released(await held());
    journal.failNext('unknown', ({ mark }) => mark?.to === 'taken');
    await time.pass(AT_REST_MS);
    expect(changes).toEqual(['made', 'taken', 'taken']);
    expect(await markedIn(journal)).toEqual([]);
    expect(house.faults).toEqual([]);
  });

  it('stays while facts that rely on it may still reach the disk, from an instance that was lost', async () => {
    await released(await held());
    let late: Append | undefined;
    instead = (append) => {
      late = append;
    };
    const asked = house.ask(ana, A, hold);
    await time.pass(COMMAND_DEADLINE_MS + 1_000);
    expect(asked.code).toBe('unavailable');
    late!.done({ status: 'unknown' });
    await time.pass(PASSIVATE_AFTER_MS / 2);
    // It runs again, at rest for all that it knows.
    expect(house.registry.get(A)?.isQuiet).toBe(true);
    expect(await markedIn(journal)).toEqual([A]);
    expect(journal.commit([late!]).status).toBe('committed');
    expect(await markedIn(journal)).toEqual([A]);
  });

  it('goes after such a loss once a fact of the next instance has kept those from the disk', async () => {
    await released(await held());
    let late: Append | undefined;
    instead = (append) => {
      late = append;
      append.done({ status: 'unknown' });
    };
    const again = house.ask(ana, A, hold);
    await time.pass(1_000);
    expect(again.code).toBe('ok');
    expect(journal.commit([late!]).status).toBe('conflict');
    await released(again);
    await time.pass(AT_REST_MS);
    expect(await markedIn(journal)).toEqual([]);
  });

  it('goes by one needless start where a crash left it behind', async () => {
    await released(await held());
    await held(B);
    house.dropAll();
    for (const id of [A, B]) journal.takeOver(shardOf(id));
    const next = new House({ journal, time, epochOf: (shard) => journal.epochOf(shard), name: 'next' });
    const marked = await markedIn(journal);
    expect(marked).toEqual([A, B]);
    await Promise.all([next.registry.wake(marked), time.pass(1_000)]);
    expect(next.registry.size).toBe(2);
    await time.pass(AT_REST_MS);
    expect(await markedIn(journal)).toEqual([B]);
  });

  it('goes at once where a server stops, but for what must run', async () => {
    await released(await held());
    await held(B);
    await Promise.all([house.registry.stop(), time.pass(1_000)]);
    expect(await markedIn(journal)).toEqual([B]);
  });
});
