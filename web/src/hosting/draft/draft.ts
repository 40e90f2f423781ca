/** A listing while it is edited: its fields by the paths that the server's errors name, and what has changed. */

import type { ApartmentChange, ManagedApartment, NewApartment } from '../../../../src/client/index.ts';
import type { Terms } from '../../../../src/protocol/terms.ts';

/** An emptied number is NaN until it is given again. */
export type Draft = Required<Omit<NewApartment, 'hostId' | 'status'>>;

export type DraftPath = Exclude<keyof Draft, 'terms'> | `terms.${keyof Terms}`;
export type ValueAt<Path extends DraftPath> = Path extends `terms.${infer Name extends keyof Terms}`
  ? Terms[Name]
  : Path extends keyof Draft
    ? Draft[Path]
    : never;

const PLAIN = ['name', 'description', 'city', 'country', 'latitude', 'longitude', 'amenities'] as const;
const TERMS = [
  'timeZone',
  'currency',
  'capacity',
  'nightlyMinor',
  'weekendMinor',
  'weekendDays',
  'cleaningMinor',
  'taxBasisPoints',
  'includedGuests',
  'extraGuestMinor',
  'cityTax',
  'seasons',
  'stayDiscounts',
  'minNights',
  'maxNights',
  'seasonMinimum',
  'gapMinNights',
  'arrivalDays',
  'departureDays',
  'turnoverNights',
  'noticeDays',
  'horizonNights',
  'holdTtlSeconds',
  'cancellationPolicy',
] as const satisfies readonly (keyof Terms)[];
/** In the order in which the form shows them. */
export const PATHS: readonly DraftPath[] = [...PLAIN, ...TERMS.map((name) => `terms.${name}` as const)];

export function draftOf(apartment: ManagedApartment): Draft {
  const { name, description, city, country, latitude, longitude, amenities, terms } = apartment;
  return { name, description, city, country, latitude, longitude, amenities, terms };
}

export function valueAt<Path extends DraftPath>(draft: Draft, path: Path): ValueAt<Path> {
  const name = termOf(path);
  return (name === undefined ? draft[path as keyof Draft] : draft.terms[name]) as ValueAt<Path>;
}

/** @param value undefined takes an optional one away */
export function withValue<Path extends DraftPath>(
  draft: Draft,
  path: Path,
  value: ValueAt<Path> | undefined,
): Draft {
  const name = termOf(path);
  if (name === undefined) return { ...draft, [path]: value };
  const { [name]: _, ...others } = draft.terms;
  return { ...draft, terms: { ...others, ...(value === undefined ? {} : { [name]: value }) } as Terms };
}

export function changedPaths(before: Draft, after: Draft): DraftPath[] {
  return PATHS.filter((path) => !same(valueAt(before, path), valueAt(after, path)));
}

/** What is to be sent so that `before` becomes `after`, and nothing else. */
export function changeOf(before: Draft, after: Draft): ApartmentChange {
  const change: Record<string, unknown> = {};
  const terms: Record<string, unknown> = {};
  for (const path of changedPaths(before, after)) {
    const name = termOf(path);
    if (name === undefined) change[path] = valueAt(after, path);
    else terms[name] = valueAt(after, path) ?? null;
  }
  if (Object.keys(terms).length > 0) change.terms = terms;
  return change as ApartmentChange;
}

export interface Merge {
  /** Changed by both, and not to the same. */
  readonly clashes: readonly DraftPath[];
  /** Changed by the other alone. */
  readonly theirs: readonly DraftPath[];
  /** Both sets of changes; at a clash one's own. */
  readonly merged: Draft;
}

/** Two people have changed the same listing since `base`. */
export function merge(base: Draft, mine: Draft, theirs: Draft): Merge {
  const own = new Set(changedPaths(base, mine));
  const others = changedPaths(base, theirs);
  let merged = theirs;
  for (const path of own) merged = withValue(merged, path, valueAt(mine, path));
  return {
    clashes: others.filter((path) => own.has(path) && !same(valueAt(mine, path), valueAt(theirs, path))),
    theirs: others.filter((path) => !own.has(path)),
    merged,
  };
}

/** Undefined for what is not one of the terms. */
function termOf(path: DraftPath): keyof Terms | undefined {
  return path.startsWith('terms.') ? (path.slice('terms.'.length) as keyof Terms) : undefined;
}

/** Objects here are plain and small; their keys may have come in another order. */
function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const [keysOfA, keysOfB] = [Object.keys(a), Object.keys(b)];
  return (
    keysOfA.length === keysOfB.length &&
    keysOfA.every((key) => same((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
  );
}
