/** Where there are apartments, asked for once in the life of the page. */
import { useEffect, useState } from 'react';
import { client } from './client.ts';

export interface City {
  readonly name: string;
  readonly apartments: number;
  readonly currencies: readonly string[];
}

const NONE: readonly City[] = [];
let asked: Promise<readonly City[]> | undefined;

/** By name; none until they are known. */
export function useCities(): readonly City[] {
  const [cities, setCities] = useState(NONE);
  useEffect(() => {
    let isGone = false;
    asked ??= ask();
    void asked.then((found) => {
      if (!isGone) setCities(found);
    });
    return () => {
      isGone = true;
    };
  }, []);
  return cities;
}

async function ask(): Promise<readonly City[]> {
  const outcome = await client.cities();
  if (outcome.ok) return outcome.data.cities;
  // Not reached: the next page that is opened tries again.
  asked = undefined;
  return NONE;
}
