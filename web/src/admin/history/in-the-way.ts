/**
 * Why a stay could not be held at some instant: what the calendar as of then says, and the rules of the apartment as
 * they are now (earlier ones are not kept).
 */
import { type CalendarModel, calendarModel, type Range } from '../../../../src/client/index.ts';
import { nightOf, overlaps } from '../../../../src/protocol/nights.ts';
import {
  checkStay,
  type RuleViolation,
  turnoverRange,
  turnoverViolation,
} from '../../../../src/protocol/rules.ts';
import type { Terms } from '../../../../src/protocol/terms.ts';
import { claimIn } from '../../shared/claim-in.ts';

export interface InTheWay {
  /** Taken nights among those of the stay. */
  readonly taken: readonly Range[];
  /** Stays so close that the nights kept empty between two would be too few. */
  readonly turnover: readonly RuleViolation[];
  /** The first house rule that it breaks. */
  readonly rule: RuleViolation | undefined;
}

export interface StayAsked {
  readonly checkIn: string;
  readonly checkOut: string;
  readonly guests: number;
}

/** @param today night number of the apartment's day at that instant */
export function inTheWay(terms: Terms, calendar: CalendarModel, asked: StayAsked, today: number): InTheWay {
  const stay = { from: nightOf(asked.checkIn), to: nightOf(asked.checkOut) };
  const wide = turnoverRange(terms, stay);
  const taken: Range[] = [];
  const turnover: RuleViolation[] = [];
  for (const range of calendarModel.takenOf(calendar)) {
    const nights = { from: nightOf(range.from), to: nightOf(range.to) };
    if (overlaps(nights, stay)) taken.push(range);
    // Closed nights need no turnover.
    else if (range.status !== 'blocked' && overlaps(nights, wide)) {
      turnover.push(turnoverViolation(terms, stay, nights));
    }
  }
  return {
    taken,
    turnover,
    rule: checkStay(terms, stay, asked.guests, today, (night) => claimIn(calendar, night)),
  };
}

export const isClear = ({ taken, turnover, rule }: InTheWay): boolean =>
  taken.length === 0 && turnover.length === 0 && rule === undefined;
