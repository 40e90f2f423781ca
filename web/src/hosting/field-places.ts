/** Where in the form a field is: its tab, its element, and the way into it from an error. */
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
  'terms.cleaningMinor',
  'terms.taxBasisPoints',
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

const FOCUSABLE = 'input:not([type=hidden]), textarea, button, [tabindex="0"]';

/** Moves the focus into the field, or the nearest thing around it that the page has. */
export function focusField(path: string): void {
  for (let parts = path.split('.'); parts.length > 0; parts = parts.slice(0, -1)) {
    const field = document.getElementById(fieldId(parts.join('.')));
    const target = field?.matches(FOCUSABLE) ? field : field?.querySelector<HTMLElement>(FOCUSABLE);
    if (target != null) {
      target.focus();
      return;
    }
  }
}
