/** The bounds of counting. */

/**
 * Figures are counted anew after this, in milliseconds; so many windows, and hours of the journal, are kept counted:
 * the counting reads whole tables, whoever looks and however often.
 */
export const FIGURES_FRESH_MS = 5_000;
export const FIGURES_CACHED_MAX = 32;
export const FIGURES_HOURS_MAX = 50_000;
/** Hours of the journal that one statement counts: many, as each may have to look at the whole table. */
export const FIGURES_HOURS_AT_ONCE = 31 * 24;
