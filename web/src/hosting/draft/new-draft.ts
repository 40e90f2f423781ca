/** What a new apartment begins with: rules that let most stays in, and prices to be given. */
import type { Draft } from './draft.ts';

export function newDraft(timeZone: string): Draft {
  return {
    name: '',
    description: '',
    city: '',
    country: '',
    latitude: Number.NaN,
    longitude: Number.NaN,
    amenities: [],
    terms: {
      timeZone,
      currency: 'EUR',
      nightlyMinor: Number.NaN,
      seasons: [],
      cleaningMinor: 0,
      taxBasisPoints: 0,
      stayDiscounts: [],
      capacity: 2,
      minNights: 1,
      maxNights: 28,
      arrivalDays: [1, 2, 3, 4, 5, 6, 7],
      departureDays: [1, 2, 3, 4, 5, 6, 7],
      turnoverNights: 0,
      noticeDays: 0,
      horizonNights: 365,
      cancellationPolicy: 'moderate',
    },
  };
}
