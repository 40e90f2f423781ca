/** What a host sets: prices and rules of one apartment. Data of the listing, input of every decision. */
import { z } from 'zod';
import { Id } from './ids.ts';
import {
  GUESTS_MAX,
  HOLD_TTL_SECONDS_MAX,
  HOLD_TTL_SECONDS_MIN,
  HORIZON_NIGHTS_MAX,
  PHOTO_URL_LENGTH_MAX,
  PHOTOS_MAX,
  TURNOVER_NIGHTS_MAX,
} from './limits.ts';
import { IsoDate } from './nights.ts';
import { AmountMinor, CancellationPolicy, Currency, Quote } from './resources.ts';

const BasisPoints = z.int().min(0).max(10_000);
/** ISO weekdays, 1 = Monday … 7 = Sunday. */
const Weekdays = z.array(z.int().min(1).max(7)).min(1).max(7);

/** A season overrides price or length of stay for nights in [from, to); the first that says something of a night counts. */
export const Season = z.object({
  name: z.string().max(80),
  from: IsoDate,
  to: IsoDate,
  nightlyMinor: AmountMinor.nonnegative().optional(),
  /** Of its weekend nights. Without it `nightlyMinor` counts for them, too; other nights cost what they would otherwise. */
  weekendMinor: AmountMinor.nonnegative().optional(),
  minNights: z.int().min(1).max(HORIZON_NIGHTS_MAX).optional(),
  maxNights: z.int().min(1).max(HORIZON_NIGHTS_MAX).optional(),
  /** Of stays that begin, and of those that end, on a day in [from, to): the day itself counts, not the night before it. */
  arrivalDays: Weekdays.optional(),
  departureDays: Weekdays.optional(),
});
export type Season = z.infer<typeof Season>;

/** Due for each person and night, and not taxed itself. */
export const CityTax = z.object({
  perPersonNightMinor: AmountMinor.nonnegative(),
  /** Nights of a stay that it is due for, at most. */
  maxNights: z.int().min(1).max(HORIZON_NIGHTS_MAX).optional(),
  /** Not for children, where a guest says how many come along. */
  adultsOnly: z.boolean().optional(),
});
export type CityTax = z.infer<typeof CityTax>;

export const SeasonMinimum = z.enum(['arrival', 'touching']);
export type SeasonMinimum = z.infer<typeof SeasonMinimum>;

export const Terms = z.object({
  timeZone: z.string().max(64),
  currency: Currency,
  nightlyMinor: AmountMinor.nonnegative(),
  /** Price of weekend nights. */
  weekendMinor: AmountMinor.nonnegative().optional(),
  /** Which nights are weekend, by the day on which they begin. Without it Friday and Saturday. */
  weekendDays: Weekdays.optional(),
  seasons: z.array(Season).max(100),
  cleaningMinor: AmountMinor.nonnegative(),
  taxBasisPoints: BasisPoints,
  /** The longest that fits counts. */
  stayDiscounts: z.array(z.object({ minNights: z.int().min(2), basisPoints: BasisPoints })).max(20),
  /** Guests beyond these cost `extraGuestMinor` each and night: neither is there without the other. */
  includedGuests: z.int().min(1).max(GUESTS_MAX).optional(),
  extraGuestMinor: AmountMinor.nonnegative().optional(),
  cityTax: CityTax.optional(),
  capacity: z.int().min(1).max(GUESTS_MAX),
  minNights: z.int().min(1).max(HORIZON_NIGHTS_MAX),
  maxNights: z.int().min(1).max(HORIZON_NIGHTS_MAX),
  /** Whether a season's minimum counts for stays that arrive in it, or for all that have a night in it. Without it the first. */
  seasonMinimum: SeasonMinimum.optional(),
  /** The minimum of a stay that fills the gap between two claims and leaves no night of it to be sold. Without it the usual one. */
  gapMinNights: z.int().min(1).max(HORIZON_NIGHTS_MAX).optional(),
  arrivalDays: Weekdays,
  departureDays: Weekdays,
  /** Nights kept empty between two stays. */
  turnoverNights: z.int().min(0).max(TURNOVER_NIGHTS_MAX),
  /** Days between booking and check-in: 0 lets a guest book for tonight. */
  noticeDays: z.int().min(0).max(365),
  horizonNights: z.int().min(1).max(HORIZON_NIGHTS_MAX),
  holdTtlSeconds: z.int().min(HOLD_TTL_SECONDS_MIN).max(HOLD_TTL_SECONDS_MAX).optional(),
  cancellationPolicy: CancellationPolicy,
});
export type Terms = z.infer<typeof Terms>;

export const ListingStatus = z.enum(['listed', 'paused', 'retired']);
export type ListingStatus = z.infer<typeof ListingStatus>;

/** A picture of an apartment; its size, in pixels, where it is known. */
export const Photo = z.object({
  id: Id,
  url: z.url({ protocol: /^https$/ }).max(PHOTO_URL_LENGTH_MAX),
  width: z.int().positive().optional(),
  height: z.int().positive().optional(),
  /** What is to be seen, for who does not see it. */
  alt: z.string().max(200),
});
export type Photo = z.infer<typeof Photo>;

/** The public page of an apartment. `photos`: the one to be shown first comes first; not there where there are none. */
export const Apartment = z.object({
  id: Id,
  name: z.string().min(1).max(200),
  description: z.string().max(5_000),
  city: z.string().min(1).max(100),
  country: z.string().max(100),
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
  amenities: z.array(z.string().max(60)).max(100),
  status: ListingStatus,
  terms: Terms,
  photos: z.array(Photo).max(PHOTOS_MAX).optional(),
});
export type Apartment = z.infer<typeof Apartment>;

/** One row of a search result; `quote` is there where dates were given. */
export const ApartmentCard = z.object({
  id: Id,
  name: z.string(),
  city: z.string(),
  country: z.string(),
  latitude: z.number(),
  longitude: z.number(),
  capacity: z.int(),
  amenities: z.array(z.string()),
  currency: Currency,
  nightlyMinor: AmountMinor,
  quote: Quote.optional(),
});
export type ApartmentCard = z.infer<typeof ApartmentCard>;
