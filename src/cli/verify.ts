import { storageOf } from '../app/storage.ts';
import { withArchive } from '../archive/archived-rows.ts';
import { checkVolume } from '../archive/volume-file.ts';
import type { Config } from '../config.ts';
import { openStorage } from '../persistence/index.ts';
import { archivedVolumes } from '../persistence/statements/archive.ts';
import { recordedRows } from '../persistence/statements/recorded-apartments.ts';
import { checkAll } from '../verify/check-all.ts';
import { type Problem, textOf } from '../verify/problem.ts';

/** Problems shown; all are counted. */
const SHOWN = 50;

export interface VerifyFlags {
  /** Folder of archived volumes, to be read as well. */
  readonly archive?: string;
}

export async function verify(config: Config, { archive }: VerifyFlags): Promise<void> {
  const storage = await openStorage({
    ...storageOf(config),
    acceptRefused: true,
  });
  let problems = 0;
  let counted: string;
  try {
    const volumes = archive === undefined ? [] : await archivedVolumes(storage.pool);
    for (const volume of volumes) await checkVolume(archive!, volume);
    const recorded = recordedRows(storage.pool);
    const all = volumes.map(({ volume }) => volume);
    const rows = archive === undefined ? recorded : withArchive(recorded, archive, all);
    const found = (problem: Problem) => {
      problems += 1;
      if (problems <= SHOWN) console.log(textOf(problem));
    };
    const { apartments, facts, unread, standingBookings } = await checkAll(
      rows,
      found,
      archive !== undefined,
    );
    const archived = unread === 0 ? '' : ` (${unread} before them are archived and were not read: --archive)`;
    counted = `${apartments} apartments, ${facts} facts${archived}, ${standingBookings} standing bookings`;
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
