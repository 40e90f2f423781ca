/** The rules of an apartment in words. */
import { dateOf, nightOf } from '../../../../src/protocol/nights.ts';
import type { Season, Terms } from '../../../../src/protocol/terms.ts';
import { guestsText, longDate, money, nightsText, shortDate, timeIn } from '../../format.ts';
import { client } from '../../shared/live/client.ts';
import { t } from '../../texts/index.ts';
import { weekdaysText } from '../stay/obstacle-text.ts';

/** @param today night of the local day at the apartment */
export function HouseRules({ terms, today }: { terms: Terms; today: number }) {
  const says = t.apartment.rules;
  const end = today + terms.horizonNights;
  const most = nightsText(terms.maxNights);
  const { arrivalDays, departureDays } = terms;
  const coming = terms.seasons.filter(({ from, to }) => nightOf(to) > today && nightOf(from) < end);
  const isTouchCounted =
    terms.seasonMinimum === 'touching' && coming.some(({ minNights }) => minNights !== undefined);
  const lines = [
    terms.minNights === 1 ? says.lengthAtMost(most) : says.length(nightsText(terms.minNights), most),
    ...coming.flatMap((season) => {
      const own = rulesOf(season);
      const last = dateOf(nightOf(season.to) - 1);
      return own.length === 0
        ? []
        : [says.season(season.name, shortDate(season.from), shortDate(last), own.join('; '))];
    }),
    ...(isTouchCounted ? [says.touching] : []),
    ...(terms.gapMinNights === undefined ? [] : [says.gap(nightsText(terms.gapMinNights))]),
    arrivalDays.length === 7 ? says.arriveAnyDay : says.arriveOn(weekdaysText(arrivalDays)),
    departureDays.length === 7 ? says.leaveAnyDay : says.leaveOn(weekdaysText(departureDays)),
    ...guestRules(terms),
    ...(terms.noticeDays > 0 ? [says.notice(terms.noticeDays)] : []),
    says.ahead(longDate(dateOf(end))),
    ...(terms.turnoverNights > 0 ? [says.turnover(terms.turnoverNights)] : []),
    t.common.policy.inWords[terms.cancellationPolicy],
    says.timeZone(terms.timeZone, timeIn(terms.timeZone, client.clock.nowMs())),
  ];
  return (
    <section className="rules">
      <h2>{says.heading}</h2>
      <ul>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </section>
  );
}

/** What a season says otherwise, in words. */
function rulesOf({ minNights, maxNights, arrivalDays, departureDays }: Season): string[] {
  const says = t.apartment.rules.ofSeason;
  return [
    ...(minNights === undefined ? [] : [says.least(nightsText(minNights))]),
    ...(maxNights === undefined ? [] : [says.most(nightsText(maxNights))]),
    ...(arrivalDays === undefined ? [] : [says.arrive(weekdaysText(arrivalDays))]),
    ...(departureDays === undefined ? [] : [says.leave(weekdaysText(departureDays))]),
  ];
}

/** What depends on how many come. */
function guestRules({ includedGuests, extraGuestMinor, cityTax, currency }: Terms): string[] {
  const says = t.apartment.rules;
  const lines: string[] = [];
  if (includedGuests !== undefined && extraGuestMinor !== undefined && extraGuestMinor > 0) {
    lines.push(says.extraGuests(guestsText(includedGuests), money(extraGuestMinor, currency)));
  }
  if (cityTax !== undefined && cityTax.perPersonNightMinor > 0) {
    const { perPersonNightMinor, maxNights, adultsOnly } = cityTax;
    const most = maxNights === undefined ? undefined : nightsText(maxNights);
    lines.push(says.cityTax(money(perPersonNightMinor, currency), most, adultsOnly === true));
  }
  return lines;
}
