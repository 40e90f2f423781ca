/**
 * The price of a stay: computed once when a hold is placed and carried from then on (I7). Inside it is a
 * compact tuple, because every hold keeps one in memory and in the journal; on the wire it is a `Quote`.
 */
import type { NightRange } from './nights.ts';
import { nightOf, overlaps, weekdayOf } from './nights.ts';
import type { Party } from './party.ts';
import type { Quote, QuoteLine } from './resources.ts';
import type { Season, Terms } from './terms.ts';

const FRIDAY_AND_SATURDAY: readonly number[] = [5, 6];
const LINE_KINDS = ['nights', 'cleaning', 'tax', 'discount', 'extra_guests', 'city_tax'] as const;

/** [index in LINE_KINDS, what the label counts (nights, basis points, guests, or guests times nights), amount in minor units] */
export type PriceLine = readonly [kind: number, count: number, amountMinor: number];
export interface Price {
  readonly currency: string;
  readonly lines: readonly PriceLine[];
}

export function totalMinor(price: Price): number {
  let total = 0;
  for (const line of price.lines) total += line[2];
  return total;
}

/**
 * Nights at their own rates, then the longest discount that fits, extra guests, the cleaning fee, tax on the sum, and city
 * tax, which is not taxed. Each line is rounded by itself, half up.
 */
export function priceOf(terms: Terms, stay: NightRange, party: Party): Price {
  const nights = stay.to - stay.from;
  const seasons = terms.seasons.filter((season) => overlaps(seasonRange(season), stay));
  const weekend = weekendDaysOf(terms);
  let rent = 0;
  for (let night = stay.from; night < stay.to; night++) {
    rent += nightlyMinor(terms, seasons, night, weekend.includes(weekdayOf(night)));
  }
  const lines: PriceLine[] = [[0, nights, rent]];

  let discount = 0;
  let discountNights = 0;
  for (const { minNights, basisPoints } of terms.stayDiscounts) {
    if (minNights <= nights && minNights > discountNights) {
      discount = basisPoints;
      discountNights = minNights;
    }
  }
  const off = share(rent, discount);
  if (off > 0) lines.push([3, discount, -off]);
  const { includedGuests = party.guests, extraGuestMinor = 0 } = terms;
  const extraGuests = Math.max(0, party.guests - includedGuests);
  const extra = extraGuests * nights * extraGuestMinor;
  if (extra > 0) lines.push([4, extraGuests, extra]);
  if (terms.cleaningMinor > 0) lines.push([1, 0, terms.cleaningMinor]);
  const tax = share(rent - off + extra + terms.cleaningMinor, terms.taxBasisPoints);
  if (tax > 0) lines.push([2, terms.taxBasisPoints, tax]);
  if (terms.cityTax !== undefined) {
    const { perPersonNightMinor, maxNights = nights, adultsOnly = false } = terms.cityTax;
    const persons = adultsOnly ? (party.adults ?? party.guests) : party.guests;
    const due = persons * Math.min(nights, maxNights);
    if (due * perPersonNightMinor > 0) lines.push([5, due, due * perPersonNightMinor]);
  }
  return { currency: terms.currency, lines };
}

export function quoteOf(price: Price): Quote {
  const lines: QuoteLine[] = [];
  let total = 0;
  for (const [kind, count, amountMinor] of price.lines) {
    total += amountMinor;
    lines.push({ kind: LINE_KINDS[kind] ?? 'nights', label: labelOf(kind, count), amountMinor });
  }
  return { currency: price.currency, totalMinor: total, lines };
}

export function seasonRange(season: Season): NightRange {
  return { from: nightOf(season.from), to: nightOf(season.to) };
}

/** ISO weekdays on which weekend nights begin. */
export function weekendDaysOf({ weekendDays }: Pick<Terms, 'weekendDays'>): readonly number[] {
  return weekendDays ?? FRIDAY_AND_SATURDAY;
}

/** The first season counts that has a price for such a night: one with a weekend price alone says nothing of other nights. */
function nightlyMinor(terms: Terms, seasons: readonly Season[], night: number, isWeekend: boolean): number {
  for (const season of seasons) {
    const amount = ownPrice(season, isWeekend);
    if (amount === undefined) continue;
    const range = seasonRange(season);
    if (night >= range.from && night < range.to) return amount;
  }
  return ownPrice(terms, isWeekend) ?? terms.nightlyMinor;
}

/** What a season, or the apartment itself, says of a night's price; undefined where it says nothing. */
export function ownPrice(
  { nightlyMinor, weekendMinor }: Pick<Season, 'nightlyMinor' | 'weekendMinor'>,
  isWeekend: boolean,
): number | undefined {
  return isWeekend ? (weekendMinor ?? nightlyMinor) : nightlyMinor;
}

/** Basis points of an amount, rounded half up to a minor unit. */
export function share(amountMinor: number, basisPoints: number): number {
  return Math.floor((amountMinor * basisPoints + 5_000) / 10_000);
}

function labelOf(kind: number, count: number): string {
  switch (kind) {
    case 0:
      return count === 1 ? '1 night' : `${count} nights`;
    case 1:
      return 'Cleaning fee';
    case 2:
      return `Tax ${count / 100} %`;
    case 4:
      return count === 1 ? '1 extra guest' : `${count} extra guests`;
    case 5:
      return `City tax, ${count === 1 ? '1 person-night' : `${count} person-nights`}`;
    default:
      return `Length-of-stay discount ${count / 100} %`;
  }
}
