/** Which days the figures are about, and which ones they are measured against. */
import { nightOf } from '../../../../src/protocol/nights.ts';
import { isDate, plusDays } from '../../format.ts';

/** Half-open dates. */
export interface Period {
  readonly from: string;
  readonly to: string;
}

/** As many as the server counts at once. */
export const PERIOD_DAYS_MAX = 400;

/** Days from today's point of view: [first, end). */
const PRESETS = {
  'last-7': [-7, 0],
  'last-30': [-30, 0],
  'last-90': [-90, 0],
  'around-14': [-7, 7],
  'next-30': [0, 30],
  'next-90': [0, 90],
} as const;
export type Preset = keyof typeof PRESETS;
export const PRESET_NAMES = Object.keys(PRESETS) as Preset[];
export const PRESET_DEFAULT: Preset = 'next-30';

export function presetPeriod(preset: Preset, today: string): Period {
  const [from, to] = PRESETS[preset];
  return { from: plusDays(today, from), to: plusDays(today, to) };
}

/** The address's period: dates of its own, else a preset, else the usual one. */
export function periodOf(
  query: URLSearchParams,
  today: string,
): { period: Period; preset: Preset | undefined } {
  const [from, to] = [query.get('from'), query.get('to')];
  if (isDate(from) && isDate(to) && daysOf({ from, to }) > 0) {
    return {
      period: { from, to: daysOf({ from, to }) > PERIOD_DAYS_MAX ? plusDays(from, PERIOD_DAYS_MAX) : to },
      preset: undefined,
    };
  }
  const asked = query.get('period');
  const preset = PRESET_NAMES.find((name) => name === asked) ?? PRESET_DEFAULT;
  return { period: presetPeriod(preset, today), preset };
}

export const daysOf = ({ from, to }: Period): number => nightOf(to) - nightOf(from);

/** As many days, just before. */
export function periodBefore(period: Period): Period {
  return { from: plusDays(period.from, -daysOf(period)), to: period.from };
}
