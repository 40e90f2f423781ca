import { parseDate, toZoned } from '@internationalized/date';

/** In epoch milliseconds: when a local day begins, which is not midnight where the clocks are changed then. @param timeZone IANA */
export function dayBeginsMs(date: string, timeZone: string): number {
  return toZoned(parseDate(date), timeZone).toDate().getTime();
}
