/**
 * What an import makes of a listing, by the rules of whoever writes one (ADR 28). Three are compared: what the file
 * states now, what it stated when it was last imported, and what stands. What does not stand as it was imported has been
 * changed here since, and stays. Pure.
 */
import { createHash } from 'node:crypto';
import type { ImportedListing } from '../../persistence/statements/listings.ts';
import '../../protocol/issue-words.ts';
import { HORIZON_NIGHTS_MAX } from '../../protocol/limits.ts';
import {
  type ApartmentChange,
  ApartmentChange as Change,
  NewApartment,
} from '../../protocol/managed-apartments.ts';
import type { Apartment, Photo, Terms } from '../../protocol/terms.ts';
import { changedApartment } from './edits.ts';

type Texts = Pick<Apartment, 'name' | 'description' | 'city' | 'country' | 'latitude' | 'longitude'>;
type Numbers = Pick<
  Terms,
  'timeZone' | 'nightlyMinor' | 'minNights' | 'maxNights' | 'capacity' | 'includedGuests' | 'extraGuestMinor'
>;
/** The fields of a listing that a file may state; `picture`: the address of one. */
export type Fields = Texts & Numbers & { picture?: string };
export type Stated = Partial<Fields>;

export type Decision =
  | { readonly kind: 'refused'; readonly reason: string }
  | {
      readonly kind: 'new' | 'changed' | 'same';
      readonly apartment: Apartment;
      readonly imported: Stated;
      /** What stays as it was changed here, in words. */
      readonly kept: readonly string[];
    };

const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];

/** @param assumed what no file states, made up once: from then on it is the host's */
export function newListing(id: string, currency: string, stated: Stated, assumed: Fields): Decision {
  const { name, description, city, country, latitude, longitude, picture, ...terms } = {
    ...assumed,
    ...stated,
  };
  const written = NewApartment.safeParse({
    ...{ name, description, city, country, latitude, longitude },
    terms: {
      ...terms,
      currency,
      seasons: [],
      cleaningMinor: 0,
      taxBasisPoints: 0,
      stayDiscounts: [],
      arrivalDays: EVERY_DAY,
      departureDays: EVERY_DAY,
      turnoverNights: 0,
      noticeDays: 0,
      horizonNights: HORIZON_NIGHTS_MAX,
      cancellationPolicy: 'moderate',
    },
  });
  if (!written.success) return refused(written.error.issues[0]!);
  const { hostId: _, ...apartment } = written.data;
  return {
    kind: 'new',
    apartment: { id, ...apartment, ...pictured(picture, written.data) },
    imported: stated,
    kept: [],
  };
}

/** @param overwrite takes what the file states, whoever changed it here */
export function importedAgain(stored: ImportedListing, stated: Stated, overwrite: boolean): Decision {
  const { apartment } = stored;
  const before = stored.imported ?? {};
  const picture = apartment.photos?.[0]?.url;
  const stands: Fields = { ...apartment, ...apartment.terms, ...(picture !== undefined && { picture }) };
  const taken: Record<string, unknown> = {};
  const kept: string[] = [];
  for (const field of Object.keys(stated) as (keyof Fields)[]) {
    if (stands[field] === stated[field]) continue;
    // What there is none of, and no file has stated before, nobody has changed.
    if (overwrite || stands[field] === before[field]) taken[field] = stated[field];
    else kept.push(`${field} ${shown(stands[field])} (${shown(stated[field])} in the file)`);
  }
  const imported = { ...before, ...stated };
  const isAsImported = (Object.keys(imported) as (keyof Fields)[]).every(
    (field) => imported[field] === before[field],
  );
  if (Object.keys(taken).length === 0) {
    return { kind: isAsImported ? 'same' : 'changed', apartment, imported, kept };
  }
  const { picture: takenPicture, ...others } = taken as Stated & Record<string, unknown>;
  const change = Change.safeParse(changeOf(others));
  if (!change.success) return refused(change.error.issues[0]!);
  const decided = changedApartment(apartment, change.data);
  if ('refusal' in decided) return { kind: 'refused', reason: decided.refusal.message };
  const changed = { ...decided.apartment, ...pictured(takenPicture, decided.apartment) };
  return { kind: 'changed', apartment: changed, imported, kept };
}

/** A picture that a file states stands first; it says what the apartment is called, as nobody has looked at it. */
function pictured(
  url: string | undefined,
  { name, photos = [] }: Pick<Apartment, 'name' | 'photos'>,
): Pick<Apartment, 'photos'> {
  if (url === undefined) return {};
  const id = `photo_${createHash('sha256').update(url).digest('base64url').slice(0, 20)}`;
  const photo: Photo = { id, url, alt: name };
  return { photos: [photo, ...photos.slice(1)] };
}

const IN_TERMS: ReadonlySet<string> = new Set<keyof Numbers>([
  ...(['timeZone', 'nightlyMinor', 'minNights', 'maxNights', 'capacity'] as const),
  ...(['includedGuests', 'extraGuestMinor'] as const),
]);

function changeOf(taken: Record<string, unknown>): ApartmentChange {
  const of = (isInTerms: boolean) =>
    Object.fromEntries(Object.entries(taken).filter(([field]) => IN_TERMS.has(field) === isInTerms));
  const terms = of(true);
  return { ...of(false), ...(Object.keys(terms).length > 0 && { terms }) };
}

function refused({ path, message }: { path: readonly PropertyKey[]; message: string }): Decision {
  return { kind: 'refused', reason: `${path.join('.')}: ${message}` };
}

function shown(value: string | number | undefined): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : String(value);
}
