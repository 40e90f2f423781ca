/** What a day of the calendar says: to a screen reader, in the cell, and in the line below. */
import { dateOf, nightOf } from '../../../../src/protocol/nights.ts';
import type { Party } from '../../../../src/protocol/party.ts';
import { fewestNights } from '../../../../src/protocol/rules.ts';
import { longDate, minutesText, money, nightsText, shortDate, stayText, timeText } from '../../format.ts';
import { t } from '../../texts/index.ts';
import { obstacleText } from '../stay/obstacle-text.ts';
import type { Openings } from '../stay/openings.ts';
import { begunIn, type Chosen, checkStayOf, meaningOf } from '../stay/selection.ts';
import type { Day, DayEnd } from './day-of.ts';

export function dayLabel(day: Day, today: number): string {
  const says = t.apartment.calendar;
  const { state, heldUntil } = day;
  return [
    longDate(day.date),
    ...(day.date === dateOf(today) ? [says.today] : []),
    state === 'held' && heldUntil !== undefined ? says.heldUntil(timeText(heldUntil)) : says.states[state],
    ...(day.limit === undefined ? [] : [says.limits[day.limit]]),
    ...(day.end === undefined ? [] : [endText(day.end)]),
    ...(day.checkOutOnly ? [says.checkOutOnly] : []),
    ...(day.part === undefined ? [] : [says.parts[day.part]]),
  ].join(', ');
}

function endText(end: DayEnd): string {
  const says = t.apartment.calendar.ends;
  return 'nights' in end ? says[end.is](nightsText(end.nights)) : says[end.is];
}

/** What happened to a night goes before what was chosen: a taken check-in day says so. */
export function dayMark({ state, part, checkOutOnly, limit, end }: Day): string | undefined {
  const marks: Readonly<Record<string, string>> = t.apartment.calendar.marks;
  if (part === 'check-out') return marks.out;
  if (part === 'check-in' && (state === 'free' || state === 'mine')) return marks.in;
  if (end !== undefined && (end.is === 'possible' || state === 'free')) return endMark(end);
  if (checkOutOnly) return marks.outOnly;
  return marks[limit ?? state];
}

function endMark(end: DayEnd): string {
  const marks = t.apartment.calendar.endMarks;
  return 'nights' in end ? marks[end.is](end.nights) : marks[end.is];
}

/**
 * The line below the calendar for the day that is looked at: what it is, why it cannot be chosen, or what choosing
 * it would mean, with nights and price for the end of a stay.
 * @param secondsLeft of the hold that somebody else has on it
 * @param party for whom the price is
 */
export function dayLine(
  openings: Openings,
  chosen: Chosen,
  date: string,
  secondsLeft: number | undefined,
  party: Party,
): string {
  const says = t.apartment.calendar;
  const night = nightOf(date);
  const begun = begunIn(chosen);
  const meaning = meaningOf(openings, begun, night);
  const mayLeave = openings.isCheckOutOnly(night) ? [says.mayLeave] : [];
  switch (meaning.is) {
    case 'begun':
      return says.begun;
    case 'arrive': {
      if (begun === undefined) return says.arrive;
      const end = night > begun ? openings.obstacleTo({ from: begun, to: night }, 1) : undefined;
      const why = end === undefined ? [] : [obstacleText(end, openings)];
      return [...why, says.arriveInstead].join(' ');
    }
    case 'leave': {
      const from = begun ?? night;
      const check = checkStayOf(openings, { from, to: night }, party);
      const total = check.ok ? money(check.quote.totalMinor, check.quote.currency) : '';
      return says.leave(nightsText(night - from), total);
    }
    case 'nothing': {
      const { because } = meaning;
      const isHeldHere = because.kind === 'taken' && because.state === 'held' && because.night === night;
      const why =
        isHeldHere && secondsLeft !== undefined
          ? says.heldFor(minutesText(secondsLeft))
          : obstacleText(because, openings);
      // That one may leave here says nothing to somebody whose stay cannot reach this day.
      return [why, ...(begun === undefined ? mayLeave : [])].join(' ');
    }
  }
}

/** The line while no day is looked at. */
export function restingLine(openings: Openings, chosen: Chosen): string {
  const says = t.apartment.calendar;
  if (openings.stateOf(openings.today) === 'unknown') return says.loading;
  const { checkIn, checkOut } = chosen;
  if (checkIn === '') return says.hint;
  const hindered = checkOut === '' ? openings.arrivalObstacle(nightOf(checkIn)) : undefined;
  if (hindered !== undefined) return obstacleText(hindered, openings);
  if (checkOut !== '') return says.chosen(stayText(checkIn, checkOut));
  return [says.hintLeave(shortDate(checkIn)), ...shortestFrom(openings, checkIn)].join(' ');
}

/** What a stay from this day must at least be, where that is more than a night. */
export function shortestFrom({ terms }: Openings, checkIn: string): readonly string[] {
  const nights = fewestNights(terms, nightOf(checkIn));
  return nights === 1 ? [] : [t.apartment.calendar.shortest(nightsText(nights))];
}
