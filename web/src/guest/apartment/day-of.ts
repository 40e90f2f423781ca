/** One day of the calendar as it is drawn: what its night is, what limits it, and what part of the choice it is. */
import { nightOf } from '../../../../src/protocol/nights.ts';
import type { NightState } from '../stay/night-state.ts';
import type { Openings } from '../stay/openings.ts';
import { begunIn, type Chosen, meaningOf } from '../stay/selection.ts';

/** Of a free night: why no stay begins on it. `short`, `turnover`: no allowed stay has it at all. */
export type DayLimit = 'notice' | 'short' | 'turnover' | 'no-arrival';
export type DayPart = 'check-in' | 'stay' | 'check-out';

export interface Day {
  readonly date: string;
  readonly state: NightState;
  readonly heldUntil: string | undefined;
  readonly checkOutOnly: boolean;
  readonly limit: DayLimit | undefined;
  readonly part: DayPart | undefined;
  /** Choosing it does something. */
  readonly choosable: boolean;
}

/** @param looked the date under the pointer or the focus: with a stay begun, it is shown as its end */
export function dayOf(openings: Openings, chosen: Chosen, looked: string | undefined, date: string): Day {
  const night = nightOf(date);
  const state = openings.stateOf(night);
  return {
    date,
    state,
    heldUntil: openings.heldUntil(night),
    checkOutOnly: openings.isCheckOutOnly(night),
    limit: state === 'free' ? limitOf(openings, night) : undefined,
    part: partOf(openings, chosen, looked, date),
    choosable: meaningOf(openings, begunIn(chosen), night).is !== 'nothing',
  };
}

function limitOf(openings: Openings, night: number): DayLimit | undefined {
  const obstacle = openings.arrivalObstacle(night);
  if (obstacle === undefined) return undefined;
  if (obstacle.kind === 'rule' && obstacle.rule === 'notice') return 'notice';
  if (openings.isReachable(night)) return 'no-arrival';
  return obstacle.kind === 'turnover' ? 'turnover' : 'short';
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
