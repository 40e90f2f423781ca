/** Where in the form a field is: its tab and its element. */
import { type DraftPath, PATHS } from './draft.ts';

/** The field that a path is a part of; undefined for one that the form does not show. */
export function fieldOf(path: string): DraftPath | undefined {
  return PATHS.find((one) => path === one || path.startsWith(`${one}.`));
}

export const TABS = ['listing', 'rates', 'rules', 'calendar', 'retire'] as const;
export type TabName = (typeof TABS)[number];

const RATES: readonly DraftPath[] = [
  'terms.nightlyMinor',
  'terms.weekendMinor',
  'terms.weekendDays',
  'terms.cleaningMinor',
  'terms.taxBasisPoints',
  'terms.includedGuests',
  'terms.extraGuestMinor',
  'terms.cityTax',
  'terms.seasons',
  'terms.stayDiscounts',
];
const PLACE: readonly DraftPath[] = ['terms.timeZone', 'terms.currency', 'terms.capacity'];

export function tabOf(path: string): TabName {
  const field = fieldOf(path);
  if (field === undefined || !field.startsWith('terms.') || PLACE.includes(field)) return 'listing';
  return RATES.includes(field) ? 'rates' : 'rules';
}

/** The element of a field: its input, or what is around its inputs. */
export const fieldId = (path: string): string => `field-${path}`;
