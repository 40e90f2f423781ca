/** The demo catalogue, for whoever starts the program with nothing in it. */
import type { Pool } from 'pg';
import { insertAccount } from '../../../persistence/statements/accounts.ts';
import { upsertListings } from '../../../persistence/statements/listings.ts';
import { DEMO_HOST, demoListings } from './listings.ts';

const SOURCE = 'demo';

/** Writes host and listings; nothing changes where they are there already. @param today a night number */
export async function seedDemo(pool: Pool, today: number): Promise<{ inserted: number }> {
  await insertAccount(pool, { ...DEMO_HOST, passwordHash: null });
  const { inserted } = await upsertListings(pool, SOURCE, demoListings(today));
  return { inserted };
}

export { DEMO_HOST, demoListings } from './listings.ts';
export { type DemoStay, demoStays } from './stays.ts';
