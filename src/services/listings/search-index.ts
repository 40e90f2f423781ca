/**
 * All listed apartments in memory, for search: one slot an apartment, in columns, fed with listings and with
 * committed changes of calendars. A slot is never given up: a retired apartment is only not listed any more.
 */
import type { ListingRow } from '../../persistence/statements/listings.ts';
import type { CitiesAnswer } from '../../protocol/commands.ts';
import type { Apartment, ApartmentCard, Terms } from '../../protocol/terms.ts';
import { cityKey, nameKey } from './city.ts';
import { SEARCH_APARTMENTS_MAX } from './limits.ts';
import { Occupancy } from './occupancy.ts';
import { PriceTable } from './price-table.ts';
import { RuleClasses } from './rule-classes.ts';

export interface IndexedApartment {
  readonly card: ApartmentCard;
  readonly terms: Terms;
  readonly status: Apartment['status'];
  readonly nameKey: string;
  readonly cityKey: string;
}

export class SearchIndex {
  readonly prices = new PriceTable();
  readonly rules = new RuleClasses();
  occupancy: Occupancy;
  readonly ids: string[] = [];
  /** Undefined for an apartment whose calendar was heard of before its listing. */
  readonly apartments: (IndexedApartment | undefined)[] = [];
  /** 0 where the slot is not listed. */
  capacities = new Uint8Array(64);
  /** 1 where the slot was ever listed: asked with every command, which must not touch an object for it. */
  #wasListed = new Uint8Array(64);
  readonly #slots = new Map<string, number>();
  readonly #byCity = new Map<string, Int32List>();
  readonly #shared = new Shared();
  #listed = 0;

  /** @param today the earliest local day anywhere, as a night number */
  constructor(today: number) {
    this.occupancy = new Occupancy(today, 64);
  }

  get size(): number {
    return this.ids.length;
  }

  get listed(): number {
    return this.#listed;
  }

  at(id: string): IndexedApartment | undefined {
    const slot = this.#slots.get(id);
    return slot === undefined ? undefined : this.apartments[slot];
  }

  /** Whether it was ever listed, so that everybody may know of it. */
  isPublic(id: string): boolean {
    const slot = this.#slots.get(id);
    return slot !== undefined && this.#wasListed[slot] === 1;
  }

  /** Slots of a city (of any listing that ever was in it); undefined: none ever was. */
  inCity(city: string): Int32List | undefined {
    return this.#byCity.get(cityKey(city));
  }

  /** Where there are listed apartments, each city once, however it is written. */
  cities(): CitiesAnswer['cities'] {
    const cities: { name: string; apartments: number; currencies: string[] }[] = [];
    for (const slots of this.#byCity.values()) {
      let name: string | undefined;
      let apartments = 0;
      const currencies = new Set<string>();
      for (let i = 0; i < slots.length; i++) {
        const listing = this.apartments[slots.at(i)];
        if (listing?.status !== 'listed') continue;
        name ??= listing.card.city;
        apartments += 1;
        currencies.add(listing.card.currency);
      }
      if (name !== undefined) cities.push({ name, apartments, currencies: [...currencies].sort() });
    }
    return cities.sort((a, b) => a.name.localeCompare(b.name));
  }

  /** The apartment's slot, made where it has none; undefined where the index is full. */
  slotOf(id: string): number | undefined {
    const known = this.#slots.get(id);
    if (known !== undefined) return known;
    const slot = this.ids.length;
    if (slot >= SEARCH_APARTMENTS_MAX) return undefined;
    this.#slots.set(id, slot);
    this.ids.push(id);
    this.apartments.push(undefined);
    if (slot >= this.capacities.length) {
      this.capacities = grown(this.capacities);
      this.#wasListed = grown(this.#wasListed);
    }
    return slot;
  }

  put({ apartment, wasListed }: ListingRow): void {
    const slot = this.slotOf(apartment.id);
    if (slot === undefined) return;
    const before = this.apartments[slot];
    const terms = this.#shared.terms(apartment.terms);
    const key = this.#shared.text(cityKey(apartment.city));
    this.apartments[slot] = {
      card: this.#cardOf(apartment, terms),
      terms,
      status: apartment.status,
      nameKey: nameKey(apartment.name),
      cityKey: key,
    };
    this.prices.set(slot, terms);
    this.rules.put(slot, terms, before === undefined);
    this.capacities[slot] = apartment.status === 'listed' ? terms.capacity : 0;
    this.#wasListed[slot] = Number(wasListed);
    this.#listed += Number(apartment.status === 'listed') - Number(before?.status === 'listed');
    if (before?.cityKey === key) return;
    if (before !== undefined) this.#byCity.get(before.cityKey)?.remove(slot);
    let city = this.#byCity.get(key);
    if (city === undefined) {
      city = new Int32List();
      this.#byCity.set(key, city);
    }
    city.push(slot);
  }

  #cardOf(apartment: Apartment, terms: Terms): ApartmentCard {
    return {
      id: apartment.id,
      name: apartment.name,
      city: this.#shared.text(apartment.city),
      country: this.#shared.text(apartment.country),
      latitude: apartment.latitude,
      longitude: apartment.longitude,
      capacity: terms.capacity,
      amenities: this.#shared.list(apartment.amenities),
      currency: terms.currency,
      nightlyMinor: terms.nightlyMinor,
    };
  }
}

/** Slots in no particular order. */
export class Int32List {
  #slots = new Int32Array(8);
  length = 0;

  at(i: number): number {
    return this.#slots[i] as number;
  }

  push(slot: number): void {
    if (this.length === this.#slots.length) {
      const slots = new Int32Array(this.length * 2);
      slots.set(this.#slots);
      this.#slots = slots;
    }
    this.#slots[this.length++] = slot;
  }

  remove(slot: number): void {
    const i = this.#slots.subarray(0, this.length).indexOf(slot);
    if (i < 0) return;
    this.length--;
    this.#slots[i] = this.#slots[this.length] as number;
  }
}

/** Most listings have the same few weekdays, amenities and names of places: kept once. Forgotten when full. */
class Shared {
  readonly #texts = new Map<string, string>();
  readonly #lists = new Map<string, readonly unknown[]>();

  text(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    if (this.#texts.size >= SHARED_MAX) this.#texts.clear();
    this.#texts.set(text, text);
    return text;
  }

  list<T extends unknown[]>(list: T): T {
    const key = JSON.stringify(list);
    const known = this.#lists.get(key);
    if (known !== undefined) return known as T;
    if (this.#lists.size >= SHARED_MAX) this.#lists.clear();
    this.#lists.set(key, list);
    return list;
  }

  terms(terms: Terms): Terms {
    return {
      ...terms,
      timeZone: this.text(terms.timeZone),
      currency: this.text(terms.currency),
      seasons: this.list(terms.seasons),
      stayDiscounts: this.list(terms.stayDiscounts),
      arrivalDays: this.list(terms.arrivalDays),
      departureDays: this.list(terms.departureDays),
      ...(terms.weekendDays !== undefined && { weekendDays: this.list(terms.weekendDays) }),
    };
  }
}

const SHARED_MAX = 65_536;

function grown(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const twice = new Uint8Array(bytes.length * 2);
  twice.set(bytes);
  return twice;
}
