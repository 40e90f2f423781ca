import type { Config } from '../config.ts';
import { openStorage } from '../persistence/index.ts';
import { recordedApartments } from '../persistence/statements/recorded-apartments.ts';
import { checkApartment } from './check-apartment.ts';

/** Problems shown; all are counted. */
const SHOWN = 50;

export async function verify(config: Config): Promise<void> {
  const storage = await openStorage({
    databaseUrl: config.DATABASE_URL,
    dataDir: config.NIGHTLATCH_DATA_DIR,
    acceptRefused: true,
  });
  let apartments = 0;
  let facts = 0;
  let bookings = 0;
  let problems = 0;
  try {
    for await (const recorded of recordedApartments(storage.pool)) {
      apartments += 1;
      facts += recorded.entries.length;
      bookings += recorded.bookings.filter(({ status }) => status === 'confirmed').length;
      for (const problem of checkApartment(recorded)) {
        problems += 1;
        if (problems <= SHOWN) console.log(`${recorded.apartmentId}: ${problem}`);
      }
    }
  } finally {
    await storage.close();
  }
  const counted = `${apartments} apartments, ${facts} facts, ${bookings} standing bookings`;
  if (problems > 0) {
    console.log(`${counted}: ${problems} problems`);
    process.exitCode = 1;
  } else {
    console.log(
      `${counted}: every calendar follows from the journal, no night is claimed twice, nothing is missing`,
    );
  }
}
