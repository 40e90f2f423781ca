/**
 * When nothing fits: what each part of the wish keeps away, asked of the server by leaving that part out, and the
 * nearest wish that would find something. A handful of small searches, and only then.
 */
import { useEffect, useState } from 'react';
import type { ApartmentCard } from '../../../../src/client/index.ts';
import { PAGE_SIZE_MAX } from '../../../../src/protocol/limits.ts';
import { minorDigits } from '../../../../src/protocol/money.ts';
import { plusDays } from '../../format.ts';
import { client } from '../../shared/live/client.ts';
import { meantCity } from './meant-city.ts';
import { questionOf, type Wanted } from './wanted.ts';

/** `spelling`: the city as it is written. `several`: only more than one part of the wish together. */
export type Part = 'spelling' | 'city' | 'price' | 'guests' | 'dates' | 'several';
export interface Widening {
  readonly part: Part;
  /** The change of the wish that finds something. */
  readonly change: Partial<Wanted>;
  /** How many it finds, counted to PAGE_SIZE_MAX. */
  readonly count: number;
  readonly hasMore: boolean;
}

/** Nearest first; a week keeps the weekdays that hosts ask for. */
const SHIFTS_DAYS = [1, -1, 2, -2, 7, -7, 14, 28] as const;

/** @returns those that find something, another spelling first, then the part that keeps most away; undefined while it is asked */
export function useWidenings(
  wanted: Wanted,
  today: string,
  cities: readonly string[],
): readonly Widening[] | undefined {
  const [found, setFound] = useState<readonly Widening[]>();
  useEffect(() => {
    const gone = new AbortController();
    setFound(undefined);
    ask(wanted, today, cities, gone.signal).then(setFound, () => {
      // Something else is wanted meanwhile.
    });
    return () => gone.abort();
  }, [wanted, today, cities]);
  return found;
}

async function ask(
  wanted: Wanted,
  today: string,
  cities: readonly string[],
  signal: AbortSignal,
): Promise<readonly Widening[]> {
  const meant = await inMeantCity(wanted, cities, signal);
  const singles = await Promise.all([
    withoutCity(wanted, signal),
    withoutPrice(wanted, signal),
    withFewerGuests(wanted, signal),
    onOtherDates(wanted, today, signal),
  ]);
  const helpful = singles.filter((one) => one !== undefined).sort((a, b) => b.count - a.count);
  if (meant !== undefined) return [meant, ...helpful];
  if (helpful.length > 0) return helpful;
  const several =
    (await withoutSeveral(wanted, signal)) ?? (await withoutSeveral({ ...wanted, city: '' }, signal));
  return several === undefined ? [] : [several];
}

/** Any price, and as many guests of those wanted as the roomiest sleeps. */
async function withoutSeveral(wanted: Wanted, signal: AbortSignal): Promise<Widening | undefined> {
  const { city } = wanted;
  const any = await search({ ...wanted, max: undefined, currency: '', guests: 1 }, signal);
  if (any === undefined || any.apartments.length === 0) return undefined;
  const guests = Math.min(wanted.guests, Math.max(...any.apartments.map(({ capacity }) => capacity)));
  const change = { city, max: undefined, currency: '', guests };
  return widening('several', change, await search({ ...wanted, ...change }, signal));
}

async function inMeantCity(
  wanted: Wanted,
  cities: readonly string[],
  signal: AbortSignal,
): Promise<Widening | undefined> {
  const city = meantCity(wanted.city, cities);
  if (city === undefined) return undefined;
  return widening('spelling', { city }, await search({ ...wanted, city }, signal));
}

async function withoutCity(wanted: Wanted, signal: AbortSignal): Promise<Widening | undefined> {
  if (wanted.city === '') return undefined;
  return widening('city', { city: '' }, await search({ ...wanted, city: '' }, signal));
}

/** As much more as the cheapest costs, in whole units. */
async function withoutPrice(wanted: Wanted, signal: AbortSignal): Promise<Widening | undefined> {
  if (wanted.max === undefined) return undefined;
  const found = await search({ ...wanted, max: undefined, sort: 'price_asc' }, signal);
  const cheapest = found?.apartments[0]?.quote;
  if (cheapest === undefined) return undefined;
  const max = Math.ceil(cheapest.totalMinor / 10 ** minorDigits(cheapest.currency));
  return widening('price', { max }, found);
}

/** As many as the roomiest sleeps that is left for one guest. */
async function withFewerGuests(wanted: Wanted, signal: AbortSignal): Promise<Widening | undefined> {
  if (wanted.guests === 1) return undefined;
  const found = await search({ ...wanted, guests: 1 }, signal);
  if (found === undefined || found.apartments.length === 0) return undefined;
  const guests = Math.min(wanted.guests - 1, Math.max(...found.apartments.map(({ capacity }) => capacity)));
  return widening('guests', { guests }, found);
}

async function onOtherDates(
  wanted: Wanted,
  today: string,
  signal: AbortSignal,
): Promise<Widening | undefined> {
  const { checkIn, checkOut } = wanted;
  const shifted = SHIFTS_DAYS.map((days) => ({
    checkIn: plusDays(checkIn, days),
    checkOut: plusDays(checkOut, days),
  })).filter((dates) => dates.checkIn >= today);
  const answers = await Promise.all(shifted.map((dates) => search({ ...wanted, ...dates }, signal)));
  const nearest = answers.findIndex((found) => (found?.apartments.length ?? 0) > 0);
  return widening('dates', shifted[nearest] ?? {}, answers[nearest]);
}

interface Found {
  readonly apartments: readonly ApartmentCard[];
  readonly nextCursor?: string | undefined;
}

async function search(wanted: Wanted, signal: AbortSignal): Promise<Found | undefined> {
  const outcome = await client.search({ ...questionOf(wanted), limit: PAGE_SIZE_MAX }, { signal });
  return outcome.ok ? outcome.data : undefined;
}

function widening(part: Part, change: Partial<Wanted>, found: Found | undefined): Widening | undefined {
  const count = found?.apartments.length ?? 0;
  return count === 0 ? undefined : { part, change, count, hasMore: found?.nextCursor !== undefined };
}
