/** Where the listings of a file are, by their city: coordinates far from the others are told of, as they are often mistyped. */
import type { Apartment } from '../../protocol/terms.ts';
import { cityKey } from './city.ts';
import { distanceKm, type Place } from './place.ts';

/** From the middle of a city's listings, in kilometres: the largest cities that are let in reach less far. */
const CITY_KM_MAX = 100;
/** Listings of a city that make its middle: fewer may be wrong all together, and more change it little. */
const PLACES_MIN = 5;
const PLACES_MAX = 101;

type Placed = Pick<Apartment, 'city' | 'latitude' | 'longitude'>;

export class CityPlaces {
  readonly #places = new Map<string, Place[]>();
  readonly #middles = new Map<string, Place | undefined>();

  add({ city, latitude, longitude }: Placed): void {
    const key = cityKey(city);
    const places = this.#places.get(key) ?? [];
    this.#places.set(key, places);
    if (places.length >= PLACES_MAX) return;
    places.push({ latitude, longitude });
    this.#middles.delete(key);
  }

  /** @returns what is odd about its coordinates, in a sentence */
  oddityOf({ city, latitude, longitude }: Placed): string | undefined {
    const written = `coordinates ${latitude}, ${longitude}`;
    if (latitude === 0 && longitude === 0) return `${written} are in the Atlantic; correct them`;
    const middle = this.#middleOf(cityKey(city));
    if (middle === undefined) return undefined;
    const km = distanceKm(middle, { latitude, longitude });
    if (km <= CITY_KM_MAX) return undefined;
    const swapped = distanceKm(middle, { latitude: longitude, longitude: latitude });
    const wayOut = swapped <= CITY_KM_MAX ? 'and near them when swapped; swap' : 'in the file; correct';
    return `${written} are ${Math.round(km)} km from the others of ${city}, ${wayOut} them if that is wrong`;
  }

  #middleOf(key: string): Place | undefined {
    if (!this.#middles.has(key)) {
      const places = this.#places.get(key) ?? [];
      const middle = (of: keyof Place) =>
        places.map((place) => place[of]).sort((a, b) => a - b)[places.length >> 1]!;
      const isKnown = places.length >= PLACES_MIN;
      this.#middles.set(
        key,
        isKnown ? { latitude: middle('latitude'), longitude: middle('longitude') } : undefined,
      );
    }
    return this.#middles.get(key);
  }
}
