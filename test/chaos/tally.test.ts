import { describe, expect, it } from 'vitest';
import type { Asked, HistoryEvent } from '../history/history.ts';
import type { Struck } from './inject.ts';
import { Tally } from './tally.ts';

const KILL: Struck = {
  fault: { n: 1, kind: 'kill', server: 0, atMs: 1_000, forMs: 500 },
  ...{ fromMs: 1_000, backMs: 2_000, apartmentIds: ['a', 'b'] },
};
const REDIS: Struck = {
  fault: { n: 2, kind: 'redis', atMs: 3_000, forMs: 1_000 },
  ...{ fromMs: 3_000, backMs: 4_000, apartmentIds: [] },
};
const LOCK: Struck = {
  fault: { n: 3, kind: 'lock', rows: 'bookings', tenth: 0, atMs: 1_000, forMs: 1_000 },
  ...{ fromMs: 1_000, backMs: 2_000, apartmentIds: ['a'] },
};

const POISON: Struck = {
  fault: { n: 4, kind: 'poison', with: 'unknown', tenth: 0, atMs: 1_000, forMs: 1_000 },
  ...{ fromMs: 1_000, backMs: 2_000, apartmentIds: ['a'] },
};

function tallied(struck: Struck, ...events: HistoryEvent[]): Tally {
  const tally = new Tally([struck], 0, 10_000);
  for (const event of events) tally.take(event);
  return tally;
}
function invoke(op: number, atMs: number, apartmentId: string, command = 'release'): HistoryEvent {
  const asked = { command, args: { apartmentId, holdId: 'h' } } as Asked;
  return { type: 'invoke', atMs, process: 'g', op, subject: 'ana', ...asked };
}
const ok = (op: number, atMs: number): HistoryEvent => ({
  ...{ type: 'ok', atMs, process: 'g', op },
  data: { holds: [], bookings: [] },
});
const unknown = (op: number, atMs: number): HistoryEvent => ({ type: 'unknown', atMs, process: 'g', op });
const told = (watch: number, atMs: number, version: number): HistoryEvent => ({
  ...{
    type: 'availability',
    atMs,
    process: 'w',
    watch,
    apartmentId: 'a',
    version,
    changes: [],
    applied: true,
  },
});

describe('the time after a fault', () => {
  it('is counted from the fault to answers of commands that were sent after it, one for each apartment', () => {
    const tally = tallied(
      KILL,
      invoke(1, 900, 'a'),
      ok(1, 1_100),
      invoke(2, 1_200, 'a', 'calendar'),
      ok(2, 1_300),
      invoke(3, 1_200, 'a'),
      ok(3, 1_700),
      invoke(4, 1_800, 'b'),
      ok(4, 1_900),
    );
    const [recovery] = tally.recoveries;
    expect(recovery).toMatchObject({ firstMs: 700, eachMs: [700, 900], failed: 0 });
    expect(tally.outageEndMs(recovery!, 10_000)).toBe(2_000);
  });

  it('goes on to the end where an apartment has not answered', () => {
    const tally = tallied(KILL, invoke(1, 1_200, 'a'), ok(1, 2_500));
    expect(tally.outageEndMs(tally.recoveries[0]!, 10_000)).toBe(10_000);
  });

  it('has the commands that failed while it was felt', () => {
    const tally = tallied(
      KILL,
      invoke(1, 500, 'a'),
      unknown(1, 1_500),
      invoke(2, 8_000, 'a'),
      unknown(2, 9_000),
    );
    expect(tally.failed).toBe(2);
    expect(tally.recoveries[0]!.failed).toBe(1);
  });
});

describe('holds while something is locked', () => {
  it('are those of other apartments that were asked for and answered meanwhile', () => {
    const tally = tallied(
      LOCK,
      ...[invoke(1, 900, 'b', 'hold'), ok(1, 1_100), invoke(2, 1_200, 'b', 'hold'), ok(2, 1_230)],
      ...[invoke(3, 1_300, 'a', 'hold'), ok(3, 1_900), invoke(4, 1_400, 'b'), ok(4, 1_500)],
      ...[invoke(5, 1_950, 'b', 'hold'), ok(5, 2_050)],
    );
    expect(tally.recoveries[0]!.othersMs).toEqual([30]);
  });
});

describe('what cannot be read', () => {
  const refused = (op: number, atMs: number): HistoryEvent => ({
    ...{ type: 'fail', atMs, process: 'g', op },
    error: { code: 'unreadable', message: '', retryable: false },
  });

  it('has answered once it was asked after it was mended, and said something else', () => {
    const tally = tallied(
      POISON,
      ...[invoke(1, 1_100, 'a'), ok(1, 1_110), invoke(2, 1_200, 'a'), refused(2, 1_210)],
      ...[invoke(3, 2_100, 'a'), refused(3, 2_110), invoke(4, 2_500, 'a'), ok(4, 2_520)],
    );
    expect(tally.recoveries[0]).toMatchObject({ eachMs: [1_520], firstMs: 1_520, unreadable: 1, failed: 2 });
  });
});

describe('watches after Redis is back', () => {
  it('are whole when each knows what anybody had been told by then', () => {
    const tally = tallied(
      REDIS,
      ...[told(1, 100, 1), told(2, 100, 1), told(1, 3_500, 2), told(1, 4_100, 3), told(2, 4_600, 3)],
    );
    expect(tally.recoveries[0]!.watchersMs).toBe(600);
  });

  it('are whole at once where none was behind', () => {
    const tally = tallied(REDIS, told(1, 3_500, 2), told(2, 3_600, 2), told(1, 4_100, 3));
    expect(tally.recoveries[0]!.watchersMs).toBe(0);
  });
});
