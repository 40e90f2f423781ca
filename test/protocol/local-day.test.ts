import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { localNight, startOfNightMs } from '../../src/protocol/local-day.ts';
import { dateOf, nightOf } from '../../src/protocol/nights.ts';

/** By ICU's own tables and none of Temporal's code. */
function dateByIntl(timeZone: string, ms: number): string {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  return format.format(ms);
}

const startOf = (timeZone: string, date: string) =>
  new Date(startOfNightMs(timeZone, nightOf(date))).toISOString();

describe('a local day', () => {
  it('of any zone and instant is the one that ICU names, and the instant is within it', () => {
    const zone = fc.constantFrom(...Intl.supportedValuesOf('timeZone'));
    const instant = fc.integer({ min: Date.UTC(1970, 0, 2), max: Date.UTC(2069, 11, 31) });
    fc.assert(
      fc.property(zone, instant, (timeZone, ms) => {
        const night = localNight(timeZone, ms);
        expect(dateOf(night)).toBe(dateByIntl(timeZone, ms));
        expect(startOfNightMs(timeZone, night)).toBeLessThanOrEqual(ms);
        expect(startOfNightMs(timeZone, night + 1)).toBeGreaterThan(ms);
      }),
      { numRuns: 2_000 },
    );
  });

  it('begins at one where the clocks go forward at midnight', () => {
    expect(startOf('America/Sao_Paulo', '2018-11-04')).toBe('2018-11-04T03:00:00.000Z');
    expect(startOf('Asia/Beirut', '2026-03-29')).toBe('2026-03-28T22:00:00.000Z');
    expect(dateOf(localNight('America/Sao_Paulo', Date.parse('2018-11-04T02:59:59.999Z')))).toBe(
      '2018-11-03',
    );
    expect(dateOf(localNight('America/Sao_Paulo', Date.parse('2018-11-04T03:00:00Z')))).toBe('2018-11-04');
  });

  it('begins the first time where the clocks go back over midnight', () => {
    expect(startOf('America/Havana', '2026-11-01')).toBe('2026-11-01T04:00:00.000Z');
    expect(dateOf(localNight('America/Havana', Date.parse('2026-11-01T05:30:00Z')))).toBe('2026-11-01');
  });

  it('is passed over where a zone left it out', () => {
    expect(startOf('Pacific/Apia', '2011-12-30')).toBe(startOf('Pacific/Apia', '2011-12-31'));
    const lastBefore = Date.parse('2011-12-30T09:59:59.999Z');
    expect(dateOf(localNight('Pacific/Apia', lastBefore))).toBe('2011-12-29');
    expect(dateOf(localNight('Pacific/Apia', lastBefore + 1))).toBe('2011-12-31');
  });

  it('is remembered only as long as it lasts', () => {
    const midnight = Date.parse('2026-06-15T22:00:00Z');
    expect(dateOf(localNight('Europe/Berlin', midnight - 1))).toBe('2026-06-15');
    expect(dateOf(localNight('Europe/Berlin', midnight))).toBe('2026-06-16');
    expect(dateOf(localNight('Europe/Berlin', midnight - 1))).toBe('2026-06-15');
  });
});
