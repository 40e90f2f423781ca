/** A field's value as a person would say it, for lists of what has changed. */

import { weekendDaysOf } from '../../../../src/protocol/price.ts';
import { CancellationPolicy } from '../../../../src/protocol/resources.ts';
import { type CityTax, SeasonMinimum } from '../../../../src/protocol/terms.ts';
import { listText, money, nightsText, numberText, percentText } from '../../format.ts';
import { t } from '../../texts/index.ts';
import { seasonText, weekdaysText } from '../season-text.ts';
import { type Draft, type DraftPath, valueAt } from './draft.ts';

/** Longer texts are cut to this: a change is to be recognised, not read. */
const TEXT_LENGTH_MAX = 60;
/** What is left before the place where two texts begin to differ. */
const BEFORE_LENGTH = 20;

/** The values of two drafts side by side: other values read differently, however long they are. */
export function valueTexts(one: Draft, other: Draft, path: DraftPath): [string, string] {
  const [first, second] = [valueText(one, path), valueText(other, path)];
  let differsAt = 0;
  while (differsAt < first.length && first[differsAt] === second[differsAt]) differsAt += 1;
  // From the beginning, unless they are alike for as long as is shown.
  const from = differsAt < TEXT_LENGTH_MAX - BEFORE_LENGTH ? 0 : differsAt - BEFORE_LENGTH;
  return [cut(first, from), cut(second, from)];
}

function valueText(draft: Draft, path: DraftPath): string {
  const value = valueAt(draft, path) ?? usual(path);
  if (value === undefined || value === '' || Number.isNaN(value)) return t.hosting.form.nothing;
  const { currency } = draft.terms;
  switch (path) {
    case 'terms.nightlyMinor':
    case 'terms.weekendMinor':
    case 'terms.cleaningMinor':
    case 'terms.extraGuestMinor':
      return money(value as number, currency);
    case 'terms.taxBasisPoints':
      return percentText((value as number) / 10_000);
    case 'terms.weekendDays':
    case 'terms.arrivalDays':
    case 'terms.departureDays':
      return weekdaysText(value as number[]) || noneText();
    case 'terms.seasons':
      return draft.terms.seasons.map((season) => seasonText(season, currency)).join('; ') || noneText();
    case 'terms.stayDiscounts':
      return (
        listText(
          draft.terms.stayDiscounts.map(
            ({ minNights, basisPoints }) => `${nightsText(minNights)} ${percentText(basisPoints / 10_000)}`,
          ),
        ) || noneText()
      );
    case 'terms.holdTtlSeconds':
      return numberText((value as number) / 60);
    case 'terms.cityTax':
      return cityTaxText(value as CityTax, currency);
    case 'terms.seasonMinimum':
      return t.hosting.seasonMinimum[SeasonMinimum.parse(value)];
    case 'terms.cancellationPolicy':
      return t.hosting.policies[CancellationPolicy.parse(value)];
    case 'amenities':
      return listText(draft.amenities) || noneText();
    case 'latitude':
    case 'longitude':
      return String(value);
    default:
      return typeof value === 'number' ? numberText(value) : String(value);
  }
}

/** What counts where the draft says nothing. */
function usual(path: DraftPath): unknown {
  if (path === 'terms.weekendDays') return weekendDaysOf({});
  return path === 'terms.seasonMinimum' ? 'arrival' : undefined;
}

function cityTaxText({ perPersonNightMinor, maxNights, adultsOnly }: CityTax, currency: string): string {
  const says = t.hosting.cityTax;
  return [
    money(perPersonNightMinor, currency),
    ...(maxNights === undefined ? [] : [says.most(nightsText(maxNights))]),
    ...(adultsOnly === true ? [says.adults] : []),
  ].join(', ');
}

const noneText = () => t.hosting.form.nothing;

function cut(text: string, from: number): string {
  const to = from + TEXT_LENGTH_MAX;
  return `${from > 0 ? '… ' : ''}${text.slice(from, to)}${to < text.length ? ' …' : ''}`;
}
