import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { expect, it } from 'vitest';
import { localNight, startOfNightMs } from '../../src/protocol/local-day.ts';
import { dateOf, nightOf, overlaps, weekdayOf } from '../../src/protocol/nights.ts';

const EPOCH = Temporal.PlainDate.from('1970-01-01');
/** Some of them skip days, begin them at one o'clock, or have them 23 or 25 hours long. */
const ZONES = ['UTC', 'Europe/Lisbon', 'America/Sao_Paulo', 'Pacific/Apia', 'Asia/Kathmandu', 'Africa/Cairo'];
const night = fc.integer({ min: -40_000, max: 60_000 });

it('[N1] a night is a calendar date, and its number the days since 1970', () => {
  fc.assert(
    fc.property(night, (number) => {
      const date = EPOCH.add({ days: number });
      expect(dateOf(number)).toBe(date.toString());
      expect(nightOf(date.toString())).toBe(number);
      expect(weekdayOf(number)).toBe(date.dayOfWeek);
    }),
  );
});

it('[N1] tonight is the date in the apartment’s own time zone', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...ZONES),
      fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2040, 0) }),
      (timeZone, ms) => {
        const local = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone);
        const tonight = localNight(timeZone, ms);
        expect(dateOf(tonight)).toBe(local.toPlainDate().toString());
        expect(startOfNightMs(timeZone, tonight)).toBe(local.startOfDay().epochMilliseconds);
      },
    ),
    { numRuns: 500 },
  );
});

it('[N1] stays that follow one another share no night', () => {
  fc.assert(
    fc.property(night, fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 30 }), (from, a, b) => {
      const stay = { from, to: from + a };
      expect(overlaps(stay, { from: stay.to, to: stay.to + b })).toBe(false);
      expect(overlaps(stay, { from: stay.to - 1, to: stay.to - 1 + b })).toBe(true);
    }),
  );
});

it('[N2] a date that does not exist is none', () => {
  for (const date of ['2027-02-29', '2026-02-30', '2026-13-01', '2026-00-10', '2026-11-31', '1900-02-29'])
    expect(() => nightOf(date), date).toThrow(`${date} is no date`);
  expect(nightOf('2000-02-29') + 1).toBe(nightOf('2000-03-01'));
});
