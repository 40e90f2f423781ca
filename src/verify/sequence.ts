/**
 * What each row of a journal proves of the one before it: its place, and that it is the one that was written there. A row
 * carries a CRC-32 of its columns, with US between them, begun with that of the row before it (0 before the first). Rows
 * from before there was such a chain carry none.
 */
import { crc32 } from 'node:zlib';
import type { Entry } from './facts.ts';
import type { Says } from './problem.ts';

const US = '\u001f';

export class Sequence {
  /** The version of the last row. */
  head = 0;
  readonly #apartmentId: string;
  readonly #says: Says;
  /** Of the last row; null where it has none. */
  #hash: number | null = null;

  constructor(apartmentId: string, says: Says) {
    this.#apartmentId = apartmentId;
    this.#says = says;
  }

  /** Goes on from a row that is not read. */
  startAfter({ version, hash }: Pick<Entry, 'version' | 'hash'>): void {
    this.head = version;
    this.#hash = hash;
  }

  /** @returns whether it is another fact than the one before it */
  take({ version }: Pick<Entry, 'version'>): boolean {
    const { head } = this;
    if (version === head) this.#says('I4', version, `version ${version} is there twice`);
    else if (version !== head + 1) this.#says('I4', version, `version ${version} follows ${head}`);
    this.head = version;
    return version !== head;
  }

  /** Of a row that could be read. */
  follow(entry: Entry): void {
    const { version, hash } = entry;
    const before = this.#hash;
    this.#hash = hash;
    if (hash === null) {
      if (before !== null) this.#says('I2', version, 'it carries no hash, and the row before it does');
      return;
    }
    const made = this.#made(before, entry);
    if (hash !== made)
      this.#says('I2', version, `it carries the hash ${hash}, and ${made} follows from the row before it`);
  }

  #made(before: number | null, { version, kind, subjectId, requestId, atMs, text }: Entry): number {
    const at = new Date(atMs).toISOString();
    const row = [this.#apartmentId, version, kind, subjectId ?? '', requestId ?? '', at, text].join(US);
    return crc32(row, (before ?? 0) >>> 0) | 0;
  }
}
