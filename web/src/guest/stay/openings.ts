/**
 * Which stays an apartment still has room for, by the rules of the server (`brokenRule`, turnover) on the calendar
 * as it is right now: worked out once for all days, so that each of sixty days on the page costs a look-up.
 */
import { type CalendarModel, calendarModel } from '../../../../src/client/index.ts';
import { nearestStay, type Vacancy } from '../../../../src/protocol/advice.ts';
import { type NightRange, nightOf, overlaps, weekdayOf } from '../../../../src/protocol/nights.ts';
import {
  brokenRule,
  type ClaimBeside,
  fewestNights,
  type Rule,
  seasonal,
} from '../../../../src/protocol/rules.ts';
import type { Terms } from '../../../../src/protocol/terms.ts';
import { isWithin, type NightState, nightState, type Ownings } from './night-state.ts';

/** Why a stay may not be, or may not begin on a day. Nights are night numbers; words are the page's. */
export type Obstacle =
  | { readonly kind: 'rule'; readonly rule: Exclude<Rule, 'turnover'>; readonly stay: NightRange }
  | {
      readonly kind: 'taken';
      readonly state: NightState;
      readonly night: number;
      readonly heldUntil: string | undefined;
    }
  /** Nights are kept empty between two stays, and a neighbour is too near. */
  | { readonly kind: 'turnover'; readonly nights: number }
  /** Free, but the shortest stay allowed from here does not end before `until`, which is taken or beyond. */
  | { readonly kind: 'no_room'; readonly minNights: number; readonly until: number };

export interface Openings {
  readonly terms: Terms;
  /** Of the local day at the apartment. */
  readonly today: number;
  stateOf(night: number): NightState;
  /** Instant at which somebody else's hold of this night ends, if that is known. */
  heldUntil(night: number): string | undefined;
  /** Why no stay may begin on this day; undefined where one may. */
  arrivalObstacle(night: number): Obstacle | undefined;
  obstacleTo(stay: NightRange, guests: number): Obstacle | undefined;
  /** The stay nearest to it that may be held, as the server would name it; undefined where there is none. */
  nearestTo(stay: NightRange, guests: number): NightRange | undefined;
  /** Some allowed stay has this night. */
  isReachable(night: number): boolean;
  /** The night is taken, and a stay may end on its day. */
  isCheckOutOnly(night: number): boolean;
}

export function openingsOf(
  terms: Terms,
  calendar: CalendarModel | undefined,
  own: Ownings,
  today: number,
): Openings {
  const end = today + terms.horizonNights;
  const bookable = { from: today, to: end };
  const known = new Map<number, NightState>();
  const stateOf = (night: number): NightState => {
    let state = known.get(night);
    if (state === undefined) {
      state = nightState(calendar, night, own, bookable);
      known.set(night, state);
    }
    return state;
  };
  const isTaken = (night: number) => TAKEN.has(stateOf(night));
  const heldUntil = (night: number) =>
    calendar === undefined ? undefined : calendarModel.nightAt(calendar, night)?.heldUntil;
  const takenBy = (night: number): Obstacle => ({
    kind: 'taken',
    state: stateOf(night),
    night,
    heldUntil: heldUntil(night),
  });

  /** An own hold that the stay overlaps is replaced by it. */
  const claimBeside: ClaimBeside = (night, stay) => {
    const state = stateOf(night);
    if (state === 'blocked') return 'block';
    if (OF_A_STAY.has(state)) return 'stay';
    const hold = state === 'mine' ? own.holds.find((one) => isWithin(one, night)) : undefined;
    if (hold === undefined) return undefined;
    const isReplaced = overlaps({ from: nightOf(hold.checkIn), to: nightOf(hold.checkOut) }, stay);
    return isReplaced ? undefined : 'stay';
  };
  /** A night of another stay in [from, to): blocks need no turnover. */
  const hasNeighbour = (from: number, to: number, stay: NightRange): boolean => {
    for (let night = from; night < to; night++) if (claimBeside(night, stay) === 'stay') return true;
    return false;
  };

  const isArrivalDay = (night: number) => seasonal(terms, 'arrivalDays', night).includes(weekdayOf(night));
  const isTooNear = (stay: NightRange): boolean =>
    hasNeighbour(stay.from - terms.turnoverNights, stay.from, stay) ||
    hasNeighbour(stay.to, stay.to + terms.turnoverNights, stay);

  const obstacleTo = (stay: NightRange, guests: number): Obstacle | undefined => {
    const rule = brokenRule(terms, stay, guests, today, claimBeside);
    if (rule !== undefined) return { kind: 'rule', rule, stay };
    for (let night = stay.from; night < stay.to; night++) if (isTaken(night)) return takenBy(night);
    return isTooNear(stay) ? { kind: 'turnover', nights: terms.turnoverNights } : undefined;
  };

  // From the back: the latest day on which a stay from each day may end; 0 where none may begin.
  const latestEnd = new Map<number, number>();
  /** The first night from `night` on that no stay may have. */
  const barrier = new Map<number, number>();
  for (let night = end - 1, next = end; night >= today; night--) {
    if (isTaken(night)) next = night;
    barrier.set(night, next);
  }
  const vacancy: Vacancy = {
    latestEnd: (from) => barrier.get(from) ?? from,
    claimBeside,
    isFree: (stay) => (barrier.get(stay.from) ?? 0) >= stay.to && !isTooNear(stay),
  };
  const latest = (from: number): number => {
    const usual = fewestNights(terms, from);
    const first = from + Math.min(usual, terms.gapMinNights ?? usual);
    const last = Math.min(from + seasonal(terms, 'maxNights', from), barrier.get(from) ?? from);
    for (let to = last; to >= first; to--) {
      const stay = { from, to };
      if (brokenRule(terms, stay, 1, today, claimBeside) === undefined && !isTooNear(stay)) return to;
    }
    return 0;
  };
  for (let night = today + terms.noticeDays; night < end; night++) {
    const mayArrive = !isTaken(night) && isArrivalDay(night);
    if (mayArrive) latestEnd.set(night, latest(night));
  }
  const reachable = new Set<number>();
  for (let night = today, until = 0; night < end; night++) {
    until = Math.max(until, latestEnd.get(night) ?? 0);
    if (night < until) reachable.add(night);
  }

  return {
    terms,
    today,
    stateOf,
    heldUntil,
    obstacleTo,
    nearestTo: (stay, guests) => nearestStay({ terms, stay, guests, today }, vacancy),
    arrivalObstacle(night) {
      const one = { from: night, to: night + 1 };
      if (night < today) return { kind: 'rule', rule: 'past', stay: one };
      if (night >= end) return { kind: 'rule', rule: 'horizon', stay: one };
      if (isTaken(night)) return takenBy(night);
      if (night < today + terms.noticeDays) return { kind: 'rule', rule: 'notice', stay: one };
      if (!isArrivalDay(night)) return { kind: 'rule', rule: 'arrival_day', stay: one };
      if (latestEnd.get(night) !== 0) return undefined;
      const { turnoverNights } = terms;
      if (hasNeighbour(night - turnoverNights, night, one))
        return { kind: 'turnover', nights: turnoverNights };
      return {
        kind: 'no_room',
        minNights: fewestNights(terms, night),
        until: barrier.get(night) ?? end,
      };
    },
    isReachable: (night) => reachable.has(night),
    isCheckOutOnly: (night) =>
      night > today &&
      isTaken(night) &&
      reachable.has(night - 1) &&
      seasonal(terms, 'departureDays', night).includes(weekdayOf(night)) &&
      (terms.turnoverNights === 0 || stateOf(night) === 'blocked'),
  };
}

const TAKEN: ReadonlySet<NightState> = new Set(['held', 'booked', 'blocked', 'my-booking', 'paying']);
const OF_A_STAY: ReadonlySet<NightState> = new Set(['held', 'booked', 'my-booking', 'paying']);
