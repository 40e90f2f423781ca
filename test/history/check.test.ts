/** What must not be taken for a violation, and what an outage or a tolerance excuses and what it does not. */
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../src/protocol/errors.ts';
import { dateOf } from '../../src/protocol/nights.ts';
import { check } from './check.ts';
import type { History, HistoryEvent, LostHistory, RecordedEntry, Run } from './history.ts';

const ZERO_MS = Date.UTC(2027, 0, 1);
const NIGHT = 21_000;
const ENDS_MS = 60_000;

/** A hold of one night, placed at 0, that ends after a minute. */
const held: RecordedEntry = {
  apartmentId: 'a',
  version: 1,
  subjectId: 'ana',
  requestId: null,
  atMs: ZERO_MS,
  fact: {
    kind: 'held',
    hold: 'h1',
    from: NIGHT,
    to: NIGHT + 1,
    guests: 1,
    price: { currency: 'EUR', lines: [[0, 1, 100]] },
    expiresAtMs: ZERO_MS + ENDS_MS,
  },
};

function expiredAt(ms: number): RecordedEntry {
  const fact = { kind: 'expired', hold: 'h1' } as const;
  return { ...held, version: 2, subjectId: null, atMs: ZERO_MS + ms, fact };
}

function rulesOf(history: Partial<History>, run: Partial<Run> = {}): string[] {
  const base = { systemAtZeroMs: ZERO_MS, skewMs: 0, ...run };
  return [...check({ events: [], journal: [held], ...history, run: base }).byRule.keys()];
}

function read(version: number, askedMs: number, answeredMs: number): HistoryEvent[] {
  const window = { apartmentId: 'a', from: dateOf(NIGHT - 3), to: dateOf(NIGHT + 3) };
  const heldUntil = new Date(ZERO_MS + ENDS_MS).toISOString();
  const range = {
    from: dateOf(NIGHT),
    to: dateOf(NIGHT + 1),
    status: 'held',
    heldUntil,
    checkOutOnly: true,
  } as const;
  const calendar = { ...window, version, taken: version === 1 ? [range] : [] };
  const by = { process: `c${askedMs}`, op: 1 };
  return [
    { type: 'invoke', atMs: askedMs, ...by, subject: 'ben', command: 'calendar', args: window },
    { type: 'ok', atMs: answeredMs, ...by, data: { calendar } },
  ];
}

describe('a command that is asked for again when an older copy has come', () => {
  it('belongs to the history whose fact has its request, where its effect is in both', () => {
    const block = {
      ...held,
      subjectId: 'host',
      fact: { kind: 'blocked', block: 'x', from: NIGHT, to: NIGHT + 1 },
    };
    const opened = (requestId: string, ms: number) =>
      ({
        ...block,
        version: 2,
        requestId,
        atMs: ZERO_MS + ms,
        fact: { kind: 'unblocked', block: 'x' },
      }) as RecordedEntry;
    const [first, again] = ['r1', 'r2'] as const;
    const asked = (op: number, requestId: string, askedMs: number, answeredMs: number): HistoryEvent[] => {
      const range = { from: dateOf(NIGHT), to: dateOf(NIGHT + 1) };
      const by = { process: 'c1', op };
      const who = { subject: 'host', kind: 'host' } as const;
      const args = { apartmentId: 'a', blockId: 'x' };
      return [
        { type: 'invoke', atMs: askedMs, ...by, ...who, command: 'unblock', args, requestId },
        {
          type: 'ok',
          atMs: answeredMs,
          ...by,
          data: { block: { id: 'x', apartmentId: 'a', ...range, version: 2 } },
        },
      ];
    };
    const journalOf = (requestId: string, ms: number) => [block as RecordedEntry, opened(requestId, ms)];
    const lost = {
      copyMs: 50,
      fromMs: 1_000,
      untilMs: 2_000,
      acceptedMs: 3_000,
      journal: journalOf(first, 105),
    };
    const judged = (requestId: string) =>
      rulesOf({
        events: [...asked(1, first, 100, 110), ...asked(2, requestId, 1_500, 1_600)],
        journal: journalOf(again, 1_550),
        lost: [{ ...lost, heads: { a: 1 } }],
      });
    expect(judged(again)).toEqual([]);
    expect(judged('r3')).toEqual(['acked-lost']);
  });
});

describe('a deadline', () => {
  it('may be kept a second late, and no more', () => {
    expect(rulesOf({ journal: [held, expiredAt(ENDS_MS + 1_000)] })).toEqual([]);
    expect(rulesOf({ journal: [held, expiredAt(ENDS_MS + 1_001)] })).toEqual(['ended-late']);
  });

  it('waits for a new owner: as long as the outage, and the second', () => {
    const journal = [held, expiredAt(ENDS_MS + 9_000)];
    const outage = { fromMs: ENDS_MS - 500, toMs: ENDS_MS + 8_000 };
    expect(rulesOf({ journal }, { outages: [outage] })).toEqual([]);
    expect(rulesOf({ journal }, { outages: [{ ...outage, toMs: ENDS_MS + 7_999 }] })).toEqual(['ended-late']);
    expect(rulesOf({ journal }, { outages: [{ ...outage, apartmentIds: ['b'] }] })).toEqual(['ended-late']);
    expect(rulesOf({ journal }, { outages: [{ ...outage, fromMs: ENDS_MS + 1_001 }] })).toEqual([
      'ended-late',
    ]);
    const twice = [
      { fromMs: 0, toMs: ENDS_MS + 4_000 },
      { fromMs: ENDS_MS + 4_500, toMs: ENDS_MS + 8_000 },
    ];
    expect(rulesOf({ journal }, { outages: twice })).toEqual([]);
  });

  it('counts for a hold that nobody ended, until the last event', () => {
    expect(rulesOf({ events: read(1, ENDS_MS, ENDS_MS + 1_000) })).toEqual([]);
    expect(rulesOf({ events: read(1, ENDS_MS, ENDS_MS + 1_001) })).toEqual(['ended-late']);
  });
});

describe('[H5] a guest with too many holds', () => {
  const journal = [held, expiredAt(ENDS_MS)];
  const by = { process: 'c', op: 1 };
  const args = { apartmentId: 'b', checkIn: dateOf(NIGHT), checkOut: dateOf(NIGHT + 1) };
  const error = { code: 'too_many_holds', message: '', retryable: false } as const;
  const refusedAt = (ms: number): HistoryEvent[] => [
    { type: 'invoke', atMs: ms, ...by, subject: 'ana', command: 'hold', args, requestId: 'r' },
    { type: 'fail', atMs: ms + 10, ...by, error },
  ];
  const run = { holdsPerGuest: 1 };

  it('is refused while they are open, and not after', () => {
    expect(rulesOf({ journal, events: refusedAt(ENDS_MS - 5) }, run)).toEqual([]);
    expect(rulesOf({ journal, events: refusedAt(ENDS_MS + 5) }, run)).toEqual(['refusal-unjustified']);
  });

  it('may be refused for one that has ended in an outage, until that is over', () => {
    const events = refusedAt(ENDS_MS + 300);
    const outage = { fromMs: ENDS_MS - 100, toMs: ENDS_MS + 300 };
    expect(rulesOf({ journal, events }, { ...run, outages: [outage] })).toEqual([]);
    for (const other of [{ toMs: ENDS_MS + 299 }, { fromMs: ENDS_MS + 1 }, { apartmentIds: ['b'] }]) {
      const outages = [{ ...outage, ...other }];
      expect(rulesOf({ journal, events }, { ...run, outages })).toEqual(['refusal-unjustified']);
    }
  });
});

describe('[H5] two holds of one guest, of whom one is the most', () => {
  const second = (ms: number, apartmentId = 'b') =>
    ({ ...held, apartmentId, atMs: ZERO_MS + ms, fact: { ...held.fact, hold: 'h2' } }) as RecordedEntry;
  const run = { holdsPerGuest: 1, toldMs: 100 };

  it('are one too many, unless a server cannot have heard of the first yet', () => {
    expect(rulesOf({ journal: [held, second(99)] }, run)).toEqual([]);
    expect(rulesOf({ journal: [held, second(100)] }, run)).toEqual(['too-many-open']);
    expect(rulesOf({ journal: [held, second(99)] }, { holdsPerGuest: 1 })).toEqual(['too-many-open']);
  });

  it('may both be once the first one has run out, though nobody could end it yet', () => {
    const outages = [{ fromMs: ENDS_MS - 500, toMs: ENDS_MS + 5_000, apartmentIds: ['a'] }];
    const late = expiredAt(ENDS_MS + 5_000);
    expect(rulesOf({ journal: [held, late, second(ENDS_MS)] }, { ...run, outages })).toEqual([]);
    expect(rulesOf({ journal: [held, late, second(ENDS_MS - 1)] }, { ...run, outages })).toEqual([
      'too-many-open',
    ]);
  });

  it('may both be where the first one was down or cut off when it was placed, until it is back', () => {
    const outages = [{ fromMs: 50, toMs: 5_000, apartmentIds: ['a'] }];
    expect(rulesOf({ journal: [held, second(5_099)] }, { ...run, outages })).toEqual([]);
    expect(rulesOf({ journal: [held, second(5_100)] }, { ...run, outages })).toEqual(['too-many-open']);
    const others = [{ ...outages[0]!, apartmentIds: ['b'] }];
    expect(rulesOf({ journal: [held, second(5_099)] }, { ...run, outages: others })).toEqual([
      'too-many-open',
    ]);
  });
});

describe('[H10] the hold of another', () => {
  const by = (subjectId: string, fact: object) =>
    ({ ...held, version: 2, subjectId, atMs: ZERO_MS + 1_000, fact }) as RecordedEntry;
  const released = by('adm', { kind: 'released', hold: 'h1' });
  const lengthened = (ms: number, used = false) =>
    by('adm', { kind: 'extended', v: 2, hold: 'h1', expiresAtMs: ZERO_MS + ms, used });
  const admins = { admins: ['adm'] };

  it("is an admin's to end and to lengthen, and nobody else's", () => {
    for (const entry of [released, lengthened(20 * ENDS_MS)]) {
      expect(rulesOf({ journal: [held, entry] }, admins)).toEqual([]);
      expect(rulesOf({ journal: [held, entry] })).toEqual(['not-owner']);
    }
  });

  it('is lengthened by an hour at most, and its guest keeps their own extension', () => {
    const journal = [held, lengthened(62 * ENDS_MS)];
    expect(rulesOf({ journal }, admins)).toEqual(['extended-past-cap']);
    expect(rulesOf({ journal: [held, lengthened(2 * ENDS_MS, true)] }, admins)).toEqual(['fact-impossible']);
  });
});

describe('a read', () => {
  const journal = [held, expiredAt(ENDS_MS)];

  it('that ran while a version was made may show it or not', () => {
    expect(rulesOf({ journal, events: read(1, ENDS_MS - 10, ENDS_MS + 10) })).toEqual([]);
    expect(rulesOf({ journal, events: read(2, ENDS_MS - 10, ENDS_MS + 10) })).toEqual([]);
  });

  it('may be behind what nobody has been told, and not behind what anybody has', () => {
    const late = read(1, ENDS_MS + 20, ENDS_MS + 30);
    expect(rulesOf({ journal, events: late })).toEqual([]);
    expect(rulesOf({ journal, events: [...read(2, ENDS_MS, ENDS_MS + 10), ...late] })).toEqual([
      'read-stale',
    ]);
    // In the same instant: which came first cannot be told.
    expect(rulesOf({ journal, events: [...read(2, ENDS_MS, ENDS_MS + 20), ...late] })).toEqual([]);
  });

  it('cannot show what the clocks, at their worst, say was not decided yet', () => {
    const early = read(2, ENDS_MS - 40, ENDS_MS - 30);
    expect(rulesOf({ journal, events: early })).toEqual(['ahead-of-journal']);
    expect(rulesOf({ journal, events: early }, { skewMs: 30 })).toEqual([]);
  });
});

describe('[I4] a watch that was open when an older copy of the database came', () => {
  const empty = { apartmentId: 'a', from: dateOf(NIGHT), to: dateOf(NIGHT + 1), version: 0, taken: [] };
  const told = (atMs: number) => ({
    ...({ type: 'calendar', atMs, process: 'w', watch: 1, calendar: empty } as const),
  });
  const unwatch = (atMs: number) =>
    ({ type: 'unwatch', atMs, process: 'w', watch: 1, apartmentId: 'a' }) as const;
  const first = { copyMs: 0, fromMs: 1_000, untilMs: 2_000, acceptedMs: 3_000, journal: [], heads: {} };
  const histories = [
    first,
    { ...first, copyMs: 29_000, fromMs: 30_000, untilMs: 31_000, acceptedMs: 32_000 },
  ] as const;
  const rules = (events: readonly HistoryEvent[], ...lost: LostHistory[]) =>
    rulesOf({ journal: [], events: [told(10), ...events], lost });

  it('is to be given a calendar anew, and in time', () => {
    expect(rules([told(22_000), unwatch(90_000)], first)).toEqual([]);
    expect(rules([unwatch(23_000)], first)).toEqual([]);
    expect(rules([unwatch(23_001)], first)).toEqual(['watcher-missed']);
  });

  it('is not told what follows the calendar of a history that is over', () => {
    const next = {
      type: 'availability',
      process: 'w',
      watch: 1,
      apartmentId: 'a',
      version: 1,
      applied: true,
    } as const;
    const changes = [{ from: dateOf(NIGHT), to: dateOf(NIGHT + 1), status: 'free' as const }];
    expect(rules([{ ...next, atMs: 8_000, changes }, unwatch(9_000)], first)).toContain('watcher-missed');
  });

  it('and ended before the copy was accepted is owed nothing', () => {
    expect(rules([unwatch(2_500)], ...histories)).toEqual([]);
    expect(rules([], ...histories)).toEqual(['watcher-missed']);
  });

  it('does not keep what it knew: versions have gone back', () => {
    const journal = [held, expiredAt(ENDS_MS)];
    const before = { ...told(20), calendar: { ...empty, version: 2 } };
    const lost = { copyMs: 0, fromMs: ENDS_MS + 1_000, untilMs: ENDS_MS + 2_000 };
    const events = [{ ...before, atMs: ENDS_MS + 10 }, told(ENDS_MS + 4_000)];
    const lostHistory = { ...lost, acceptedMs: ENDS_MS + 3_000, journal, heads: {} };
    expect(rulesOf({ journal: [], events, lost: [lostHistory] })).toEqual([]);
  });
});

describe('[H5] a guest at the limit', () => {
  const other = (atMs: number) =>
    ({
      ...held,
      apartmentId: 'b',
      fact: { ...held.fact, hold: 'h2' },
      atMs: ZERO_MS + atMs,
    }) as RecordedEntry;
  const damages = [{ fromMs: 1_000, toMs: 2_000, apartmentIds: ['a'] }];
  const rules = (atMs: number) => rulesOf({ journal: [held, other(atMs)] }, { holdsPerGuest: 1, damages });

  it('may have another hold while the apartment of one cannot be read', () => {
    expect(rules(999)).toEqual(['too-many-open']);
    expect(rules(1_000)).toEqual([]);
    expect(rules(5_000)).toEqual([]);
    expect(rules(5_001)).toEqual(['too-many-open']);
  });

  it('may be refused for a hold that was refused as unreadable, until its apartment can be read', () => {
    const refused = (op: number, apartmentId: string, atMs: number, code: ErrorCode): HistoryEvent[] => {
      const args = { apartmentId, checkIn: dateOf(NIGHT), checkOut: dateOf(NIGHT + 1) };
      const error = { code, message: '', retryable: false };
      return [
        { type: 'invoke', atMs, process: 'c', op, subject: 'ana', command: 'hold', args },
        { type: 'fail', atMs: atMs + 1, process: 'c', op, error },
      ];
    };
    const before = refused(1, 'a', 1_500, 'unreadable');
    const rulesAt = (atMs: number) => {
      const events = [...before, ...refused(2, 'b', atMs, 'too_many_holds')];
      return rulesOf({ journal: [], events }, { holdsPerGuest: 1, damages });
    };
    expect(rulesAt(5_000)).toEqual([]);
    expect(rulesAt(5_001)).toEqual(['refusal-unjustified']);
  });
});

describe('[H3] who is refused nights that they have held as long as one may', () => {
  const CAP_MS = 30 * 60_000;
  const journal = [held, expiredAt(ENDS_MS)];
  const rulesAt = (atMs: number) => {
    const args = { apartmentId: 'a', checkIn: dateOf(NIGHT), checkOut: dateOf(NIGHT + 2) };
    const error = { code: 'hold_not_open', message: '', retryable: false } as const;
    const by = { process: 'c', op: 1 };
    const events: HistoryEvent[] = [
      { type: 'invoke', atMs, ...by, subject: 'ana', command: 'hold', args },
      { type: 'fail', atMs, ...by, error },
    ];
    return rulesOf({ journal, events });
  };

  it('is so from the cap on, also after the hold has ended, and for as long as that counts', () => {
    expect(rulesAt(CAP_MS - 1)).toEqual(['refusal-unjustified']);
    expect(rulesAt(CAP_MS)).toEqual([]);
    expect(rulesAt(ENDS_MS + CAP_MS - 1)).toEqual([]);
    expect(rulesAt(ENDS_MS + CAP_MS)).toEqual(['refusal-unjustified']);
  });
});

describe('a checker that checked nothing', () => {
  it('says so in its counts', () => {
    const { violations, counts } = check({ run: { systemAtZeroMs: 0, skewMs: 0 }, events: [], journal: [] });
    expect(violations).toEqual([]);
    expect(Object.values(counts).every((count) => count === 0)).toBe(true);
  });
});
