/** What the judge says: which promise a row breaks, and by what value. */

/** By the number of docs/SPEC.md where there is one. */
export const RULES = {
  I1: 'no night is under two claims',
  I2: 'what was acknowledged stays: a fact follows from the one before it',
  I3: 'a request that took effect is remembered for a day',
  I4: 'versions of an apartment are 1, 2, 3, …',
  I5: 'no hold is ended before its deadline',
  I6: 'nothing is given back that was not paid, and nothing settled that is not owed',
  N2: 'a stay has a night, and lies within the horizon',
  H1: 'a hold goes its steps in their order',
  H2: 'a hold lives an hour at most',
  H3: 'an extension, and holding the same nights again, stay within the cap of the first hold',
  H4: "a hold replaces its own guest's alone",
  H6: 'a confirm is taken before the deadline of its hold, and paid within two minutes',
  H7: 'a hold whose deadline has passed is ended before anything else is decided about it',
  H8: 'nobody but its guest, or an admin, changes a hold',
  H10: "an admin's extension is an hour at most, and leaves the guest theirs",
  B1: 'a payment goes its steps in their order',
  G9: "what a guest had is one account's at most, who took it along",
  A1: 'what is paused or retired takes no new hold, and what is retired stays so',
  C8: 'what is not understood is not passed over',
  tables: 'bookings, blocks and listings say what the journal says',
  snapshot: 'a snapshot is what its facts make',
  baseline: 'what stands as of the last archived fact is what the archived facts make',
} as const satisfies Record<string, string>;
export type Rule = keyof typeof RULES;

export interface Problem {
  readonly apartmentId: string;
  /** Of the journal; undefined where it is not about one. */
  readonly version: number | undefined;
  readonly rule: Rule;
  /** One sentence, with the values that contradict each other. */
  readonly sentence: string;
}

export type Says = (rule: Rule, version: number | undefined, sentence: string) => void;

export function textOf({ apartmentId, version, rule, sentence }: Problem): string {
  const place = version === undefined ? apartmentId : `${apartmentId} version ${version}`;
  return `${place}: ${sentence} (${rule}: ${RULES[rule]})`;
}
