/** The bounds of listings in memory, of search, import and edits. */

/** Listings kept in memory whole, for the details page: its texts are some kilobytes each; the others are read. */
export const LISTINGS_CACHED_MAX = 10_000;
/** Apartments looked up in one statement, of which one is under way: some ten milliseconds, and who asks meanwhile waits. */
export const LOOKUPS_WAITING_MAX = 1_000;
/** How long a listing is looked up, its turn included, in milliseconds, well within C1: then `unavailable`. */
export const LOOKUP_PATIENCE_MS = 3_000;
/** Listings read in one query, at the start and when following changes: each is one short statement. */
export const LISTINGS_PAGE = 2_000;
/**
 * How often changed listings are looked for, in milliseconds: how long search here may show what was changed elsewhere.
 */
export const LISTINGS_POLL_MS = 1_000;
/** Apartments in the search index, which is in memory; more are not found by search, and a fault is reported. */
export const SEARCH_APARTMENTS_MAX = 1_000_000;
/** Changes of calendars kept while the search index is (re)loaded; past it the reading begins anew. */
export const SEARCH_CHANGES_WAITING_MAX = 1_000_000;
/** Listings in one statement of an import, and lines named in its report (all are counted). */
export const IMPORT_BATCH = 500;
export const IMPORT_REPORT_LINES_MAX = 10_000;
/** One row of a CSV file, in characters: a quote that is never closed must not take the rest of the file into memory. */
export const CSV_ROW_LENGTH_MAX = 64 * 1024;

/**
 * Changes of listings whose status could not be changed yet are remembered for this long, in milliseconds, and so many:
 * as long as somebody tries again.
 */
export const HALF_CHANGES_KEPT_MS = 60_000;
export const HALF_CHANGES_MAX = 1_000;
