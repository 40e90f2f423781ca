/** One day of the calendar as it is drawn: what its night is, what limits it, and what part of the choice it is. */
import { nightOf } from '../../../../src/protocol/nights.ts';
import { fewestNights, seasonal } from '../../../../src/protocol/rules.ts';
import type { NightState } from '../stay/night-state.ts';
import type { Openings } from '../stay/openings.ts';
import { begunIn, type Chosen, meaningOf } from '../stay/selection.ts';

/** Of a free night: why no stay begins on it. `short`, `turnover`: no allowed stay has it at all. */
export type DayLimit = 'notice' | 'short' | 'turnover' | 'no-arrival';
/** With a stay begun: it may end on this day, or why it may not. `behind`: a night on the way there is taken. */
export type DayEnd =
  | { readonly is: 'possible' | 'weekday' | 'turnover' | 'behind' }
  /** `nights`: the fewest or most that a stay from there may have. */
  | { readonly is: 'short' | 'long'; readonly nights: number };
export type DayPart = 'check-in' | 'stay' | 'check-out';

export interface Day {
  readonly date: string;
  readonly state: NightState;
  readonly heldUntil: string | undefined;
  readonly checkOutOnly: boolean;
  readonly limit: DayLimit | undefined;
  readonly end: DayEnd | undefined;
  readonly part: DayPart | undefined;
  /** Choosing it does something. */
  readonly choosable: boolean;
}

/** @param looked the date under the pointer or the focus: with a stay begun, it is shown as its end */
export function dayOf(openings: Openings, chosen: Chosen, looked: string | undefined, date: string): Day {
  const night = nightOf(date);
  const state = openings.stateOf(night);
  const begun = begunIn(chosen);
  const end = begun === undefined || night <= begun ? undefined : endOf(openings, begun, night);
  return {
    date,
    state,
    heldUntil: openings.heldUntil(night),
    checkOutOnly: openings.isCheckOutOnly(night),
    // Whoever has arrived asks where the stay may end; where another may begin is not what they look for.
    limit: state === 'free' && end === undefined ? limitOf(openings, night) : undefined,
    end,
    part: partOf(openings, chosen, looked, date),
    choosable: meaningOf(openings, begun, night).is !== 'nothing',
  };
}

function limitOf(openings: Openings, night: number): DayLimit | undefined {
  const obstacle = openings.arrivalObstacle(night);
  if (obstacle === undefined) return undefined;
  if (obstacle.kind === 'rule' && obstacle.rule === 'notice') return 'notice';
  if (openings.isReachable(night)) return 'no-arrival';
  return obstacle.kind === 'turnover' ? 'turnover' : 'short';
}

function endOf(openings: Openings, begun: number, night: number): DayEnd | undefined {
  const because = openings.obstacleTo({ from: begun, to: night }, 1);
  if (because === undefined) return { is: 'possible' };
  if (because.kind === 'turnover') return { is: 'turnover' };
  if (because.kind === 'taken') return { is: 'behind' };
  if (because.kind !== 'rule') return undefined;
  const { terms } = openings;
  switch (because.rule) {
    case 'min_nights':
      return { is: 'short', nights: fewestNights(terms, begun) };
    case 'max_nights':
      return { is: 'long', nights: seasonal(terms, 'maxNights', begun) };
    case 'departure_day':
      return { is: 'weekday' };
    default:
      return undefined;
  }
}

function partOf(
  openings: Openings,
  chosen: Chosen,
  looked: string | undefined,
  date: string,
): DayPart | undefined {
  if (chosen.checkIn === '') return undefined;
  if (date === chosen.checkIn) return 'check-in';
  let end = chosen.checkOut;
  const begun = begunIn(chosen);
  if (begun !== undefined && looked !== undefined) {
    if (meaningOf(openings, begun, nightOf(looked)).is === 'leave') end = looked;
  }
  if (date === end) return 'check-out';
  return date > chosen.checkIn && date < end ? 'stay' : undefined;
}
