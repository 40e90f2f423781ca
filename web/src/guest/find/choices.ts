/** What there is to choose from: the cities, and the currencies that apartments are priced in. */
import { useMemo } from 'react';
import { useCities } from '../../shared/live/cities.ts';

export interface Choices {
  readonly cities: readonly string[];
  readonly currencies: readonly string[];
}

export function useChoices(): Choices {
  const cities = useCities();
  return useMemo(
    () => ({
      cities: cities.map(({ name }) => name),
      currencies: [...new Set(cities.flatMap(({ currencies }) => currencies))].sort(),
    }),
    [cities],
  );
}
