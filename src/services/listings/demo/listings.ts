/** Sixty apartments in six cities. */
import type { ListingUpsert } from '../../../persistence/statements/listings.ts';
import { dateOf } from '../../../protocol/nights.ts';
import { apartmentOf, type DemoCity } from './catalogue.ts';
import { COPENHAGEN } from './copenhagen.ts';
import { EDINBURGH } from './edinburgh.ts';
import { KYOTO } from './kyoto.ts';
import { LISBON } from './lisbon.ts';
import { NEW_YORK } from './new-york.ts';
import { VANCOUVER } from './vancouver.ts';

const CITIES: readonly DemoCity[] = [LISBON, EDINBURGH, NEW_YORK, COPENHAGEN, KYOTO, VANCOUVER];

/** Owns the apartments in Lisbon. A start with the demo gives her a password. */
export const DEMO_HOST = {
  id: 'demo-host',
  kind: 'host',
  name: 'Inês Carvalho',
  email: 'host@nightlatch.example',
} as const;

/** The same for the same year. @param today a night number */
export function demoListings(today: number): ListingUpsert[] {
  const year = Number(dateOf(today).slice(0, 4));
  return CITIES.flatMap((place) =>
    place.apartments.map((apartment) => ({
      sourceId: apartment.slug,
      hostId: place === LISBON ? DEMO_HOST.id : null,
      apartment: apartmentOf(place, apartment, year),
    })),
  );
}
