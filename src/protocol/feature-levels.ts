/**
 * What servers write for their later selves and send to each other, by the feature level that brought it: a program of an
 * earlier one does not understand it. A server tells its level where it joins, and what not all of them understand is not
 * written while an older one is there (`mayWrite`, ADR 19).
 *
 * A new fact, shape of a fact or of a snapshot, command or message gets a line here, one above the highest that any
 * program may tell, released or not; a line stays as it is for ever, as what was written does.
 */
const BROUGHT_BY = {
  /** `extended` v2, which leaves the guest's own extension as it is, and an extension's `minutes` (H10). */
  'extensions by admins': 1,
  /** A fact carries the hash that follows from the one before it; a program of before writes one without (`chain.ts`). */
  'chained facts': 2,
  /** What goes through Redis is sealed (`gateway/redis/seal.ts`); a program of before would end on it. */
  'sealed events': 3,
  /** The journal is more than the table of that name, and an apartment's first facts may be in an archive; a program of before
   *  reads that table alone (ADR 21). */
  'a journal in volumes': 4,
  /** A booking's contact is sealed (`services/contacts/`); a program of before would show it as it is. */
  'sealed contacts': 5,
  /** `adopted`, the command that asks for it, and a sealed contact that names whose key it is under (G9, ADR 29). */
  adoptions: 6,
  /** Terms that `services/listings/edits.ts` lists, the adults of a hold, and lines of a price: a program of before passes
   *  the ones over, and takes the others for nights. */
  'terms by weekday, season and guests': 7,
} as const satisfies Record<string, number>;

export type Feature = keyof typeof BROUGHT_BY;

/** Of this program; 0: one that tells none. */
export const FEATURE_LEVEL = Math.max(0, ...Object.values<number>(BROUGHT_BY));

export function levelOf(feature: Feature): number {
  return BROUGHT_BY[feature];
}
