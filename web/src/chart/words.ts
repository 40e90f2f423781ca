/** Names of nights and bars, as they are read out. */
import { dateOf } from '../../../src/protocol/nights.ts';
import { datesText, longDate, nightsText } from '../format.ts';
import { t } from '../texts/index.ts';
import { type Bar, barAt } from './bars.ts';

/** `held, Fri 5 Mar – Sun 7 Mar, 2 nights` */
export function barName({ status, from, to }: Bar): string {
  return t.chart.bar(t.common.status[status], datesText(dateOf(from), dateOf(to)), nightsText(to - from));
}

/** `Friday 5 March 2027, held, Fri 5 Mar – Sun 7 Mar, 2 nights` */
export function nightName(bars: readonly Bar[], night: number): string {
  const bar = barAt(bars, night);
  return `${longDate(dateOf(night))}, ${bar === undefined ? t.common.status.free : barName(bar)}`;
}
