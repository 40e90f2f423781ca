/** Why a stay may not be, in a sentence that names the rule: the way out is `waysOut`'s, as one rule's may break another. */
import { dateOf, weekdayOf } from '../../../../src/protocol/nights.ts';
import { minimumNights, seasonal } from '../../../../src/protocol/rules.ts';
import type { Terms } from '../../../../src/protocol/terms.ts';
import { guestsText, listText, nightsText, shortDate, weekdayName } from '../../format.ts';
import { t } from '../../texts/index.ts';
import type { Obstacle, Openings } from './openings.ts';

export function obstacleText(obstacle: Obstacle, { terms, today }: Openings): string {
  const says = t.apartment.why;
  switch (obstacle.kind) {
    case 'rule':
      return ruleText(obstacle, terms, today);
    case 'turnover':
      return says.turnover(obstacle.nights);
    case 'no_room':
      return says.no_room(nightsText(obstacle.minNights), shortDate(dateOf(obstacle.until)));
    case 'taken': {
      const taken = says.taken[obstacle.state as keyof typeof says.taken];
      return taken(shortDate(dateOf(obstacle.night)));
    }
  }
}

function ruleText(
  { rule, stay: { from, to } }: Extract<Obstacle, { kind: 'rule' }>,
  terms: Terms,
  today: number,
): string {
  const says = t.apartment.why;
  const day = (night: number) => shortDate(dateOf(night));
  switch (rule) {
    case 'stay_order':
      return says.stay_order;
    case 'past':
      return says.past;
    case 'notice':
      return says.notice(terms.noticeDays, day(today + terms.noticeDays));
    case 'horizon':
      return says.horizon(day(today + terms.horizonNights));
    case 'min_nights':
      return says.min_nights(nightsText(minimumNights(terms, { from, to })));
    case 'max_nights':
      return says.max_nights(nightsText(seasonal(terms, 'maxNights', from)));
    case 'arrival_day':
      return says.arrival_day(
        weekdayName(weekdayOf(from)),
        weekdaysText(seasonal(terms, 'arrivalDays', from)),
      );
    case 'departure_day':
      return says.departure_day(
        weekdayName(weekdayOf(to)),
        weekdaysText(seasonal(terms, 'departureDays', to)),
      );
    case 'capacity':
      return says.capacity(guestsText(terms.capacity));
  }
}

/** @param isoWeekdays 1 = Monday … 7 = Sunday */
export function weekdaysText(isoWeekdays: readonly number[]): string {
  return listText([...isoWeekdays].sort((a, b) => a - b).map(weekdayName));
}
