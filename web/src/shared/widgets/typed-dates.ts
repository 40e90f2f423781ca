/**
 * What stands in a field of dates while it is typed into. React Aria tells of every date on the way: a year goes
 * through 0002 and 0020, and a stay that is moved begins after its old end until that is typed too. If the field showed
 * what the page has made of those, it would overwrite what is being typed; so it shows what is typed, and only what is
 * meant counts.
 */
import { type CalendarDate, parseDate } from '@internationalized/date';
import { useEffect, useRef, useState } from 'react';

/** Before this a year is not typed to its end. */
const FIRST_MEANT = '1000-01-01';

/** @param dates ISO dates in the order in which they have to come; one of them may come twice */
export function areMeant(dates: readonly string[], min = FIRST_MEANT, max = '9999-12-31'): boolean {
  const all = [min, ...dates, max];
  return all.every((date, i) => i === 0 || (all[i - 1] as string) <= date);
}

export type Typed = CalendarDate | null;

/**
 * @param counting ISO dates as the page knows them, empty for none: others than it was last told replace what is typed
 * @returns what to show, and what to call with each date that is typed, saying whether the page is told of it
 */
export function useTypedDates(
  counting: readonly string[],
): [readonly Typed[], (typed: readonly Typed[], isTold: boolean) => void] {
  const key = counting.join(' ');
  const [typed, setTyped] = useState(() => typedOf(key));
  const told = useRef(key);
  useEffect(() => {
    if (key !== told.current) setTyped(typedOf(key));
    told.current = key;
  }, [key]);
  const type = (next: readonly Typed[], isTold: boolean) => {
    setTyped(next);
    told.current = next.map((date) => (isTold ? date : '')).join(' ');
  };
  return [typed, type];
}

const typedOf = (key: string): readonly Typed[] =>
  key.split(' ').map((date) => (date === '' ? null : parseDate(date)));
