import { beforeEach, describe, expect, it } from 'vitest';
import { MACHINE_VERSION } from '../../src/actors/apartment-machine.ts';
import { MemoryJournal } from '../../src/persistence/journal/memory-journal.ts';
import { shardOf } from '../../src/protocol/ids.ts';
import { COMMAND_DEADLINE_MS } from '../../src/protocol/limits.ts';
import { House, ManualTime, turnOfEvents } from '../support/apartment-house.ts';
import { openTerms } from '../support/terms.ts';

const NOW_MS = Date.UTC(2027, 0, 1, 12);
const TODAY = Math.floor(NOW_MS / 86_400_000);
const ana = { id: 'ana', kind: 'guest' } as const;
const [A, B] = ['a1', 'b1'];
const stay = { from: TODAY, to: TODAY + 2 };
const hold = { kind: 'hold', stay, guests: 1 } as const;

let journal: MemoryJournal;
let time: ManualTime;
let house: House;
let loads: string[];

beforeEach(() => {
  journal = new MemoryJournal();
  for (const id of [A, B]) journal.addListing(id, openTerms());
  time = new ManualTime(NOW_MS);
  house = new House({ journal, time });
  loads = [];
  const load = journal.load.bind(journal);
  journal.load = (...args) => {
    loads.push(args[0]);
    return load(...args);
  };
});

/** A fact as some other program may have written it. */
async function written(apartmentId: string, fact: object): Promise<void> {
  const version = (await journal.entries(apartmentId, 0, 1_000)).length + 1;
  const entry = { apartmentId, version, fact, subjectId: 'ben', requestId: null, atMs: NOW_MS };
  const shard = shardOf(apartmentId);
  const chain = { head: (await journal.entry(apartmentId, version - 1))?.hash };
  await new Promise((done) =>
    journal.append({ apartmentId, shard, epoch: 1, entries: [entry as never], chain, done }),
  );
}

async function ask(apartmentId: string) {
  const answer = house.ask(ana, apartmentId, hold);
  await time.pass(100);
  return answer;
}

describe('[C8] [I1] an apartment whose history is not understood', () => {
  const NEWER: Record<string, object> = {
    'a kind that this program does not know': { kind: 'sublet', ...stay, by: 'ben' },
    'a version of a kind that this program does not know': {
      kind: 'blocked',
      v: 2,
      block: 'k1-x',
      nights: [stay],
    },
    'no version at all': { kind: 'blocked', v: 'two', block: 'k1-x', ...stay },
    'a kind that every object has': { kind: 'constructor' },
  };
  for (const [what, fact] of Object.entries(NEWER)) {
    it(`decides nothing and sells nothing: ${what}`, async () => {
      await written(A, fact);
      expect((await ask(A)).code).toBe('unreadable');
      expect((await ask(B)).code).toBe('ok');
      expect(await journal.entries(A, 1, 10)).toEqual([]);
      const read = await house.reads.calendar(A, stay, time.nowMs);
      expect(read?.ok === false && read.error.code).toBe('unreadable');
      const history = await house.reads.history(A, { limit: 10 });
      expect(history.ok === false && history.error.code).toBe('unreadable');
      expect(house.faults.map(({ event }) => event)).toEqual(['apartment.unreadable']);
      expect(String(house.faults[0]?.details.cause)).toMatch(
        /a1: fact 1 is .* run the newer one that wrote it/,
      );
    });
  }
});

it('[C8] decides nothing about an apartment whose snapshot is none', async () => {
  await written(A, { kind: 'paused' });
  const hash = (await journal.entry(A, 1))?.hash;
  const known = { apartmentId: A, version: 1, machineVersion: MACHINE_VERSION, windowFromVersion: 1 };
  await journal.saveSnapshots([{ ...known, restless: false, hash, state: null }]);
  expect((await ask(A)).code).toBe('unreadable');
});

describe('[C8] apartments that cannot be read', () => {
  it('are tried ever more rarely, whoever asks, and logged once', async () => {
    await ask(A);
    house.dropAll();
    await written(A, { kind: 'sublet' });
    loads.length = 0;
    // Owed: its hold must end. Each second somebody asks beside that.
    void house.registry.wake([A]);
    for (let second = 0; second < 120; second++) {
      house.ask(ana, A, hold);
      await time.pass(1_000);
    }
    expect(loads.length).toBeGreaterThan(4);
    expect(loads.length).toBeLessThan(9);
    expect(house.faults.filter(({ event }) => event === 'apartment.unreadable')).toHaveLength(1);
  });

  it('are served again once they can be read, and then at once', async () => {
    await written(A, { kind: 'sublet' });
    const load = journal.load;
    expect((await ask(A)).code).toBe('unreadable');
    const fact = { kind: 'blocked', block: 'k1-x', from: TODAY + 20, to: TODAY + 22 } as const;
    journal.load = async (...args) => {
      const stored = (await load(...args))!;
      return { ...stored, entries: stored.entries.map((entry) => ({ ...entry, fact, hash: undefined })) };
    };
    expect((await ask(A)).code).toBe('unreadable');
    await time.pass(1_000);
    expect((await ask(A)).code).toBe('ok');
    expect(house.faults.map(({ event }) => event)).toEqual(['apartment.unreadable', 'apartment.readable']);
  });

  it('[H6] keep no hold open for a confirm that has been refused as such', async () => {
    const placed = await ask(A);
    await time.pass(599_000);
    await written(A, { kind: 'sublet' });
    const contact = { name: 'Ana', email: 'ana@example.com' };
    const confirm = { kind: 'confirm', holdId: placed.holdId, contact, method: 'sandbox_ok' } as const;
    const paid = house.ask(ana, A, confirm);
    await time.pass(300);
    expect(paid.code).toBe('unreadable');
    journal.lose(A, ({ version }) => version === 2);
    await time.pass(2_000);
    const other = house.ask({ id: 'ben', kind: 'guest' }, A, hold);
    await time.pass(100);
    expect(other.code).toBe('ok');
  });

  it('[H5] are counted with what was held in them, and again by all once they can be read', async () => {
    const held = () => [...house.registry.openHolds()].map(({ apartmentId, hold }) => [apartmentId, hold.id]);
    const { holdId } = await ask(A);
    await written(A, { kind: 'sublet' });
    // In a turn that the storage refuses: nobody has ever held these nights.
    house.ask({ id: 'ben', kind: 'guest' }, A, { ...hold, stay: { from: TODAY + 9, to: TODAY + 11 } });
    await time.pass(100);
    expect(house.registry.get(A)).toBeUndefined();
    expect(held()).toEqual([[A, holdId]]);
    expect(house.madeReadable).toBe(0);
    journal.lose(A, ({ version }) => version === 2);
    await time.pass(2_000);
    expect(house.registry.get(A)).toBeDefined();
    expect(held()).toEqual([[A, holdId]]);
    expect(house.madeReadable).toBe(1);
  });

  const bad = Array.from({ length: 200 }, (_, i) => `bad-${i}`);
  async function setApart(): Promise<void> {
    for (const id of bad) {
      journal.addListing(id, openTerms());
      await written(id, { kind: 'sublet' });
      house.ask(ana, id, hold);
    }
    await time.pass(2_000);
  }

  it('are tried with rests in between, however many they are and whoever asks', async () => {
    await setApart();
    loads.length = 0;
    const codes = new Set<unknown>();
    let inFirstSecond = 0;
    for (let round = 0; round < 100; round++) {
      const asked = bad.map((id) => house.ask(ana, id, hold));
      await time.pass(100);
      for (const { code } of asked) codes.add(code);
      if (round === 9) inFirstSecond = loads.length;
    }
    // One at the beginning, and one after each rest of 20 ms.
    expect(inFirstSecond).toBe(51);
    expect(new Set(loads)).toEqual(new Set(bad));
    codes.delete(undefined);
    expect(codes).toEqual(new Set(['unreadable']));
  });

  it('let nobody else wait: one of them is read at a time', async () => {
    await setApart();
    const load = journal.load;
    // From here on each load of theirs hangs.
    journal.load = (...args) => (bad.includes(args[0]) ? new Promise(() => {}) : load(...args));
    loads.length = 0;
    const waiting = bad.map((id) => house.ask(ana, id, hold));
    await turnOfEvents();
    expect((await ask(B)).code).toBe('ok');
    await time.pass(COMMAND_DEADLINE_MS + 1_000);
    expect(new Set(waiting.map(({ code }) => code))).toEqual(new Set(['unavailable', 'unreadable']));
  });
});
