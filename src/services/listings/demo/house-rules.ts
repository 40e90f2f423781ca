/** The kinds of hosts there are in the demo: every rule of the program is somebody's here. */
import type { Terms } from '../../../protocol/terms.ts';

type Rules = Omit<
  Terms,
  | 'timeZone'
  | 'currency'
  | 'nightlyMinor'
  | 'weekendMinor'
  | 'seasons'
  | 'includedGuests'
  | 'extraGuestMinor'
  | 'cityTax'
  | 'cleaningMinor'
  | 'taxBasisPoints'
  | 'capacity'
> & {
  readonly weekend: boolean;
  /** Where more sleep there, each further one costs a share of the nightly price. */
  readonly guestsInPrice?: number;
};

const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];
const SATURDAY = [6];

export type HouseRules = 'easy' | 'city' | 'weekend' | 'family' | 'weekly' | 'unhurried' | 'monthly';

export const HOUSE_RULES: Readonly<Record<HouseRules, Rules>> = {
  /** Tonight, one night, any day. */
  easy: {
    weekend: true,
    stayDiscounts: [{ minNights: 7, basisPoints: 1_000 }],
    minNights: 1,
    maxNights: 30,
    arrivalDays: EVERY_DAY,
    departureDays: EVERY_DAY,
    turnoverNights: 0,
    noticeDays: 0,
    horizonNights: 365,
    cancellationPolicy: 'flexible',
  },
  city: {
    weekend: true,
    stayDiscounts: [
      { minNights: 7, basisPoints: 1_000 },
      { minNights: 28, basisPoints: 2_000 },
    ],
    minNights: 2,
    maxNights: 60,
    arrivalDays: EVERY_DAY,
    departureDays: EVERY_DAY,
    turnoverNights: 0,
    noticeDays: 1,
    horizonNights: 540,
    cancellationPolicy: 'moderate',
  },
  /** Short stays and much asked for: holds are shorter, Thursdays are weekend, and nobody changes over on a Sunday. */
  weekend: {
    weekend: true,
    weekendDays: [4, 5, 6],
    stayDiscounts: [],
    minNights: 2,
    maxNights: 14,
    arrivalDays: [1, 2, 3, 4, 5, 6],
    departureDays: EVERY_DAY,
    turnoverNights: 0,
    noticeDays: 1,
    horizonNights: 365,
    holdTtlSeconds: 300,
    cancellationPolicy: 'moderate',
  },
  /** A night kept empty between two stays, what is left between them is filled, and a season is kept for those who stay. */
  family: {
    weekend: true,
    guestsInPrice: 4,
    gapMinNights: 2,
    seasonMinimum: 'touching',
    stayDiscounts: [
      { minNights: 7, basisPoints: 800 },
      { minNights: 14, basisPoints: 1_500 },
    ],
    minNights: 3,
    maxNights: 28,
    arrivalDays: EVERY_DAY,
    departureDays: EVERY_DAY,
    turnoverNights: 1,
    noticeDays: 2,
    horizonNights: 540,
    cancellationPolicy: 'moderate',
  },
  /** Saturday to Saturday. */
  weekly: {
    weekend: false,
    stayDiscounts: [{ minNights: 14, basisPoints: 1_200 }],
    minNights: 7,
    maxNights: 28,
    arrivalDays: SATURDAY,
    departureDays: SATURDAY,
    turnoverNights: 0,
    noticeDays: 3,
    horizonNights: 730,
    cancellationPolicy: 'strict',
  },
  /** The host lives elsewhere in the house and is home on weekdays. */
  unhurried: {
    weekend: false,
    stayDiscounts: [{ minNights: 5, basisPoints: 500 }],
    minNights: 2,
    maxNights: 21,
    arrivalDays: [1, 2, 3, 4, 5],
    departureDays: [1, 2, 3, 4, 5, 6],
    turnoverNights: 1,
    noticeDays: 3,
    horizonNights: 270,
    cancellationPolicy: 'flexible',
  },
  monthly: {
    weekend: false,
    stayDiscounts: [
      { minNights: 56, basisPoints: 1_000 },
      { minNights: 84, basisPoints: 1_800 },
    ],
    minNights: 28,
    maxNights: 365,
    arrivalDays: EVERY_DAY,
    departureDays: EVERY_DAY,
    turnoverNights: 2,
    noticeDays: 7,
    horizonNights: 730,
    holdTtlSeconds: 1_800,
    cancellationPolicy: 'strict',
  },
};
