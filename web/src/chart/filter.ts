/** Which rows are shown, as it stands in the address. */
import { nightOf } from '../../../src/protocol/nights.ts';
import { isDate } from '../format.ts';
import { type Bar, barsWithin } from './bars.ts';
import type { ChartApartment } from './ports.ts';

export const STATES = ['held', 'booked', 'blocked', 'free'] as const;

export interface ChartFilter {
  readonly city: string;
  /** Part of the name, in any case. */
  readonly name: string;
  /** Rows with such a night; `free`: rows that are free throughout. Undefined: any row. */
  readonly state: (typeof STATES)[number] | undefined;
  /** Half-open dates that `state` is about; empty: the whole chart. */
  readonly within: { readonly from: string; readonly to: string };
}

export function filterOf(query: URLSearchParams): ChartFilter {
  const state = STATES.find((one) => one === query.get('state'));
  const [from, to] = [query.get('from'), query.get('to')];
  return {
    city: query.get('city') ?? '',
    name: query.get('name') ?? '',
    state,
    within: isDate(from) && isDate(to) && from < to ? { from, to } : { from: '', to: '' },
  };
}

export const matches = ({ city, name }: ChartFilter, apartment: ChartApartment): boolean =>
  (city === '' || apartment.city === city) &&
  (name === '' || apartment.name.toLocaleLowerCase().includes(name.toLocaleLowerCase()));

/** @param chart half-open night numbers that the chart shows */
export function fits(
  { state, within }: ChartFilter,
  bars: readonly Bar[],
  chart: { from: number; to: number },
): boolean {
  if (state === undefined) return true;
  const from = within.from === '' ? chart.from : nightOf(within.from);
  const to = within.to === '' ? chart.to : nightOf(within.to);
  const taken = barsWithin(bars, from, to);
  return state === 'free' ? taken.length === 0 : taken.some(({ status }) => status === state);
}
