/**
 * Import of Inside Airbnb's listings (`listings.csv`, summary or detailed), as a stream: rows become listings in batches,
 * a row that cannot be one is skipped with its line and reason, and the rest is imported. Repeatable: a listing is known
 * by its source and id, one that has not changed is not written, and what was changed here stays (ADR 28). Works beside
 * a running server, which follows changed listings by itself.
 */
import type { Readable } from 'node:stream';
import type { Pool } from 'pg';
import { leastLevel } from '../../persistence/statements/least-level.ts';
import {
  currenciesOfSource,
  type ImportedListing,
  listingsOfSource,
  upsertListings,
} from '../../persistence/statements/listings.ts';
import { levelOf } from '../../protocol/feature-levels.ts';
import { isTender } from '../../protocol/money.ts';
import { apartmentId, type Columns, columnsOf, readId, readRow } from './airbnb-row.ts';
import { CityPlaces } from './city-places.ts';
import { CsvProblem, CsvReader, type CsvRow } from './csv.ts';
import { BY_WEEKDAY_SEASON_AND_GUESTS } from './edits.ts';
import { textOfFile } from './file-text.ts';
import { type Decision, importedAgain, newListing } from './imported.ts';
import { IMPORT_BATCH, IMPORT_REPORT_LINES_MAX } from './limits.ts';
import { distanceKm } from './place.ts';

export interface ImportOptions {
  readonly stream: Readable;
  readonly pool: Pool;
  /** Namespace of the ids in the file; files whose ids are not of one numbering need one each. Default `airbnb`. */
  readonly source?: string | undefined;
  /**
   * ISO 4217, of the prices, which carry none. Default: of a listing that is there its own, of a new one that of the
   * source's listings, `USD` where there are none.
   */
  readonly currency?: string | undefined;
  /** For files without a column `city`. */
  readonly city?: string | undefined;
  readonly country?: string | undefined;
  /** Takes what the file states where somebody has changed it here since the last import. */
  readonly overwrite?: boolean | undefined;
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
  /** Imported, with a value that had to be read differently from what stands in the file, or is hardly right. */
  readonly adjusted: number;
  /** In which something stays as it was changed here since the last import. */
  readonly kept: number;
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
  readonly keptLines: readonly ImportNote[];
}

/** The file as a whole cannot be imported; the message is for the person who gave it. */
export class ImportRefused extends Error {}

export async function importListings(options: ImportOptions): Promise<ImportReport> {
  const source = options.source ?? 'airbnb';
  if (!/^[a-z0-9-]{1,20}$/.test(source)) {
    throw new ImportRefused(`source ${source} is not 1 to 20 of a-z 0-9 -; give another --source`);
  }
  if (options.currency !== undefined && !isTender(options.currency)) {
    throw new ImportRefused(
      `currency ${options.currency} is no ISO 4217 code of money that is paid in; give one such as USD`,
    );
  }
  const currencies =
    options.currency !== undefined ? [options.currency] : await currenciesOfSource(options.pool, source);

  const level = (await leastLevel(options.pool)) ?? 0;
  const mayChargeGuests = level >= levelOf(BY_WEEKDAY_SEASON_AND_GUESTS);

  const reader = new CsvReader();
  const report = new Report(reader);
  const firstLines = new Map<string, number>();
  const cities = new CityPlaces();
  let batch: BatchRow[] = [];
  let columns: Columns | undefined;

  const decide = (row: BatchRow, stored: ImportedListing | undefined): Decided => {
    const currency = currencyOf(row, stored);
    if ('reason' in currency) return { kind: 'refused', ...currency };
    const { city, country, overwrite = false } = options;
    const read = readRow(columns!, row.cells, { ...currency, city, country, mayChargeGuests });
    if (!read.ok) return { kind: 'refused', reason: read.reason };
    const { stated, assumed, adjustments } = read;
    if (stored === undefined) {
      return {
        ...newListing(apartmentId(source, row.sourceId), currency.currency, stated, assumed),
        adjustments,
      };
    }
    const km = distanceKm({ ...stored.apartment, ...stored.imported }, assumed);
    if (km > MOVE_KM_MAX) {
      return {
        kind: 'refused',
        reason: `id ${row.sourceId} of source ${source} is "${stored.apartment.name}", ${Math.round(km)} km away; import this file under a --source of its own`,
      };
    }
    return { ...importedAgain(stored, stated, overwrite), adjustments };
  };

  const currencyOf = (
    { sourceId }: BatchRow,
    stored: ImportedListing | undefined,
  ): { currency: string } | { reason: string } => {
    if (stored === undefined) {
      const [currency = CURRENCY_DEFAULT, ...others] = currencies;
      if (others.length === 0) return { currency };
      return {
        reason: `id ${sourceId} is new, and source ${source} has listings in ${currencies.join(', ')}; give the currency of the prices with --currency`,
      };
    }
    const { status, terms } = stored.apartment;
    if (status === 'retired')
      return { reason: `id ${sourceId} is retired here for good; take it out of the file` };
    const { currency = terms.currency } = options;
    if (currency === terms.currency) return { currency };
    return {
      reason: `id ${sourceId} is let in ${terms.currency}, which never changes, and not in ${currency}; give --currency ${terms.currency}, or none`,
    };
  };

  /** What others write meanwhile is read again, and decided on anew. */
  const write = async (): Promise<void> => {
    let waiting = batch;
    for (let attempt = 0; waiting.length > 0; attempt++) {
      if (attempt === ATTEMPTS_MAX)
        throw new Error('others keep changing the same listings; import again later');
      const ids = waiting.map(({ sourceId }) => sourceId);
      const there = new Map<string, ImportedListing>();
      for (const one of await listingsOfSource(options.pool, source, ids)) there.set(one.sourceId, one);
      const decided = waiting.map((row) => ({ row, decision: decide(row, there.get(row.sourceId)) }));
      const { written } = await upsertListings(
        options.pool,
        source,
        decided.flatMap(({ row: { sourceId }, decision }) =>
          decision.kind === 'refused' || decision.kind === 'same'
            ? []
            : {
                ...{ sourceId, hostId: null, apartment: decision.apartment, imported: decision.imported },
                revision: there.get(sourceId)?.revision ?? null,
              },
        ),
      );
      const isDone = ({ row, decision: { kind } }: (typeof decided)[number]) =>
        kind === 'refused' || kind === 'same' || written.has(row.sourceId);
      for (const { decision } of decided) if (decision.kind !== 'refused') cities.add(decision.apartment);
      for (const { row, decision } of decided.filter(isDone)) {
        report.done(
          row,
          decision,
          decision.kind === 'refused' ? undefined : cities.oddityOf(decision.apartment),
        );
      }
      waiting = decided.filter((one) => !isDone(one)).map(({ row }) => row);
    }
    report.written(batch.at(-1)?.line);
    batch = [];
    options.onProgress?.(report.counts());
  };

  const take = async ({ line, lines, cells, hasLoneQuote }: CsvRow): Promise<void> => {
    if (columns === undefined) {
      const read = columnsOf(cells, line);
      if (typeof read === 'string') throw new ImportRefused(read);
      columns = read;
      report.headerLines = lines + reader.separatorLines;
      return;
    }
    report.rows++;
    report.innerLines += lines - 1;
    const id = readId(columns, cells);
    if (!id.ok) return report.skip(line, id.reason);
    const { sourceId } = id;
    const first = firstLines.get(sourceId);
    if (first !== undefined) {
      return report.skip(line, `id ${sourceId} stands on line ${first} already; give it an id of its own`);
    }
    firstLines.set(sourceId, line);
    batch.push({ line, cells, sourceId, hasLoneQuote });
    if (batch.length >= IMPORT_BATCH) await write();
  };

  try {
    for await (const text of textOfFile(options.stream)) {
      for (const row of reader.add(text)) await take(row);
    }
    for (const row of reader.end()) await take(row);
    if (columns === undefined)
      throw new ImportRefused('the file is empty; give a CSV file with a header line');
    await write();
  } catch (cause) {
    throw report.failed(cause);
  } finally {
    options.stream.destroy();
  }
  return report.whole();
}

interface BatchRow extends Pick<CsvRow, 'line' | 'cells' | 'hasLoneQuote'> {
  readonly sourceId: string;
}
type Decided = Decision & { readonly adjustments?: readonly string[] };

const CURRENCY_DEFAULT = 'USD';
/** Listings that others got in between of are decided anew so many times. */
const ATTEMPTS_MAX = 5;
const LONE_QUOTE = 'a quote begins a cell and does not end it; kept as text';

/** How far a listing may be corrected, in kilometres; the same id further away is another apartment's. */
const MOVE_KM_MAX = 50;

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
  #kept = 0;
  readonly #skippedLines: ImportNote[] = [];
  readonly #adjustedLines: ImportNote[] = [];
  readonly #keptLines: ImportNote[] = [];

  constructor(reader: CsvReader) {
    this.#reader = reader;
  }

  skip(line: number, message: string): void {
    this.#skipped++;
    note(this.#skippedLines, line, message);
  }

  /** @param oddity of its coordinates */
  done({ line, hasLoneQuote }: BatchRow, decision: Decided, oddity: string | undefined): void {
    if (decision.kind === 'refused') return this.skip(line, decision.reason);
    if (decision.kind === 'new') this.#inserted++;
    else if (decision.kind === 'changed') this.#updated++;
    else this.#unchanged++;
    const notes = [...(hasLoneQuote ? [LONE_QUOTE] : []), ...(decision.adjustments ?? [])];
    if (oddity !== undefined) notes.push(oddity);
    if (notes.length > 0) {
      this.#adjusted++;
      note(this.#adjustedLines, line, notes.join('; '));
    }
    if (decision.kept.length > 0) {
      this.#kept++;
      note(
        this.#keptLines,
        line,
        `${decision.kept.join(', ')}, as changed here; --overwrite takes the file's`,
      );
    }
  }

  /** @param lastLine of the last row that was to be written; undefined where there was none */
  written(lastLine: number | undefined): void {
    this.#lastLine = lastLine ?? this.#lastLine;
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
      kept: this.#kept,
    };
  }

  whole(): ImportReport {
    const byLine = (a: ImportNote, b: ImportNote) => a.line - b.line;
    return {
      ...this.counts(),
      skippedLines: this.#skippedLines.sort(byLine),
      adjustedLines: this.#adjustedLines,
      keptLines: this.#keptLines,
    };
  }
}

function note(lines: ImportNote[], line: number, message: string): void {
  if (lines.length < IMPORT_REPORT_LINES_MAX) lines.push({ line, message });
}
