/**
 * Import of Inside Airbnb's summary listings (`listings.csv`), as a stream: rows become listings in batches, a
 * row that cannot be one is skipped with its line and reason, and the rest is imported. Repeatable: a listing is
 * known by its source and id, and one that has not changed is not written. Works beside a running server, which
 * follows changed listings by itself.
 */
import type { Readable } from 'node:stream';
import { type CsvError, parse } from 'csv-parse';
import type { Pool } from 'pg';
import {
  type ListingUpsert,
  placesOfSource,
  type StoredPlace,
  upsertListings,
} from '../../persistence/statements/listings.ts';
import { FRAME_BYTES_MAX } from '../../protocol/limits.ts';
import { type Columns, columnsOf, type RowDefaults, readRow } from './airbnb-row.ts';
import { IMPORT_BATCH, IMPORT_REPORT_LINES_MAX } from './limits.ts';

export interface ImportOptions {
  readonly stream: Readable;
  readonly pool: Pool;
  /** Namespace of the ids in the file; files whose ids are not of one numbering need one each. Default `airbnb`. */
  readonly source?: string | undefined;
  /** ISO 4217, of the prices, which carry none. Default `USD`. */
  readonly currency?: string | undefined;
  /** For files without a column `city`. */
  readonly city?: string | undefined;
  readonly country?: string | undefined;
  /** After each batch, and at the end. */
  readonly onProgress?: ((progress: ImportCounts) => void) | undefined;
}

export interface ImportCounts {
  readonly rows: number;
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly skipped: number;
  /** Imported, with a value that had to be read differently from what stands in the file. */
  readonly adjusted: number;
}

export interface ImportNote {
  /** Line of the file, from 1, on which the row begins. */
  readonly line: number;
  readonly message: string;
}

export interface ImportReport extends ImportCounts {
  /** The first 10,000 each; all are counted. */
  readonly skippedLines: readonly ImportNote[];
  readonly adjustedLines: readonly ImportNote[];
}

/** The file as a whole cannot be imported; the message is for the person who gave it. */
export class ImportRefused extends Error {}

export async function importListings(options: ImportOptions): Promise<ImportReport> {
  const source = options.source ?? 'airbnb';
  const defaults: RowDefaults = {
    source,
    currency: options.currency ?? 'USD',
    city: options.city,
    country: options.country,
  };
  if (!/^[a-z0-9-]{1,20}$/.test(source)) {
    throw new ImportRefused(`source ${source} is not 1 to 20 of a-z 0-9 -; give another --source`);
  }
  if (!/^[A-Z]{3}$/.test(defaults.currency)) {
    throw new ImportRefused(`currency ${defaults.currency} is no ISO 4217 code; give one such as USD`);
  }

  const report = new Report();
  const firstLines = new Map<string, number>();
  let batch: { line: number; listing: ListingUpsert }[] = [];
  let columns: Columns | undefined;

  const write = async (): Promise<void> => {
    const listings = await withoutMoved(options.pool, source, batch, report);
    batch = [];
    const { inserted, updated } = await upsertListings(options.pool, source, listings);
    report.written(listings.length, inserted, updated);
    options.onProgress?.(report.counts());
  };

  const records = options.stream.pipe(csvParser());
  // An error of the file itself does not travel through `pipe`.
  options.stream.once('error', (error) => records.destroy(error));
  try {
    for await (const item of records as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      // The parser counts to the end of a row; a row may have line breaks inside its quotes.
      const line = item.info.lines - lineBreaks(item.record);
      if (columns === undefined) {
        const read = columnsOf(item.record);
        if (typeof read === 'string') throw new ImportRefused(read);
        columns = read;
        continue;
      }
      report.rows++;
      const row = readRow(columns, item.record, defaults);
      if (!row.ok) {
        report.skip(line, row.reason);
        continue;
      }
      const first = firstLines.get(row.listing.sourceId);
      if (first !== undefined) {
        report.skip(
          line,
          `id ${row.listing.sourceId} stands on line ${first} already; give it an id of its own`,
        );
        continue;
      }
      firstLines.set(row.listing.sourceId, line);
      if (row.adjustments.length > 0) report.adjust(line, row.adjustments.join('; '));
      batch.push({ line, listing: row.listing });
      if (batch.length >= IMPORT_BATCH) await write();
    }
  } catch (error) {
    throw isCsvError(error) ? new ImportRefused(`not readable as CSV: ${error.message}`) : error;
  } finally {
    options.stream.destroy();
  }
  if (columns === undefined) throw new ImportRefused('the file is empty; give a CSV file with a header line');
  await write();
  return report.done();
}

function csvParser() {
  return parse({
    bom: true,
    info: true,
    relax_quotes: true,
    relax_column_count: true,
    skip_empty_lines: true,
    // A quote that is never closed must not swallow the rest of the file into memory.
    max_record_size: FRAME_BYTES_MAX,
  });
}

function lineBreaks(record: readonly string[]): number {
  let breaks = 0;
  for (const field of record) {
    for (let at = field.indexOf('\n'); at >= 0; at = field.indexOf('\n', at + 1)) breaks++;
  }
  return breaks;
}

function isCsvError(error: unknown): error is CsvError {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('CSV_');
}

/** How far a listing may be corrected, in kilometres; the same id further away is another apartment's. */
const MOVE_KM_MAX = 50;

async function withoutMoved(
  pool: Pool,
  source: string,
  batch: readonly { line: number; listing: ListingUpsert }[],
  report: Report,
): Promise<ListingUpsert[]> {
  const ids = batch.map(({ listing }) => listing.sourceId);
  const places = new Map<string, StoredPlace>();
  for (const place of await placesOfSource(pool, source, ids)) places.set(place.sourceId, place);
  const kept: ListingUpsert[] = [];
  for (const { line, listing } of batch) {
    const stored = places.get(listing.sourceId);
    const km = stored === undefined ? 0 : distanceKm(stored, listing.apartment);
    if (stored === undefined || km <= MOVE_KM_MAX) kept.push(listing);
    else {
      report.skip(
        line,
        `id ${listing.sourceId} of source ${source} is "${stored.name}", ${Math.round(km)} km away; import this file under a --source of its own`,
      );
    }
  }
  return kept;
}

/** Great-circle distance by the haversine formula. */
function distanceKm(
  a: { latitude: number; longitude: number },
  b: { latitude: number; longitude: number },
): number {
  const radians = Math.PI / 180;
  const latitudes = Math.sin(((b.latitude - a.latitude) * radians) / 2) ** 2;
  const longitudes = Math.sin(((b.longitude - a.longitude) * radians) / 2) ** 2;
  const cosines = Math.cos(a.latitude * radians) * Math.cos(b.latitude * radians);
  return 2 * 6_371 * Math.asin(Math.min(1, Math.sqrt(latitudes + cosines * longitudes)));
}

class Report {
  rows = 0;
  #inserted = 0;
  #updated = 0;
  #unchanged = 0;
  #skipped = 0;
  #adjusted = 0;
  readonly #skippedLines: ImportNote[] = [];
  readonly #adjustedLines: ImportNote[] = [];

  skip(line: number, message: string): void {
    this.#skipped++;
    if (this.#skippedLines.length < IMPORT_REPORT_LINES_MAX) this.#skippedLines.push({ line, message });
  }

  adjust(line: number, message: string): void {
    this.#adjusted++;
    if (this.#adjustedLines.length < IMPORT_REPORT_LINES_MAX) this.#adjustedLines.push({ line, message });
  }

  written(listings: number, inserted: number, updated: number): void {
    this.#inserted += inserted;
    this.#updated += updated;
    this.#unchanged += listings - inserted - updated;
  }

  counts(): ImportCounts {
    return {
      rows: this.rows,
      inserted: this.#inserted,
      updated: this.#updated,
      unchanged: this.#unchanged,
      skipped: this.#skipped,
      adjusted: this.#adjusted,
    };
  }

  done(): ImportReport {
    const byLine = (a: ImportNote, b: ImportNote) => a.line - b.line;
    return {
      ...this.counts(),
      skippedLines: this.#skippedLines.sort(byLine),
      adjustedLines: this.#adjustedLines,
    };
  }
}
