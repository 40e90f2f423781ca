/** The rows of a database and of the archive as one, in the order in which a judge wants them. */
import type { RecordedRow } from '../verify/ports.ts';
import { readVolume } from './volume-file.ts';

type Pages = AsyncIterator<readonly RecordedRow[]>;

/** One of the streams that are merged, at its next row. */
class Source {
  readonly #pages: Pages;
  #page: readonly RecordedRow[] = [];
  #at = 0;

  constructor(pages: AsyncIterable<readonly RecordedRow[]>) {
    this.#pages = pages[Symbol.asyncIterator]();
  }

  /** Undefined after the last one; only a page's end is waited for. */
  get row(): RecordedRow | undefined {
    return this.#page[this.#at];
  }

  async fill(): Promise<void> {
    while (this.#at === this.#page.length) {
      const next = await this.#pages.next();
      if (next.done) return;
      [this.#page, this.#at] = [next.value, 0];
    }
  }

  /** @returns whether the page is over */
  pass(): boolean {
    this.#at += 1;
    return this.#at === this.#page.length;
  }
}

const ROWS_AT_ONCE = 2_000;

/** @param volumes archived ones, of files that have been checked */
export async function* withArchive(
  recorded: AsyncIterable<readonly RecordedRow[]>,
  folder: string,
  volumes: readonly number[],
): AsyncGenerator<RecordedRow[]> {
  const sources = [
    ...volumes.map((volume) => new Source(archivedRows(folder, volume))),
    new Source(recorded),
  ];
  for (const source of sources) await source.fill();
  let page: RecordedRow[] = [];
  for (;;) {
    let first: Source | undefined;
    for (const source of sources) if (source.row !== undefined && isBefore(source, first)) first = source;
    if (first === undefined) break;
    page.push(first.row!);
    if (first.pass()) await first.fill();
    if (page.length === ROWS_AT_ONCE) {
      yield page;
      page = [];
    }
  }
  yield page;
}

function isBefore({ row: one }: Source, other: Source | undefined): boolean {
  if (other === undefined) return true;
  const [a, b] = [one!, other.row!];
  return a.apartmentId === b.apartmentId ? a.nr < b.nr : a.apartmentId < b.apartmentId;
}

async function* archivedRows(folder: string, volume: number): AsyncGenerator<RecordedRow[]> {
  for await (const page of readVolume(folder, volume)) {
    yield page.map(([apartmentId, version, kind, subjectId, requestId, atMs, fact, hash]) => ({
      ...{ apartmentId, nr: version, what: 'entry' },
      value: { version, kind, subjectId, requestId, atMs, fact, hash },
    }));
  }
}
