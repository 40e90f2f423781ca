/**
 * CSV as people have it, a row at a time (RFC 4180, and what is met beside it). A quote that is never closed must not make
 * one cell of all rows up to the next quote, as the grammar has it: what reads as rows of their own is rows, and the
 * quote is text. Every line is counted as a row's first, as inside one, as empty or as the header's, so that the counts
 * add up to the file whatever stands in it.
 */
import { CSV_ROW_LENGTH_MAX } from './limits.ts';

export interface CsvRow {
  /** Of the file, from 1: the line on which the row begins. */
  readonly line: number;
  /** The lines that it stands on: more than one where a cell has line breaks inside its quotes. */
  readonly lines: number;
  readonly cells: readonly string[];
  /** A quote begins a cell and does not end it, and was read as text. */
  readonly hasLoneQuote: boolean;
}

/** The message is for the person who gave the file. */
export class CsvProblem extends Error {}

const SEPARATORS = [',', ';', '\t'] as const;

/** Rows come from `add` and `end`, the header first; the reader keeps no more than one row of {@link CSV_ROW_LENGTH_MAX}. */
export class CsvReader {
  /** Lines that have been read, by what they are: with those that rows stand on they add up to all. */
  lines = 0;
  emptyLines = 0;
  /** `sep=;`, which a spreadsheet writes before the header. */
  separatorLines = 0;
  #lineBreak: '\n' | '\r' | undefined;
  #separator: string | undefined;
  /** Cells of the header: by it a line is known for a row. */
  #width: number | undefined;
  /** Of a line whose end has not come. */
  #begun = '';
  #waiting: string[] = [];

  /** @throws CsvProblem where a line is too long for any row */
  *add(text: string): Generator<CsvRow> {
    this.#begun += text;
    this.#lineBreak ??= lineBreakOf(this.#begun);
    if (this.#lineBreak !== undefined) {
      const lines = this.#begun.split(this.#lineBreak);
      this.#begun = lines.pop()!;
      for (const line of lines) this.#wait(line);
      if (lines.length > 0) yield* this.#rows(false);
    }
    this.#check(this.#begun);
  }

  *end(): Generator<CsvRow> {
    if (this.#begun !== '') this.#wait(this.#begun);
    this.#begun = '';
    yield* this.#rows(true);
  }

  #wait(line: string): void {
    this.#check(line);
    this.#waiting.push(line.endsWith('\r') ? line.slice(0, -1) : line);
  }

  #check(line: string): void {
    if (line.length <= CSV_ROW_LENGTH_MAX) return;
    const at = this.lines + this.#waiting.length + 1;
    throw new CsvProblem(
      `line ${at} is longer than the ${CSV_ROW_LENGTH_MAX} characters of any row; give a CSV file with one listing a line`,
    );
  }

  *#rows(isEnd: boolean): Generator<CsvRow> {
    let at = 0;
    try {
      while (at < this.#waiting.length) {
        const line = this.#waiting[at]!;
        if (line.trim() === '') {
          this.emptyLines++;
          this.lines++;
          at++;
          continue;
        }
        const named = this.#separator === undefined ? /^"?sep=(.)"?$/i.exec(line)?.[1] : undefined;
        if (named !== undefined) {
          this.#separator = named;
          this.separatorLines++;
          this.lines++;
          at++;
          continue;
        }
        this.#separator ??= separatorOf(line);
        const row = this.#rowAt(at, this.#separator, isEnd);
        if (row === undefined) return;
        this.#width ??= row.cells.length;
        at += row.lines;
        this.lines += row.lines;
        yield row;
      }
    } finally {
      this.#waiting.splice(0, at);
    }
  }

  /** @returns undefined where its end may be yet to come */
  #rowAt(from: number, separator: string, isEnd: boolean): CsvRow | undefined {
    const line = this.lines + 1;
    const row = new QuotedRow(separator);
    let length = 0;
    for (let at = from; ; at++) {
      const text = this.#waiting[at];
      if (text === undefined && !isEnd) return undefined;
      if (text === undefined) break;
      length += text.length + 1;
      if (at > from && length > CSV_ROW_LENGTH_MAX) break;
      const state = row.add(text);
      if (state === 'open') continue;
      if (state === 'stray' || this.#areRows(from, at, separator)) break;
      return { line, lines: at - from + 1, cells: row.cells, hasLoneQuote: false };
    }
    return { line, lines: 1, ...cellsOfLine(this.#waiting[from]!, separator) };
  }

  /**
   * Whether lines that quotes join were meant as rows: one of them is as wide as the header by itself, and so is the
   * first, or it lies wholly inside. Alone, the last line of a cell that begins its row is as wide, too.
   */
  #areRows(first: number, last: number, separator: string): boolean {
    const width = this.#width;
    if (width === undefined || first === last) return false;
    const widthOf = (line: string) => cellsOfLine(line, separator).cells.length;
    const isWide = widthOf(this.#waiting[first]!) >= width;
    const others = this.#waiting.slice(first + 1, isWide ? last + 1 : last);
    return others.some((line) => widthOf(line) === width);
  }
}

/** One row by the grammar: a quote that begins a cell ends it, at a separator or the end of a line, doubled ones aside. */
class QuotedRow {
  readonly cells: string[] = [];
  readonly #separator: string;
  /** Of a cell whose quote is open. */
  #open: string | undefined;

  constructor(separator: string) {
    this.#separator = separator;
  }

  /** @returns `stray` where a quote ends a cell and something follows it */
  add(line: string): 'ended' | 'open' | 'stray' {
    for (let at = 0; ; at++) {
      if (this.#open === undefined && line[at] === '"') {
        this.#open = '';
        at++;
      }
      if (this.#open === undefined) {
        const end = cellEnd(line, at, this.#separator);
        this.cells.push(line.slice(at, end));
        at = end;
      } else {
        const end = closingQuote(line, at);
        this.#open += unquoted(line.slice(at, end));
        if (end === line.length) {
          this.#open += '\n';
          return 'open';
        }
        at = end + 1;
        if (at < line.length && line[at] !== this.#separator) return 'stray';
        this.cells.push(this.#open);
        this.#open = undefined;
      }
      if (at >= line.length) return 'ended';
    }
  }
}

/** One line as a row of its own: a quote that does not end its cell on it is text. */
function cellsOfLine(line: string, separator: string): Pick<CsvRow, 'cells' | 'hasLoneQuote'> {
  const cells: string[] = [];
  let hasLoneQuote = false;
  for (let at = 0; ; at++) {
    const close = line[at] === '"' ? closingQuote(line, at + 1) : line.length;
    const isQuoted = close < line.length && (close + 1 === line.length || line[close + 1] === separator);
    if (line[at] === '"' && !isQuoted) hasLoneQuote = true;
    const end = isQuoted ? close + 1 : cellEnd(line, at, separator);
    cells.push(isQuoted ? unquoted(line.slice(at + 1, close)) : line.slice(at, end));
    at = end;
    if (at >= line.length) return { cells, hasLoneQuote };
  }
}

function cellEnd(line: string, from: number, separator: string): number {
  const end = line.indexOf(separator, from);
  return end < 0 ? line.length : end;
}

/** The place of the first quote that is not doubled; the end of the line where there is none. */
function closingQuote(line: string, from: number): number {
  for (let at = line.indexOf('"', from); at >= 0; at = line.indexOf('"', at + 2)) {
    if (line[at + 1] !== '"') return at;
  }
  return line.length;
}

function unquoted(text: string): string {
  return text.replaceAll('""', '"');
}

/** Undefined while it cannot be told: a `\r` at the end may be half a break. */
function lineBreakOf(text: string): '\n' | '\r' | undefined {
  const found = /\n|\r(?!\n|$)/.exec(text)?.[0];
  return found as '\n' | '\r' | undefined;
}

/** Spreadsheets write semicolons or tabs where commas are decimal: whichever makes the most cells of the header. */
function separatorOf(header: string): string {
  const widths = SEPARATORS.map((separator) => header.split(separator).length);
  return SEPARATORS[widths.indexOf(Math.max(...widths))]!;
}
