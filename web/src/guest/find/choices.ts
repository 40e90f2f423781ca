/** What there is to choose from: the cities, and the currencies that apartments are priced in. */
import { useEffect, useState } from 'react';
import { PAGE_SIZE_MAX } from '../../../../src/protocol/limits.ts';
import { client } from '../../shared/live/client.ts';

export interface Choices {
  readonly cities: readonly string[];
  readonly currencies: readonly string[];
}

/** Pages of the catalogue that are looked through; the field takes any other city as it is typed. */
const PAGES_MAX = 10;
let asked: Promise<Choices> | undefined;

export function useChoices(): Choices {
  const [choices, setChoices] = useState<Choices>({ cities: [], currencies: [] });
  useEffect(() => {
    let isGone = false;
    asked ??= ask();
    void asked.then((found) => {
      if (!isGone) setChoices(found);
      // Not reached: the next page that is opened tries again.
      if (found.cities.length === 0) asked = undefined;
    });
    return () => {
      isGone = true;
    };
  }, []);
  return choices;
}

async function ask(): Promise<Choices> {
  const cities = new Set<string>();
  const currencies = new Set<string>();
  let cursor: string | undefined;
  for (let page = 0; page < PAGES_MAX; page++) {
    const outcome = await client.list({
      limit: PAGE_SIZE_MAX,
      sort: 'name',
      ...(cursor === undefined ? {} : { cursor }),
    });
    if (!outcome.ok) break;
    for (const { city, currency } of outcome.data.apartments) {
      cities.add(city);
      currencies.add(currency);
    }
    cursor = outcome.data.nextCursor;
    if (cursor === undefined) break;
  }
  const sorted = (names: Set<string>) => [...names].sort((a, b) => a.localeCompare(b));
  return { cities: sorted(cities), currencies: sorted(currencies) };
}
