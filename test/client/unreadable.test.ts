import { describe, expect, it } from 'vitest';
import {
  UNREADABLE_RETRY_BASE_MS,
  UNREADABLE_RETRY_CAP_MS,
  WATCH_STALE_MS,
} from '../../src/client/limits.ts';
import type { ClientTime } from '../../src/client/pause.ts';
import { Watches, type WatchListener } from '../../src/client/watches.ts';
import type { CommandAnswers, CommandPayload } from '../../src/protocol/commands.ts';
import { type Outcome, refuse } from '../../src/protocol/errors.ts';

const HOUR_MS = 3_600_000;
const WINDOW = ['2027-03-01', '2027-04-01'] as const;

/** A server of which some apartments cannot be read, on time that passes when it is told to. */
function house(...damaged: string[]) {
  const unreadable = new Set(damaged);
  const asked: { readonly atMs: number; readonly ids: readonly string[] }[] = [];
  const due: { atMs: number; readonly everyMs?: number; readonly call: () => void }[] = [];
  let nowMs = 0;
  const time: ClientTime = {
    nowMs: () => nowMs,
    after(ms, call) {
      due.push({ atMs: nowMs + ms, call });
      return () => {};
    },
    every(everyMs, call) {
      due.push({ atMs: nowMs + everyMs, everyMs, call });
      return () => {};
    },
    expiry: () => AbortSignal.any([]),
  };
  const answer = (name: 'watch' | 'unwatch', payload: CommandPayload<'watch' | 'unwatch'>) => {
    const ids = payload.apartmentIds;
    if (name === 'watch') asked.push({ atMs: nowMs, ids });
    const bad = ids.find((id) => unreadable.has(id));
    if (bad !== undefined) return refuse('unreadable', `apartment ${bad} is out of order`);
    const [from, to] = WINDOW;
    const calendars = ids.map((apartmentId) => ({ apartmentId, version: 1, from, to, taken: [] }));
    return { ok: true, data: name === 'watch' ? { calendars } : {} };
  };
  const watches = new Watches({
    ask: async (name, payload) => answer(name, payload) as Outcome<CommandAnswers[typeof name]>,
    random: () => 0.5,
    time,
  });
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    ...{ watches, unreadable, asked, settle },
    async pass(ms: number) {
      const untilMs = nowMs + ms;
      for (;;) {
        due.sort((a, b) => a.atMs - b.atMs);
        const next = due[0];
        if (next === undefined || next.atMs > untilMs) break;
        nowMs = next.atMs;
        if (next.everyMs === undefined) due.shift();
        else next.atMs += next.everyMs;
        next.call();
        await settle();
      }
      nowMs = untilMs;
    },
  };
}

function listening() {
  const refused: string[] = [];
  const calendars = new Set<string>();
  const listener: WatchListener = {
    update: ({ calendar }) => calendars.add(calendar.apartmentId),
    refused: (id, { code }) => void refused.push(`${id} ${code}`),
  };
  return { refused, calendars, listener };
}

describe('[C8] a watch of an apartment that cannot be read', () => {
  it('says so once, and has the apartment back some time after it can be read again', async () => {
    const { watches, unreadable, pass } = house('broken');
    const { refused, calendars, listener } = listening();
    watches.watch(['whole', 'broken'], ...WINDOW, listener);
    watches.resume();
    await pass(HOUR_MS);
    expect([refused, [...calendars]]).toEqual([['broken unreadable'], ['whole']]);
    unreadable.clear();
    await pass(UNREADABLE_RETRY_BASE_MS + UNREADABLE_RETRY_CAP_MS + WATCH_STALE_MS / 4);
    expect([refused, [...calendars]]).toEqual([['broken unreadable'], ['whole', 'broken']]);
  });

  it('asks ever more rarely, and for nobody else with it', async () => {
    const { watches, asked, pass } = house('broken');
    watches.watch(['whole', 'broken'], ...WINDOW, listening().listener);
    watches.resume();
    await pass(HOUR_MS);
    const tries = asked.filter(({ ids }) => ids.includes('broken'));
    expect(tries.slice(1).every(({ ids }) => ids.length === 1)).toBe(true);
    const pauses = tries.slice(2).map(({ atMs }, i) => atMs - tries[i + 1]!.atMs);
    expect(pauses[0]).toBeGreaterThanOrEqual(UNREADABLE_RETRY_BASE_MS);
    expect(pauses.at(-1)).toBeGreaterThanOrEqual(UNREADABLE_RETRY_CAP_MS / 2);
    expect(tries.length).toBeGreaterThan(HOUR_MS / (2 * UNREADABLE_RETRY_CAP_MS));
    expect(tries.length).toBeLessThan((2 * HOUR_MS) / UNREADABLE_RETRY_CAP_MS);
  });

  it('is begun anew on each link, as the server behind it may be another', async () => {
    const { watches, unreadable, pass } = house('broken');
    const { calendars, listener } = listening();
    watches.watch(['broken'], ...WINDOW, listener);
    watches.resume();
    await pass(HOUR_MS);
    watches.suspend();
    unreadable.clear();
    watches.resume();
    await pass(0);
    expect([...calendars]).toEqual(['broken']);
  });

  it('says so to who comes later, and nothing more to who has gone', async () => {
    const { watches, unreadable, pass } = house('broken');
    const first = listening();
    const second = listening();
    const stop = watches.watch(['broken'], ...WINDOW, first.listener);
    watches.resume();
    await pass(1_000);
    watches.watch(['broken'], ...WINDOW, second.listener);
    await pass(0);
    expect(second.refused).toEqual(['broken unreadable']);
    stop();
    unreadable.clear();
    await pass(HOUR_MS);
    expect(first.refused).toEqual(['broken unreadable']);
    expect([[...first.calendars], [...second.calendars]]).toEqual([[], ['broken']]);
  });
});
