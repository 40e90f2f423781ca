/** What terms mean for a stay, by the server's own price and rules: computed for the saved terms and for the draft. */
import type { NightRange } from '../../../../src/protocol/nights.ts';
import { priceOf, quoteOf } from '../../../../src/protocol/price.ts';
import type { Quote } from '../../../../src/protocol/resources.ts';
import { brokenRule, checkStay, type RuleViolation } from '../../../../src/protocol/rules.ts';
import type { Terms } from '../../../../src/protocol/terms.ts';

export interface StayPreview {
  /** The first rule that refuses the stay. */
  readonly violation: RuleViolation | undefined;
  /** What it would cost, allowed or not. */
  readonly quote: Quote;
}

/** @param today night number of the local day at the apartment */
export function previewOf(terms: Terms, stay: NightRange, guests: number, today: number): StayPreview {
  return {
    violation: checkStay(terms, stay, guests, today, undefined),
    quote: quoteOf(priceOf(terms, stay, { guests })),
  };
}

/** Undefined while a number that every stay needs is missing: no price is better than a wrong one. */
export function isComplete(terms: Terms): boolean {
  const { nightlyMinor, weekendMinor = 0, cleaningMinor, taxBasisPoints, minNights, maxNights } = terms;
  const { capacity, noticeDays, horizonNights, turnoverNights } = terms;
  const needed = [nightlyMinor, weekendMinor, cleaningMinor, taxBasisPoints, minNights, maxNights];
  return [...needed, capacity, noticeDays, horizonNights, turnoverNights].every(Number.isFinite);
}

export interface PreviewLine {
  readonly kind: Quote['lines'][number]['kind'];
  readonly label: string;
  readonly before: number | undefined;
  readonly after: number | undefined;
}

/** The lines of two quotes side by side, a kind a line, in the order of the price. */
export function linesOf(before: Quote | undefined, after: Quote | undefined): PreviewLine[] {
  const kinds = ['nights', 'discount', 'extra_guests', 'cleaning', 'tax', 'city_tax'] as const;
  return kinds.flatMap((kind) => {
    const [old, next] = [before, after].map((quote) => quote?.lines.find((line) => line.kind === kind));
    const label = (next ?? old)?.label;
    return label === undefined ? [] : [{ kind, label, before: old?.amountMinor, after: next?.amountMinor }];
  });
}

/** Lengths of stay, in nights, that the table of allowed stays asks about. */
export const LENGTHS = [1, 2, 3, 4, 5, 7, 14, 28] as const;

/** Whether a stay of each of `LENGTHS` may begin on each of the seven days from `from`. */
export function allowedStays(terms: Terms, from: number, today: number): boolean[][] {
  return Array.from({ length: 7 }, (_, day) =>
    LENGTHS.map(
      (nights) =>
        brokenRule(terms, { from: from + day, to: from + day + nights }, 1, today, undefined) === undefined,
    ),
  );
}
