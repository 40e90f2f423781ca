/**
 * Import of Inside Airbnb's summary listings (`listings.csv`), as a stream: rows become listings in batches, a
 * row that cannot be one is skipped with its line and reason, and the rest is imported. Repeatable: a listing is
 * known by its source and id, and one that has not changed is not written. Works beside a running server, which
 * follows changed listings by itself.
 */
import type { Readable } from 'node:stream';
import type { Pool } from 'pg';
import {
  type ListingUpsert,
  placesOfSource,
  type StoredPlace,
  upsertListings,
} from '../../persistence/statements/listings.ts';
import { type Columns, columnsOf, type RowDefaults, readRow } from './airbnb-row.ts';
import { CsvProblem, CsvReader, type CsvRow } from './csv.ts';
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

/** `lines` are `headerLines`, `rows`, `innerLines` and `emptyLines`; `rows` are those that are in, and those skipped. */
export interface ImportCounts {
  /** Of the file, as far as it has been read. */
  readonly lines: number;
  readonly headerLines: number;
  readonly emptyLines: number;
  /** After the first of a row with line breaks inside its quotes. */
  readonly innerLines: number;
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

  const reader = new CsvReader();
  const report = new Report(reader);
  const firstLines = new Map<string, number>();
  let batch: { line: number; listing: ListingUpsert }[] = [];
  let columns: Columns | undefined;

  const write = async (): Promise<void> => {
    const listings = await withoutMoved(options.pool, source, batch, report);
    const { inserted, updated } = await upsertListings(options.pool, source, listings);
    report.written(listings.length, inserted, updated, batch.at(-1)?.line);
    batch = [];
    options.onProgress?.(report.counts());
  };

  const take = async ({ line, lines, cells, hasLoneQuote }: CsvRow): Promise<void> => {
    if (columns === undefined) {
      const read = columnsOf(cells);
      if (typeof read === 'string') throw new ImportRefused(read);
      columns = read;
      report.headerLines = lines + reader.separatorLines;
      return;
    }
    report.rows++;
    report.innerLines += lines - 1;
    const row = readRow(columns, cells, defaults);
    if (!row.ok) return report.skip(line, row.reason);
    const { sourceId } = row.listing;
    const first = firstLines.get(sourceId);
    if (first !== undefined) {
      return report.skip(line, `id ${sourceId} stands on line ${first} already; give it an id of its own`);
    }
    firstLines.set(sourceId, line);
    const notes = [...(hasLoneQuote ? [LONE_QUOTE] : []), ...row.adjustments];
    if (notes.length > 0) report.adjust(line, notes.join('; '));
    batch.push({ line, listing: row.listing });
    if (batch.length >= IMPORT_BATCH) await write();
  };

  try {
    const decoder = new TextDecoder();
    for await (const bytes of options.stream as AsyncIterable<Uint8Array>) {
      for (const row of reader.add(decoder.decode(bytes, { stream: true }))) await take(row);
    }
    for (const row of reader.add(decoder.decode())) await take(row);
    for (const row of reader.end()) await take(row);
    if (columns === undefined)
      throw new ImportRefused('the file is empty; give a CSV file with a header line');
    await write();
  } catch (cause) {
    throw report.failed(cause);
  } finally {
    options.stream.destroy();
  }
  return report.done();
}

const LONE_QUOTE = 'a quote begins a cell and does not end it; kept as text';

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
  headerLines = 0;
  innerLines = 0;
  rows = 0;
  readonly #reader: CsvReader;
  /** Of the last row that is in. */
  #lastLine: number | undefined;
  #inserted = 0;
  #updated = 0;
  #unchanged = 0;
  #skipped = 0;
  #adjusted = 0;
  readonly #skippedLines: ImportNote[] = [];
  readonly #adjustedLines: ImportNote[] = [];

  constructor(reader: CsvReader) {
    this.#reader = reader;
  }

  skip(line: number, message: string): void {
    this.#skipped++;
    if (this.#skippedLines.length < IMPORT_REPORT_LINES_MAX) this.#skippedLines.push({ line, message });
  }

  adjust(line: number, message: string): void {
    this.#adjusted++;
    if (this.#adjustedLines.length < IMPORT_REPORT_LINES_MAX) this.#adjustedLines.push({ line, message });
  }

  /** @param lastLine of the last row that was to be written; undefined where there was none */
  written(listings: number, inserted: number, updated: number, lastLine: number | undefined): void {
    this.#lastLine = lastLine ?? this.#lastLine;
    this.#inserted += inserted;
    this.#updated += updated;
    this.#unchanged += listings - inserted - updated;
  }

  /** What ended the import before the file's end, saying what is in by then. */
  failed(cause: unknown): unknown {
    if (!(cause instanceof Error)) return cause;
    const isOfFile = cause instanceof ImportRefused || cause instanceof CsvProblem;
    if (this.#lastLine === undefined) return isOfFile ? new ImportRefused(cause.message, { cause }) : cause;
    const imported = this.#inserted + this.#updated + this.#unchanged;
    const message = `${cause.message}; the rows up to line ${this.#lastLine} are in (${imported} listings, ${this.#inserted} of them new) and none after it, so mend that and import the file again`;
    return isOfFile ? new ImportRefused(message, { cause }) : new Error(message, { cause });
  }

  counts(): ImportCounts {
    return {
      lines: this.#reader.lines,
      headerLines: this.headerLines,
      emptyLines: this.#reader.emptyLines,
      innerLines: this.innerLines,
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
