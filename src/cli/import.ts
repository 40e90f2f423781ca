import { createReadStream } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { SingleBar } from 'cli-progress';
import { storageOf } from '../app/storage.ts';
import type { Config } from '../config.ts';
import { openStorage } from '../persistence/index.ts';
import {
  type ImportNote,
  type ImportReport,
  importListings as importStream,
} from '../services/listings/import-airbnb.ts';

export interface ImportFlags {
  readonly source: string;
  readonly currency?: string;
  readonly city?: string;
  readonly country?: string;
  readonly overwrite?: boolean;
  readonly report?: string;
}

/** Notes shown on the terminal; a file holds all of them. */
const NOTES_SHOWN = 12;

export async function importListings(config: Config, file: string, flags: ImportFlags): Promise<void> {
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`${file} cannot be read (${error.code}); name a CSV file`);
  });
  if (found.isDirectory()) throw new Error(`${file} is a folder; name a CSV file in it`);
  const { size } = found;
  const storage = await openStorage(storageOf(config));
  const bar = new SingleBar({
    format: '{bar} {percentage}% | {rows} rows',
    noTTYOutput: false,
    hideCursor: true,
  });
  try {
    const stream = createReadStream(file);
    bar.start(Math.max(1, size), 0, { rows: 0 });
    const report = await importStream({
      stream,
      pool: storage.pool,
      source: flags.source,
      currency: flags.currency,
      city: flags.city,
      country: flags.country,
      overwrite: flags.overwrite,
      onProgress: ({ rows }) => bar.update(stream.bytesRead, { rows }),
    });
    bar.stop();
    await print(report, file, flags.report);
  } finally {
    bar.stop();
    await storage.close();
  }
}

async function print(report: ImportReport, file: string, reportFile: string | undefined): Promise<void> {
  const { rows, inserted, updated, unchanged, skipped, adjusted, kept } = report;
  const { lines, headerLines, innerLines, emptyLines } = report;
  console.log(
    `${file}: ${rows} rows, ${inserted} new, ${updated} changed, ${unchanged} as before, ${skipped} skipped, ${adjusted} adjusted, ${kept} kept as changed here`,
  );
  console.log(
    `  ${lines} lines: ${headerLines} of header, ${rows} on which a row begins, ${innerLines} inside one, ${emptyLines} empty`,
  );
  const notes = [
    ...report.skippedLines.map((note) => ({ ...note, what: 'skipped' })),
    ...report.keptLines.map((note) => ({ ...note, what: 'kept' })),
    ...report.adjustedLines.map((note) => ({ ...note, what: 'adjusted' })),
  ].map((note: ImportNote & { what: string }) => `line ${note.line} ${note.what}: ${note.message}`);
  if (reportFile !== undefined) {
    await writeFile(reportFile, `${notes.join('\n')}\n`);
    console.log(`${notes.length} notes are in ${reportFile}`);
    return;
  }
  for (const note of notes.slice(0, NOTES_SHOWN)) console.log(`  ${note}`);
  if (notes.length > NOTES_SHOWN)
    console.log(`  … and ${notes.length - NOTES_SHOWN} more; --report FILE keeps all`);
}
