import { storageOf } from '../app/storage.ts';
import type { Config } from '../config.ts';
import { openStorage } from '../persistence/index.ts';
import { recordedRows } from '../persistence/statements/recorded-apartments.ts';
import { checkAll } from '../verify/check-all.ts';
import { textOf } from '../verify/problem.ts';

/** Problems shown; all are counted. */
const SHOWN = 50;

export async function verify(config: Config): Promise<void> {
  const storage = await openStorage({
    ...storageOf(config),
    acceptRefused: true,
  });
  let problems = 0;
  let counted: string;
  try {
    const { apartments, facts, standingBookings } = await checkAll(recordedRows(storage.pool), (problem) => {
      problems += 1;
      if (problems <= SHOWN) console.log(textOf(problem));
    });
    counted = `${apartments} apartments, ${facts} facts, ${standingBookings} standing bookings`;
  } finally {
    await storage.close();
  }
  if (problems > 0) {
    console.log(`${counted}: ${problems} problems`);
    process.exitCode = 1;
  } else {
    console.log(
      `${counted}: every calendar follows from the journal, no night is claimed twice, nothing is missing`,
    );
  }
}
