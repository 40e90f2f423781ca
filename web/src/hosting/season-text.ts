/** A season in words, as lists show it. */
import type { Season } from '../../../src/protocol/terms.ts';
import { listText, money, nightsText, weekdayName } from '../format.ts';
import { t } from '../texts/index.ts';
import { nightsRangeText } from './dates.ts';

export function seasonText(season: Season, currency: string): string {
  const says = t.hosting.seasons;
  const { name, from, to, nightlyMinor, weekendMinor } = season;
  return [
    `${name || says.unnamed} ${nightsRangeText(from, to)}`,
    ...(nightlyMinor === undefined ? [] : [money(nightlyMinor, currency)]),
    ...(weekendMinor === undefined ? [] : [says.weekend(money(weekendMinor, currency))]),
    ...rulesOf(season),
  ].join(', ');
}

/** What it says otherwise of the stays in it. */
export function rulesOf({ minNights, maxNights, arrivalDays, departureDays }: Season): string[] {
  const says = t.hosting.seasons;
  return [
    ...(minNights === undefined ? [] : [says.least(nightsText(minNights))]),
    ...(maxNights === undefined ? [] : [says.most(nightsText(maxNights))]),
    ...(arrivalDays === undefined ? [] : [says.arrive(weekdaysText(arrivalDays))]),
    ...(departureDays === undefined ? [] : [says.leave(weekdaysText(departureDays))]),
  ];
}

/** @param days ISO weekdays */
export function weekdaysText(days: readonly number[]): string {
  return days.length === 7 ? t.hosting.effects.everyDay : listText(days.map(weekdayName));
}
