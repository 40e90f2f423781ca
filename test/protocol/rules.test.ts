import { describe, expect, it } from 'vitest';
import { nightOf } from '../../src/protocol/nights.ts';
import { brokenRule, checkStay, turnoverRange, turnoverViolation } from '../../src/protocol/rules.ts';
import type { Terms } from '../../src/protocol/terms.ts';
import { openTerms } from '../support/terms.ts';

/** A Monday. */
const TODAY = nightOf('2026-11-23');
const stay = (checkIn: string, checkOut: string) => ({ from: nightOf(checkIn), to: nightOf(checkOut) });
const touching = { seasonMinimum: 'touching' } as const;
const summer = { name: 'Summer', from: '2027-06-01', to: '2027-09-01' };

const cases: [
  rule: string | undefined,
  terms: Partial<Terms>,
  checkIn: string,
  checkOut: string,
  guests: number,
  says?: string,
][] = [
  [undefined, {}, '2026-11-23', '2026-11-24', 1],
  ['stay_order', {}, '2026-11-25', '2026-11-25', 1, 'checkOut 2026-11-25 is not after checkIn 2026-11-25'],
  ['stay_order', {}, '2026-11-25', '2026-11-20', 1],
  ['past', {}, '2026-11-22', '2026-11-24', 1, '2026-11-22 is in the past'],
  ['notice', { noticeDays: 2 }, '2026-11-24', '2026-11-26', 1, 'less than the 2 days of notice away'],
  [undefined, { noticeDays: 2 }, '2026-11-25', '2026-11-26', 1],
  ['horizon', { horizonNights: 10 }, '2026-12-01', '2026-12-04', 1, 'more than 10 nights ahead'],
  [undefined, { horizonNights: 10 }, '2026-12-01', '2026-12-03', 1],
  ['min_nights', { minNights: 3 }, '2026-12-01', '2026-12-03', 1, 'shorter than the minimum of 3'],
  [undefined, { minNights: 3 }, '2026-12-01', '2026-12-04', 1],
  ['max_nights', { maxNights: 3 }, '2026-12-01', '2026-12-05', 1, 'longer than the maximum of 3'],
  // The season of the check-in night decides, the first that has a limit.
  ['min_nights', { seasons: [{ ...summer, minNights: 5 }] }, '2027-08-31', '2027-09-03', 1],
  [undefined, { seasons: [{ ...summer, minNights: 5 }] }, '2027-05-31', '2027-06-02', 1],
  [undefined, { seasons: [{ ...summer, minNights: 5 }] }, '2027-09-01', '2027-09-02', 1],
  [
    undefined,
    { minNights: 7, seasons: [summer, { ...summer, minNights: 1 }, { ...summer, minNights: 5 }] },
    '2027-07-01',
    '2027-07-02',
    1,
  ],
  ['max_nights', { seasons: [{ ...summer, maxNights: 2 }] }, '2027-07-01', '2027-07-04', 1],
  [
    'arrival_day',
    { arrivalDays: [6, 5] },
    '2026-11-26',
    '2026-11-28',
    1,
    'is a Thursday, and guests arrive on Friday or Saturday',
  ],
  [
    'departure_day',
    { departureDays: [6] },
    '2026-11-26',
    '2026-11-29',
    1,
    'is a Sunday, and guests leave on Saturday',
  ],
  // Where a season's minimum counts for stays that touch it, one night in it is enough, and the last day is none.
  [
    'min_nights',
    { ...touching, seasons: [{ ...summer, minNights: 5 }] },
    '2027-05-30',
    '2027-06-02',
    1,
    'a stay of 3 nights from 2027-05-30 is shorter than the minimum of 5',
  ],
  [undefined, { ...touching, seasons: [{ ...summer, minNights: 5 }] }, '2027-05-30', '2027-06-01', 1],
  [undefined, { ...touching, seasons: [{ ...summer, minNights: 5 }] }, '2027-05-30', '2027-06-04', 1],
  ['min_nights', { ...touching, seasons: [{ ...summer, minNights: 5 }] }, '2027-08-31', '2027-09-03', 1],
  // What counts on the day of arrival counts beside it, and a season may ask for less than the apartment.
  [
    'min_nights',
    { ...touching, minNights: 4, seasons: [{ ...summer, minNights: 2 }] },
    '2027-05-30',
    '2027-06-02',
    1,
  ],
  [
    undefined,
    { ...touching, minNights: 4, seasons: [{ ...summer, minNights: 2 }] },
    '2027-08-31',
    '2027-09-02',
    1,
  ],
  // A season that others decide for on all nights of the stay says nothing.
  [
    undefined,
    {
      ...touching,
      seasons: [
        { ...summer, to: '2027-06-03', minNights: 2 },
        { ...summer, from: '2027-06-03', to: '2027-06-10', minNights: 3 },
        { ...summer, minNights: 9 },
      ],
    },
    '2027-06-01',
    '2027-06-10',
    1,
  ],
  [
    'min_nights',
    {
      ...touching,
      seasons: [
        { ...summer, to: '2027-06-03', minNights: 2 },
        { ...summer, from: '2027-06-04', to: '2027-06-10', minNights: 3 },
        { ...summer, minNights: 9 },
      ],
    },
    '2027-06-01',
    '2027-06-09',
    1,
    'the minimum of 9',
  ],
  // The season of the day of arrival, and that of the day of departure: it may be another one.
  [
    'arrival_day',
    { seasons: [{ ...summer, arrivalDays: [6] }] },
    '2027-06-01',
    '2027-06-05',
    1,
    'is a Tuesday, and guests arrive on Saturday',
  ],
  [
    undefined,
    { arrivalDays: [6], seasons: [{ ...summer, arrivalDays: [2] }] },
    '2027-06-01',
    '2027-06-05',
    1,
  ],
  [undefined, { seasons: [{ ...summer, arrivalDays: [6] }] }, '2027-05-31', '2027-06-05', 1],
  [undefined, { seasons: [{ ...summer, arrivalDays: [6] }] }, '2027-09-01', '2027-09-02', 1],
  [
    'departure_day',
    { seasons: [{ ...summer, departureDays: [6] }] },
    '2027-05-30',
    '2027-06-01',
    1,
    'is a Tuesday, and guests leave on Saturday',
  ],
  // On the first day after it the season says nothing any more, though its last night is before it.
  [undefined, { seasons: [{ ...summer, departureDays: [6] }] }, '2027-08-30', '2027-09-01', 1],
  ['departure_day', { seasons: [{ ...summer, departureDays: [6] }] }, '2027-08-30', '2027-08-31', 1],
  [
    'departure_day',
    {
      departureDays: [2],
      seasons: [summer, { ...summer, departureDays: [6] }, { ...summer, departureDays: [2] }],
    },
    '2027-06-05',
    '2027-06-08',
    1,
  ],
  ['capacity', { capacity: 2 }, '2026-11-26', '2026-11-28', 3, 'more than the 2 that'],
  [undefined, { capacity: 2 }, '2026-11-26', '2026-11-28', 2],
];

it.each(cases)(
  '[A7] [A8] %s: %j for %s to %s, %i guests',
  (rule, overrides, checkIn, checkOut, guests, says) => {
    const terms = openTerms(overrides);
    const violation = checkStay(terms, stay(checkIn, checkOut), guests, TODAY, undefined);
    expect(violation?.rule).toBe(rule);
    expect(brokenRule(terms, stay(checkIn, checkOut), guests, TODAY, undefined)).toBe(rule);
    if (says !== undefined) expect(violation?.why).toContain(says);
  },
);

describe('[A9] a gap between two claims', () => {
  type Claim = readonly ['stay' | 'block', from: number, to: number];
  /** In nights from today. */
  const ruleOf = (terms: Partial<Terms>, [from, to]: readonly [number, number], ...claims: Claim[]) =>
    brokenRule(
      openTerms({ minNights: 5, gapMinNights: 2, ...terms }),
      { from: TODAY + from, to: TODAY + to },
      1,
      TODAY,
      (night) => claims.find((claim) => claim[1] <= night - TODAY && night - TODAY < claim[2])?.[0],
    );
  const left = ['stay', 5, 10] as const;
  const right = ['block', 13, 20] as const;

  it('is filled where no night of it is left, from the floor on', () => {
    expect(ruleOf({}, [10, 13], left, right)).toBeUndefined();
    expect(ruleOf({}, [10, 12], left, right)).toBe('min_nights');
    expect(ruleOf({}, [11, 13], left, right)).toBe('min_nights');
    expect(ruleOf({ gapMinNights: 3 }, [10, 13], left, right)).toBeUndefined();
    expect(ruleOf({ gapMinNights: 4 }, [10, 13], left, right)).toBe('min_nights');
  });

  it('has a claim on either side: neither today nor the horizon is one', () => {
    expect(ruleOf({}, [10, 13], left)).toBe('min_nights');
    expect(ruleOf({}, [10, 13], right)).toBe('min_nights');
    expect(ruleOf({}, [0, 3], ['stay', -5, 0], ['stay', 3, 6])).toBe('min_nights');
    expect(ruleOf({}, [1, 4], ['stay', -5, 1], ['stay', 4, 6])).toBeUndefined();
    const short = { horizonNights: 30 };
    expect(ruleOf(short, [27, 30], ['stay', 20, 27], ['stay', 30, 33])).toBe('min_nights');
    expect(ruleOf(short, [26, 29], ['stay', 20, 26], ['stay', 29, 33])).toBeUndefined();
  });

  it('ends so many nights from a stay as are kept empty, and right beside a block', () => {
    const turning = { turnoverNights: 2 };
    expect(ruleOf(turning, [12, 15], left, ['stay', 17, 20])).toBeUndefined();
    expect(ruleOf(turning, [12, 15], left, ['stay', 18, 20])).toBe('min_nights');
    expect(ruleOf(turning, [13, 15], left, ['stay', 17, 20])).toBe('min_nights');
    expect(ruleOf(turning, [12, 15], left, ['block', 15, 20])).toBeUndefined();
    expect(ruleOf(turning, [12, 15], left, ['block', 17, 20])).toBe('min_nights');
    expect(ruleOf(turning, [10, 13], ['block', 5, 10], right)).toBeUndefined();
    // The last night of the stay before was the one before today.
    expect(ruleOf(turning, [2, 5], ['stay', -3, 0], ['block', 5, 9])).toBe('min_nights');
    expect(ruleOf(turning, [3, 6], ['stay', -3, 1], ['block', 6, 9])).toBeUndefined();
  });

  it('lets the minimum fall, of seasons too, and no other rule', () => {
    const season = { name: 'Winter', from: '2026-11-01', to: '2027-03-01', minNights: 9 };
    expect(ruleOf({ seasons: [season] }, [10, 13], left, right)).toBeUndefined();
    expect(ruleOf({ seasons: [season], seasonMinimum: 'touching' }, [10, 13], left, right)).toBeUndefined();
    // A Thursday, on which nobody arrives.
    expect(ruleOf({ arrivalDays: [6] }, [10, 13], left, right)).toBe('arrival_day');
    expect(ruleOf({ maxNights: 2 }, [10, 13], left, right)).toBe('max_nights');
    expect(ruleOf({ minNights: 3 }, [10, 12], left, right)).toBe('min_nights');
  });

  it('is none where the apartment names no floor, or nobody knows the calendar', () => {
    const terms = openTerms({ minNights: 5 });
    const wanted = { from: TODAY + 10, to: TODAY + 13 };
    expect(brokenRule(terms, wanted, 1, TODAY, () => 'stay')).toBe('min_nights');
    expect(brokenRule({ ...terms, gapMinNights: 2 }, wanted, 1, TODAY, undefined)).toBe('min_nights');
  });
});

it('names the stay that is too near, on either side', () => {
  const terms = openTerms({ turnoverNights: 2 });
  const wanted = stay('2026-12-10', '2026-12-12');
  expect(turnoverRange(terms, wanted)).toEqual(stay('2026-12-08', '2026-12-14'));
  expect(turnoverViolation(terms, wanted, stay('2026-12-05', '2026-12-09'))).toMatchObject({
    path: 'checkIn',
    why: expect.stringContaining('after the stay until 2026-12-09'),
  });
  expect(turnoverViolation(terms, wanted, stay('2026-12-13', '2026-12-20'))).toMatchObject({
    path: 'checkOut',
    why: expect.stringContaining('before the stay from 2026-12-13'),
  });
});
