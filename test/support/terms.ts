import type { Terms } from '../../src/protocol/terms.ts';

/** Terms under which every stay within the horizon is allowed; a test or a bench overrides what it is about. */
export function openTerms(overrides: Partial<Terms> = {}): Terms {
  return {
    timeZone: 'UTC',
    currency: 'EUR',
    nightlyMinor: 10_000,
    seasons: [],
    cleaningMinor: 3_000,
    taxBasisPoints: 700,
    stayDiscounts: [],
    capacity: 4,
    minNights: 1,
    maxNights: 30,
    arrivalDays: [1, 2, 3, 4, 5, 6, 7],
    departureDays: [1, 2, 3, 4, 5, 6, 7],
    turnoverNights: 0,
    noticeDays: 0,
    horizonNights: 730,
    cancellationPolicy: 'flexible',
    ...overrides,
  };
}
