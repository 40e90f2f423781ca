/** The rules of an apartment in words. */
import { dateOf, nightOf } from '../../../../src/protocol/nights.ts';
import type { Terms } from '../../../../src/protocol/terms.ts';
import { longDate, nightsText, shortDate, timeIn } from '../../format.ts';
import { client } from '../../shared/live/client.ts';
import { t } from '../../texts/index.ts';
import { weekdaysText } from '../stay/obstacle-text.ts';

/** @param today night of the local day at the apartment */
export function HouseRules({ terms, today }: { terms: Terms; today: number }) {
  const says = t.apartment.rules;
  const end = today + terms.horizonNights;
  const most = nightsText(terms.maxNights);
  const { arrivalDays, departureDays } = terms;
  const lines = [
    terms.minNights === 1 ? says.lengthAtMost(most) : says.length(nightsText(terms.minNights), most),
    ...terms.seasons
      .filter(({ from, to }) => nightOf(to) > today && nightOf(from) < end)
      .flatMap(({ name, from, to, minNights }) => {
        if (minNights === undefined) return [];
        const last = dateOf(nightOf(to) - 1);
        return [says.season(name, shortDate(from), shortDate(last), nightsText(minNights))];
      }),
    arrivalDays.length === 7 ? says.arriveAnyDay : says.arriveOn(weekdaysText(arrivalDays)),
    departureDays.length === 7 ? says.leaveAnyDay : says.leaveOn(weekdaysText(departureDays)),
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
