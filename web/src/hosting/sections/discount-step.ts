/** What happens to the price where a discount for long stays begins, as it may not be what its host means. */
import { HORIZON_NIGHTS_MAX } from '../../../../src/protocol/limits.ts';
import { priceOf, totalMinor } from '../../../../src/protocol/price.ts';
import type { Terms } from '../../../../src/protocol/terms.ts';

export interface DiscountStep {
  /** Nights of the shortest stay, of those just below, that costs more than the shortest one with the discount. */
  readonly dearer: number | undefined;
  /** Nights from which a larger discount counts, up to where this one takes its place. */
  readonly larger: number | undefined;
}

/** At the everyday price: seasons and weekends only say more of some days. Of a length that nobody can book it says nothing. */
export function discountStep(terms: Terms, minNights: number): DiscountStep {
  if (minNights > HORIZON_NIGHTS_MAX) return { dearer: undefined, larger: undefined };
  const { weekendMinor: _, cityTax: _cityTax, ...rest } = terms;
  const everyday = { ...rest, seasons: [], cleaningMinor: 0, taxBasisPoints: 0 };
  const rent = (nights: number) => totalMinor(priceOf(everyday, { from: 0, to: nights }, { guests: 1 }));
  const discounted = rent(minNights);
  let dearer: number | undefined;
  for (let nights = minNights - 1; nights >= terms.minNights && rent(nights) > discounted; nights--)
    dearer = nights;

  const below = terms.stayDiscounts.filter((one) => one.minNights < minNights);
  const before = below.reduce<(typeof below)[number] | undefined>(
    (most, one) => (most === undefined || one.minNights > most.minNights ? one : most),
    undefined,
  );
  const own = terms.stayDiscounts.find((one) => one.minNights === minNights);
  const isLarger = before !== undefined && own !== undefined && before.basisPoints > own.basisPoints;
  return { dearer, larger: isLarger ? before.minNights : undefined };
}
