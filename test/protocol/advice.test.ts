/** The one way out of a refused stay. */
import { describe, expect, it } from 'vitest';
import { type Vacancy, wayOut } from '../../src/protocol/advice.ts';
import { dateOf, nightOf, overlaps } from '../../src/protocol/nights.ts';
import type { Terms } from '../../src/protocol/terms.ts';
import { openTerms } from '../support/terms.ts';

const TODAY = nightOf('2027-05-01');

/** @param taken in nights from today */
function vacancy(...taken: (readonly [from: number, to: number])[]): Vacancy {
  const ranges = taken.map(([from, to]) => ({ from: TODAY + from, to: TODAY + to }));
  return {
    latestEnd: (night) => Math.min(...ranges.filter(({ to }) => to > night).map(({ from }) => from)),
    claimBeside: (night) => (ranges.some(({ from, to }) => from <= night && night < to) ? 'stay' : undefined),
    isFree: (stay) => !ranges.some((range) => overlaps(range, stay)),
  };
}
const advice = (
  terms: Partial<Terms>,
  [from, to]: readonly [number, number],
  { guests = 1, taken = vacancy() } = {},
) =>
  wayOut(
    { terms: openTerms(terms), stay: { from: TODAY + from, to: TODAY + to }, guests, today: TODAY },
    taken,
  );
const day = (night: number) => dateOf(TODAY + night);

describe('[H9] the way out', () => {
  it('keeps the check-in where only the length must change', () => {
    expect(advice({ minNights: 5 }, [10, 12])).toBe(`check out on ${day(15)}`);
    expect(advice({ maxNights: 3 }, [10, 20])).toBe(`check out on ${day(13)}`);
    expect(advice({}, [10, 10])).toBe(`check out on ${day(11)}`);
  });

  it('does not lead into taken nights', () => {
    // Five nights from the tenth would end in the midst of another stay.
    const taken = vacancy([12, 20]);
    expect(advice({ minNights: 5 }, [10, 12], { taken })).toBe(`check in on ${day(7)}`);
  });

  it('does not lead from one rule into another', () => {
    // Saturdays alone, for arrival and departure, and a week at least.
    const terms = { arrivalDays: [6], departureDays: [6], minNights: 7 };
    expect(advice(terms, [8, 10])).toBe(`check in on ${day(7)} and out on ${day(14)}`);
    expect(advice(terms, [7, 10])).toBe(`check out on ${day(14)}`);
    // Before the notice there is a nearer Saturday.
    expect(advice({ ...terms, noticeDays: 10 }, [8, 10])).toBe(
      `check in on ${day(14)} and out on ${day(21)}`,
    );
  });

  it('comes from far outside of what may be booked', () => {
    const long = { from: nightOf('1999-01-01'), to: nightOf('1999-01-04') };
    const wish = { terms: openTerms({ noticeDays: 2 }), guests: 1, today: TODAY };
    expect(wayOut({ ...wish, stay: long }, vacancy())).toBe(`check in on ${day(2)} and out on ${day(5)}`);
    const late = { from: nightOf('2999-01-01'), to: nightOf('2999-01-04') };
    expect(wayOut({ ...wish, stay: late }, vacancy())).toBe(`check in on ${day(727)} and out on ${day(730)}`);
  });

  it('[A9] leads into a gap that is shorter than the minimum, and nowhere into a part of it', () => {
    const taken = vacancy([5, 10], [12, 20]);
    expect(advice({ minNights: 5, gapMinNights: 2 }, [10, 11], { taken })).toBe(`check out on ${day(12)}`);
    expect(advice({ minNights: 5, gapMinNights: 3 }, [10, 12], { taken })).toBe(
      `check in on ${day(0)} and out on ${day(5)}`,
    );
  });

  it('names fewer guests, together with other days where those are taken', () => {
    expect(advice({ capacity: 2 }, [10, 12], { guests: 5 })).toBe('bring at most 2');
    expect(advice({ capacity: 2 }, [10, 12], { guests: 5, taken: vacancy([11, 12]) })).toBe(
      `check in on ${day(9)} and out on ${day(11)} and bring at most 2`,
    );
  });

  it('finds the one season that lets somebody stay', () => {
    const season = { name: 'Summer', from: day(300), to: day(320), minNights: 3 };
    expect(advice({ minNights: 700, maxNights: 720, noticeDays: 40, seasons: [season] }, [50, 53])).toBe(
      `check in on ${day(300)} and out on ${day(303)}`,
    );
  });

  it('says that there is none, and until when', () => {
    expect(advice({ horizonNights: 90 }, [10, 12], { taken: vacancy([0, 90]) })).toBe(
      `no other stay is open until ${day(90)}, so choose another apartment`,
    );
  });
});
