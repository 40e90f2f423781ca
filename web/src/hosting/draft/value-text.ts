/** A field's value as a person would say it, for lists of what has changed. */
import { CancellationPolicy } from '../../../../src/protocol/resources.ts';
import { listText, money, nightsText, numberText, percentText, weekdayName } from '../../format.ts';
import { t } from '../../texts/index.ts';
import { type Draft, type DraftPath, valueAt } from './draft.ts';

/** Longer texts are cut here: a change is to be recognised, not read. */
const TEXT_LENGTH_MAX = 60;

export function valueText(draft: Draft, path: DraftPath): string {
  const value = valueAt(draft, path);
  if (value === undefined || value === '' || Number.isNaN(value)) return t.hosting.form.nothing;
  const { currency } = draft.terms;
  switch (path) {
    case 'terms.nightlyMinor':
    case 'terms.weekendMinor':
    case 'terms.cleaningMinor':
      return money(value as number, currency);
    case 'terms.taxBasisPoints':
      return percentText((value as number) / 10_000);
    case 'terms.arrivalDays':
    case 'terms.departureDays':
      return (value as number[]).length === 7
        ? t.hosting.effects.everyDay
        : listText((value as number[]).map(weekdayName)) || t.hosting.form.nothing;
    case 'terms.seasons':
      return listText(draft.terms.seasons.map(({ name }) => name || t.hosting.seasons.unnamed)) || noneText();
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
    case 'terms.cancellationPolicy':
      return t.hosting.policies[CancellationPolicy.parse(value)].name;
    case 'amenities':
      return listText(draft.amenities) || noneText();
    case 'latitude':
    case 'longitude':
      return String(value);
    default:
      return typeof value === 'number' ? numberText(value) : cut(String(value));
  }
}

const noneText = () => t.hosting.form.nothing;
const cut = (text: string) => (text.length > TEXT_LENGTH_MAX ? `${text.slice(0, TEXT_LENGTH_MAX)} …` : text);
