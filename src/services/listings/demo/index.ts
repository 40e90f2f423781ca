/** The demo catalogue, for whoever starts the program with nothing in it. */
import type { Pool } from 'pg';
import { insertAccount } from '../../../persistence/statements/accounts.ts';
import { leastLevel } from '../../../persistence/statements/least-level.ts';
import { upsertListings } from '../../../persistence/statements/listings.ts';
import { levelOf } from '../../../protocol/feature-levels.ts';
import { BY_WEEKDAY_SEASON_AND_GUESTS, withoutLaterTerms } from '../edits.ts';
import { DEMO_HOST, demoListings } from './listings.ts';

const SOURCE = 'demo';

/**
 * Writes host and listings, with such terms as every server of the system understands; nothing changes where they are there
 * already.
 * @param today a night number
 */
export async function seedDemo(pool: Pool, today: number): Promise<{ inserted: number }> {
  await insertAccount(pool, { ...DEMO_HOST, passwordHash: null });
  const isKnown = ((await leastLevel(pool)) ?? 0) >= levelOf(BY_WEEKDAY_SEASON_AND_GUESTS);
  const listings = demoListings(today).map(({ apartment, ...listing }) => ({
    ...listing,
    apartment: isKnown ? apartment : { ...apartment, terms: withoutLaterTerms(apartment.terms) },
  }));
  const { inserted } = await upsertListings(pool, SOURCE, listings);
  return { inserted };
}

export { DEMO_HOST, demoListings } from './listings.ts';
export { type DemoStay, demoStays } from './stays.ts';
