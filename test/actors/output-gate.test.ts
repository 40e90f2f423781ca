import { beforeEach, describe, expect, it } from 'vitest';
import { MAILBOX_MAX } from '../../src/actors/limits.ts';
import { MemoryJournal } from '../../src/persistence/journal/memory-journal.ts';
import { shardOf } from '../../src/protocol/ids.ts';
import { COMMAND_DEADLINE_MS } from '../../src/protocol/limits.ts';
import { House, ManualTime, markedIn, turnOfEvents } from '../support/apartment-house.ts';
import { openTerms } from '../support/terms.ts';

const NOW_MS = Date.UTC(2027, 0, 1, 12);
const TODAY = Math.floor(NOW_MS / 86_400_000);
const ana = { id: 'ana', kind: 'guest' } as const;
const ben = { id: 'ben', kind: 'guest' } as const;
const A = 'a1';
const stay = (from: number, nights = 2) => ({ from: TODAY + from, to: TODAY + from + nights });
const hold = (from = 0, nights = 2) => ({ kind: 'hold', stay: stay(from, nights), guests: 1 }) as const;

let journal: MemoryJournal;
let time: ManualTime;
let house: House;

beforeEach(() => {
  journal = new MemoryJournal();
  journal.addListing(A, openTerms());
  time = new ManualTime(NOW_MS);
  house = newHouse();
});

function newHouse(): House {
  return new House({ journal, time, epochOf: (shard) => journal.epochOf(shard) });
}

describe('the output gate', () => {
  it('[I2] lets neither an answer nor a delta out before its fact is on disk', async () => {
    journal.stall();
    const answer = house.ask(ana, A, hold());
    await turnOfEvents();
    expect([answer.code, house.changes]).toEqual([undefined, []]);
    expect(journal.depth).toBe(1);
    journal.resume();
    await turnOfEvents();
    expect(answer.code).toBe('ok');
    expect(house.changes.map(({ version, cause }) => [version, cause])).toEqual([[1, 'held']]);
  });

  it('[I2] keeps a refusal back until the claim that it rests on is on disk', async () => {
    journal.stall();
    const first = house.ask(ana, A, hold());
    const second = house.ask(ben, A, hold());
    await turnOfEvents();
    expect([first.code, second.code]).toEqual([undefined, undefined]);
    journal.resume();
    await turnOfEvents();
    expect([first.code, second.code]).toEqual(['ok', 'nights_unavailable']);
  });

  it('decides the next command without waiting for the disk, and answers in order', async () => {
    journal.stall();
    const answers = [0, 2, 4, 6].map((from) => house.ask(ana, A, hold(from)));
    await turnOfEvents();
    expect(journal.depth).toBe(4);
    journal.resume();
    await turnOfEvents();
    expect(answers.map(({ code }) => code)).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(house.changes.map(({ version }) => version)).toEqual([1, 2, 3, 4]);
  });

  it('[I1] takes a refusal back with the claim that it rested on, when that claim never reached the disk', async () => {
    journal.failNext('unknown', (append) => append.entries.some(({ subjectId }) => subjectId === 'ana'));
    journal.stall();
    house.ask(ana, A, hold());
    const second = house.ask(ben, A, hold());
    await turnOfEvents();
    journal.resume();
    await turnOfEvents();
    await time.pass(1_000);
    // Both were asked again after the reload; who is first then is first. Nobody was told anything before.
    expect(house.changes.filter(({ cause }) => cause === 'held')).toHaveLength(1);
    expect(second.code).toBe('nights_unavailable');
  });

  for (const fault of ['unknown', 'lost', 'fenced', 'conflict'] as const) {
    for (const nth of [0, 1, 2]) {
      it(`[I3] [I4] survives '${fault}' on append ${nth} of three: each takes effect once and is answered ok`, async () => {
        let seen = 0;
        let isOver = false;
        journal.failWhen(() => {
          if (isOver || seen++ !== nth) return undefined;
          isOver = true;
          return fault;
        });
        journal.stall();
        const answers = [0, 2, 4].map((from) => house.ask(ana, A, hold(from)));
        await turnOfEvents();
        journal.resume();
        await turnOfEvents();
        await time.pass(2_000);
        expect(answers.map(({ code }) => code)).toEqual(['ok', 'ok', 'ok']);
        const entries = await journal.entries(A, 0, 100);
        expect(entries.map(({ version }) => version)).toEqual([1, 2, 3]);
        expect(new Set(entries.map(({ requestId }) => requestId)).size).toBe(3);
        expect(house.faults.map(({ event }) => event)).toContain('apartment.lost');
      });
    }
  }

  it('answers `unavailable` at the deadline while the journal is stalled, and the command takes effect once', async () => {
    journal.stall();
    const requestId = House.requestId();
    const answer = house.ask(ana, A, hold(), requestId);
    await time.pass(COMMAND_DEADLINE_MS + 500);
    expect(answer.outcome).toMatchObject({ ok: false, error: { code: 'unavailable', retryable: true } });
    const again = house.ask(ana, A, hold(), requestId);
    journal.resume();
    await time.pass(1_000);
    expect(again.code).toBe('ok');
    expect(await journal.entries(A, 0, 10)).toHaveLength(1);
  });

  it('a former owner says nothing false: it is fenced, and what it was asked goes to the new epoch', async () => {
    const first = house.ask(ana, A, hold(0));
    await turnOfEvents();
    expect(first.code).toBe('ok');
    journal.takeOver(shardOf(A));
    const second = house.ask(ben, A, hold(0));
    const third = house.ask(ben, A, hold(10));
    await time.pass(1_000);
    expect([second.code, third.code]).toEqual(['nights_unavailable', 'ok']);
  });

  it('refuses a command whose turn the storage refuses again and again, and goes on with the others', async () => {
    journal.failWhen((append) =>
      append.entries.some(({ subjectId }) => subjectId === 'ben') ? 'conflict' : undefined,
    );
    const bad = house.ask(ben, A, hold(0));
    const good = house.ask(ana, A, hold(10));
    await time.pass(2_000);
    expect([bad.code, good.code]).toEqual(['internal', 'ok']);
  });
});

describe('the registry', () => {
  it('loads an apartment once under concurrent demand', async () => {
    let loads = 0;
    const load = journal.load.bind(journal);
    journal.load = (...args) => {
      loads += 1;
      return load(...args);
    };
    const answers = Array.from({ length: 50 }, (_, i) =>
      house.ask({ id: `g${i}`, kind: 'guest' }, A, hold(2 * i)),
    );
    await turnOfEvents();
    expect(loads).toBe(1);
    expect(new Set(answers.map(({ code }) => code))).toEqual(new Set(['ok']));
  });

  it('bounds the mailbox of an apartment that is being loaded', async () => {
    let finish = () => {};
    const load = journal.load.bind(journal);
    journal.load = async (...args) => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return load(...args);
    };
    const answers = Array.from({ length: MAILBOX_MAX + 5 }, (_, i) => house.ask(ana, A, hold(i % 300)));
    expect(answers.filter(({ code }) => code === 'unavailable')).toHaveLength(5);
    finish();
    await time.pass(1_000);
    expect(answers.every(({ code }) => code !== undefined)).toBe(true);
  });

  it('answers not_found for an apartment that there is not', async () => {
    const answer = house.ask(ana, 'nowhere', hold());
    await turnOfEvents();
    expect(answer.code).toBe('not_found');
  });

  it('tries again to load while the storage is away, within the command deadline', async () => {
    const load = journal.load.bind(journal);
    let away = true;
    journal.load = (...args) => (away ? Promise.reject(new Error('away')) : load(...args));
    const answer = house.ask(ana, A, hold());
    await time.pass(3_000);
    expect(answer.code).toBeUndefined();
    away = false;
    await time.pass(1_000);
    expect(answer.code).toBe('ok');
    away = true;
    const late = house.ask(ana, 'a2', hold());
    await time.pass(COMMAND_DEADLINE_MS + 1_000);
    expect(late.code).toBe('unavailable');
  });

  it('answers a defect with `internal`, reloads, and keeps what was committed', async () => {
    const first = house.ask(ana, A, hold(0));
    await turnOfEvents();
    // Deciding throws: there is no such time zone. The machine is stopped for good by that.
    house.registry.changeTerms(A, openTerms({ timeZone: 'No/Where' }));
    const defect = house.ask(ana, A, hold(10));
    expect(defect.code).toBe('internal');
    const release = house.ask(ana, A, { kind: 'release', holdId: first.holdId });
    await turnOfEvents();
    expect(release.code).toBe('ok');
  });
});

describe('answers asked again', () => {
  it('[I3] are the same to the byte, also after the actor was lost and from another server', async () => {
    const requests: [Parameters<House['ask']>[2], string][] = [];
    const first: string[] = [];
    const asked = async (body: Parameters<House['ask']>[2]) => {
      const requestId = House.requestId();
      requests.push([body, requestId]);
      const answer = house.ask(ana, A, body, requestId);
      await time.pass(100);
      first.push(JSON.stringify(answer.outcome));
      return answer;
    };
    const one = await asked(hold(0));
    await asked({ kind: 'extend', holdId: one.holdId });
    await asked(hold(1, 3));
    const two = await asked(hold(10));
    await asked({ kind: 'release', holdId: two.holdId });
    expect(first.every((text) => text.startsWith('{"ok":true'))).toBe(true);

    for (const server of [house, newHouse()]) {
      server.dropAll();
      for (const [i, [body, requestId]] of requests.entries()) {
        const again = server.ask(ana, A, body, requestId);
        await turnOfEvents();
        expect(JSON.stringify(again.outcome)).toBe(first[i]);
      }
    }
    expect(await journal.entries(A, 0, 100)).toHaveLength(5);
  });

  it('[C2] with other content are an idempotency_conflict', async () => {
    const requestId = House.requestId();
    house.ask(ana, A, hold(0), requestId);
    const other = house.ask(ana, A, hold(5), requestId);
    await turnOfEvents();
    expect(other.code).toBe('idempotency_conflict');
  });

  it('[C2] for another apartment are commands of their own', async () => {
    journal.addListing('b1', openTerms());
    const requestId = House.requestId();
    const here = house.ask(ana, A, hold(0), requestId);
    const there = house.ask(ana, 'b1', hold(5), requestId);
    await turnOfEvents();
    expect([here.code, there.code]).toEqual(['ok', 'ok']);
    expect(there.holdId).not.toBe(here.holdId);
  });

  it('[I3] are told apart by subject', async () => {
    const requestId = House.requestId();
    const mine = house.ask(ana, A, hold(0), requestId);
    const theirs = house.ask(ben, A, hold(5), requestId);
    await turnOfEvents();
    expect([mine.code, theirs.code]).toEqual(['ok', 'ok']);
    const [again, theirsAgain] = [
      house.ask(ana, A, hold(0), requestId),
      house.ask(ben, A, hold(5), requestId),
    ];
    await turnOfEvents();
    expect([again.holdId, theirsAgain.holdId]).toEqual([mine.holdId, theirs.holdId]);
    house.dropAll();
    const reloaded = [house.ask(ana, A, hold(0), requestId), house.ask(ben, A, hold(5), requestId)];
    await turnOfEvents();
    expect(reloaded.map(({ holdId }) => holdId)).toEqual([mine.holdId, theirs.holdId]);
    expect(await journal.entries(A, 0, 10)).toHaveLength(2);
  });

  it('[H8] an ended hold is told apart from none, but only to its guest', async () => {
    const placed = house.ask(ana, A, hold(0));
    await turnOfEvents();
    house.ask(ana, A, { kind: 'release', holdId: placed.holdId });
    await turnOfEvents();
    const codes = [
      house.ask(ana, A, { kind: 'extend', holdId: placed.holdId }),
      house.ask(ben, A, { kind: 'extend', holdId: placed.holdId }),
      house.ask(ana, A, { kind: 'extend', holdId: 'h999-nothing' }),
      house.ask(ana, A, { kind: 'extend', holdId: 'gibberish' }),
    ];
    await turnOfEvents();
    expect(codes.map(({ code }) => code)).toEqual(['hold_not_open', 'not_found', 'not_found', 'not_found']);
  });
});

describe('deadlines', () => {
  it('[I5] frees a hold after expiresAt and not before, by itself', async () => {
    const placed = house.ask(ana, A, hold(0));
    await turnOfEvents();
    expect(placed.code).toBe('ok');
    await time.pass(599_000);
    expect(house.changes.map(({ cause }) => cause)).toEqual(['held']);
    await time.pass(2_000);
    expect(house.changes.map(({ cause }) => cause)).toEqual(['held', 'expired']);
    expect(house.openHolds.count).toBe(0);
  });

  it('[I5] keeps deadlines across a restart, also one that passed meanwhile', async () => {
    house.ask(ana, A, hold(0));
    await turnOfEvents();
    await house.registry.stop();
    await time.pass(700_000);
    const next = newHouse();
    await Promise.all([next.registry.wake(await markedIn(journal)), time.pass(1_000)]);
    expect(next.changes.map(({ cause }) => cause)).toEqual(['expired']);
    const other = next.ask(ben, A, hold(0));
    await turnOfEvents();
    expect(other.code).toBe('ok');
  });

  it('[H5] counts open holds over all apartments', async () => {
    for (const id of ['b1', 'b2', 'b3', 'b4', 'b5']) journal.addListing(id, openTerms());
    const answers = ['b1', 'b2', 'b3', 'b4', 'b5', A].map((id) => house.ask(ana, id, hold(0)));
    await turnOfEvents();
    expect(answers.map(({ code }) => code)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', 'too_many_holds']);
    house.ask(ana, 'b1', { kind: 'release', holdId: answers[0]!.holdId });
    await turnOfEvents();
    const again = house.ask(ana, A, hold(0));
    await turnOfEvents();
    expect(again.code).toBe('ok');
  });
});
