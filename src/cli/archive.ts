import { ARCHIVE_AGE_MS_MIN, archiveVolumes } from '../archive/archive-volumes.ts';
import type { Config } from '../config.ts';
import { openStorage } from '../persistence/index.ts';

export interface ArchiveFlags {
  /** ISO 8601, a date or an instant. */
  readonly before: string;
  readonly to: string;
}

const MS_PER_DAY = 86_400_000;

/** Also beside servers that run. */
export async function archive(config: Config, { before, to }: ArchiveFlags): Promise<void> {
  const beforeMs = Date.parse(before);
  if (Number.isNaN(beforeMs)) throw new Error(`${before} is no date; say it as 2027-01-31`);
  const storage = await openStorage({
    databaseUrl: config.DATABASE_URL,
    dataDir: config.NIGHTLATCH_DATA_DIR,
  });
  try {
    const archived = await archiveVolumes({ ownerUrl: storage.ownerUrl, beforeMs, folder: to });
    for (const { file, facts, bytes } of archived) console.log(`${file}: ${facts} facts, ${bytes} bytes`);
    console.log(
      archived.length === 0
        ? `no volume was closed before ${before}, and ${ARCHIVE_AGE_MS_MIN / MS_PER_DAY} days ago: nothing is archived`
        : `${archived.length} archived in ${to}: keep them, \`nightlatch verify --archive ${to}\` reads them`,
    );
  } finally {
    await storage.close();
  }
}
