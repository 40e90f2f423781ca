/** Light or dark: as the device says, unless the reader chose. `tokens.css` has every colour for both. */
export const APPEARANCES = ['system', 'light', 'dark'] as const;
export type Appearance = (typeof APPEARANCES)[number];

const KEY = 'nightlatch.appearance';

export function appearance(): Appearance {
  try {
    const kept = localStorage.getItem(KEY) as Appearance;
    return APPEARANCES.includes(kept) ? kept : 'system';
  } catch {
    return 'system';
  }
}

export function appear(next: Appearance): void {
  document.documentElement.setAttribute('data-appearance', next);
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // Forbidden by the browser: it lasts as long as the page.
  }
}
