/** What a host's or an admin's writing makes of an apartment. Pure. */
import { createHash } from 'node:crypto';
import { notKnownToAll } from '../../actors/calendar/decision.ts';
import type { ErrorBody } from '../../protocol/errors.ts';
import { errorBody } from '../../protocol/errors.ts';
import type { Feature } from '../../protocol/feature-levels.ts';
import { termsProblems } from '../../protocol/listing-rules.ts';
import type { ApartmentChange, NewApartment } from '../../protocol/managed-apartments.ts';
import { Apartment, type Season, Terms } from '../../protocol/terms.ts';

/**
 * The apartment of a request. Its id is made of who asked, the request and what was written: the same request with
 * other words makes another id, by which it is told apart from one that is sent again.
 */
export function newApartment(intent: string, hostId: string | null, written: NewApartment): Apartment {
  const { hostId: _, ...apartment } = written;
  const hash = createHash('sha256').update(JSON.stringify([intent, hostId, apartment]));
  return { id: `apt_${hash.digest('base64url').slice(0, 20)}`, ...apartment };
}

/** The apartment after a change, its status apart, which is the apartment's own to decide; or why it cannot be. */
export function changedApartment(
  apartment: Apartment,
  change: ApartmentChange,
): { apartment: Apartment } | { refusal: ErrorBody } {
  const { terms: changedTerms = {}, status: _, ...texts } = change;
  if (changedTerms.currency !== undefined && changedTerms.currency !== apartment.terms.currency) {
    const message = `currency ${changedTerms.currency} is not the apartment's ${apartment.terms.currency}, in which its prices, holds and bookings are; list it anew to let it in another`;
    return { refusal: invalid([{ path: 'terms.currency', message }]) };
  }
  const terms = Terms.parse(withoutNulls({ ...apartment.terms, ...defined(changedTerms) }));
  // What a name's change does not touch may have been imported by a program that knew fewer rules.
  const problems = change.terms === undefined ? [] : termsProblems(terms);
  if (problems.length > 0) {
    return { refusal: invalid(problems.map(({ path, message }) => ({ path: `terms.${path}`, message }))) };
  }
  return { apartment: { ...apartment, ...defined(texts), terms } as Apartment };
}

export const BY_WEEKDAY_SEASON_AND_GUESTS = 'terms by weekday, season and guests';
/** What of the terms that feature brought. */
const LATER_TERMS: readonly (keyof Terms)[] = [
  'weekendDays',
  'includedGuests',
  'extraGuestMinor',
  'cityTax',
  'seasonMinimum',
  'gapMinNights',
];
const LATER_OF_SEASON: readonly (keyof Season)[] = ['weekendMinor', 'arrivalDays', 'departureDays'];

/** Why terms may not be written yet: a server of an older version would price and refuse stays without what it passes over. */
export function unknownToSome(terms: Terms, mayWrite: (feature: Feature) => boolean): ErrorBody | undefined {
  if (!hasLaterTerms(terms) || mayWrite(BY_WEEKDAY_SEASON_AND_GUESTS)) return undefined;
  return notKnownToAll(BY_WEEKDAY_SEASON_AND_GUESTS);
}

/** What all servers understand of them. */
export function withoutLaterTerms(terms: Terms): Terms {
  const without = <T extends object>(fields: T, later: readonly (keyof T)[]): T =>
    Object.fromEntries(Object.entries(fields).filter(([field]) => !later.includes(field as keyof T))) as T;
  return {
    ...without(terms, LATER_TERMS),
    seasons: terms.seasons.map((season) => without(season, LATER_OF_SEASON)),
  };
}

function hasLaterTerms(terms: Terms): boolean {
  return (
    LATER_TERMS.some((field) => terms[field] !== undefined) ||
    terms.seasons.some((season) => LATER_OF_SEASON.some((field) => season[field] !== undefined))
  );
}

/** Whether two are the same to whoever reads them, whatever the order of their fields. */
export function isSameApartment(a: Apartment, b: Apartment): boolean {
  const read = (apartment: Apartment) => JSON.stringify(Apartment.parse(apartment));
  return read(a) === read(b);
}

function invalid(fields: { path: string; message: string }[]): ErrorBody {
  return errorBody('invalid_request', fields[0]?.message ?? '', { fields });
}

function defined<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function withoutNulls(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}
