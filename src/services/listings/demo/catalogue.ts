/** How the demo's cities and apartments are written down, and how listings are made of them. */
import { nightOf } from '../../../protocol/nights.ts';
import type { Apartment, CityTax, Season, Terms } from '../../../protocol/terms.ts';
import { HOUSE_RULES, type HouseRules } from './house-rules.ts';

export interface DemoCity {
  readonly city: string;
  readonly country: string;
  readonly timeZone: string;
  readonly currency: string;
  /** Minor units of one unit of the currency: 100 cents, 1 yen. */
  readonly minorPerUnit: number;
  /** Prices are rounded to this, in units of the currency. */
  readonly priceStep: number;
  readonly taxBasisPoints: number;
  /** In units of the currency, a person and night. */
  readonly cityTax?: Omit<CityTax, 'perPersonNightMinor'> & { readonly amount: number };
  /** Every year; `from` and `to` as MM-DD, `to` is the first day after it and may lie in the next year. */
  readonly seasons: readonly DemoSeason[];
  readonly apartments: readonly DemoApartment[];
}

export interface DemoSeason {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  /** Of the nightly price. */
  readonly factor: number;
  readonly minNights?: number;
}

export interface DemoApartment {
  readonly slug: string;
  readonly name: string;
  readonly at: readonly [latitude: number, longitude: number];
  readonly sleeps: number;
  /** Of a week night out of season, in units of the currency. */
  readonly nightly: number;
  readonly cleaning: number;
  readonly rules: HouseRules;
  readonly amenities: readonly string[];
  readonly description: string;
}

/** Of weekend nights, and only where the house rules know a weekend. */
const WEEKEND_FACTOR = 1.2;
/** Of the nightly price, for each guest beyond those in it. */
const EXTRA_GUEST_FACTOR = 0.12;
const YEARS = 3;

/** @param year in which the first seasons begin; two more follow, past every horizon */
export function apartmentOf(place: DemoCity, demo: DemoApartment, year: number): Apartment {
  const { weekend, guestsInPrice = demo.sleeps, ...rules } = HOUSE_RULES[demo.rules];
  const minor = (units: number) => Math.round(units / place.priceStep) * place.priceStep * place.minorPerUnit;
  const terms: Terms = {
    ...rules,
    timeZone: place.timeZone,
    currency: place.currency,
    nightlyMinor: minor(demo.nightly),
    ...(weekend ? { weekendMinor: minor(demo.nightly * WEEKEND_FACTOR) } : undefined),
    seasons: seasonsOf(place, minor, demo.nightly, rules.minNights, year),
    cleaningMinor: minor(demo.cleaning),
    taxBasisPoints: place.taxBasisPoints,
    ...(guestsInPrice < demo.sleeps && {
      includedGuests: guestsInPrice,
      extraGuestMinor: minor(demo.nightly * EXTRA_GUEST_FACTOR),
    }),
    ...(place.cityTax !== undefined && { cityTax: cityTaxOf(place.cityTax, place.minorPerUnit) }),
    capacity: demo.sleeps,
  };
  return {
    id: `demo-${demo.slug}`,
    name: demo.name,
    description: demo.description,
    city: place.city,
    country: place.country,
    latitude: demo.at[0],
    longitude: demo.at[1],
    amenities: [...demo.amenities],
    status: 'listed',
    terms,
  };
}

function cityTaxOf({ amount, ...rest }: NonNullable<DemoCity['cityTax']>, minorPerUnit: number): CityTax {
  return { perPersonNightMinor: amount * minorPerUnit, ...rest };
}

function seasonsOf(
  place: DemoCity,
  minor: (units: number) => number,
  nightly: number,
  minNights: number,
  year: number,
): Season[] {
  const seasons: Season[] = [];
  for (let y = year - 1; y < year + YEARS; y++) {
    for (const season of place.seasons) {
      const from = `${y}-${season.from}`;
      const to = `${season.to > season.from ? y : y + 1}-${season.to}`;
      seasons.push({
        name: `${season.name} ${y}`,
        from,
        to,
        nightlyMinor: minor(nightly * season.factor),
        ...(season.minNights !== undefined && season.minNights > minNights
          ? { minNights: season.minNights }
          : undefined),
      });
    }
  }
  return seasons.sort((a, b) => nightOf(a.from) - nightOf(b.from));
}
