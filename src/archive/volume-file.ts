/**
 * A volume of the journal as a file: gzip of lines of JSON. First what it is, then each fact as an array, in order of apartment
 * and version, last how many there are. gzip's own CRC and the last line say whether it is whole; the database keeps its SHA-256.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';

export type ArchivedFact = readonly [
  apartmentId: string,
  version: number,
  kind: string,
  subjectId: string | null,
  requestId: string | null,
  atMs: number,
  /** As it stands in the table, without its kind. */
  fact: string,
  hash: number | null,
];

export interface Written {
  readonly file: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly facts: number;
}

const FORMAT = 'nightlatch journal';
const LINES_AT_ONCE = 2_000;

/** A file that is missing or not as it was written: for a person, in one sentence. */
export class ArchiveDamaged extends Error {
  constructor(path: string, what: string, cause?: unknown) {
    super(`${path} ${what}; bring back a copy of it`, { cause });
    this.name = 'ArchiveDamaged';
  }
}

export function nameOf(volume: number): string {
  return `journal-${String(volume).padStart(6, '0')}.ndjson.gz`;
}

/** Written under another name first, so that under its own it is whole, and on disk when this resolves. */
export async function writeVolume(
  folder: string,
  volume: number,
  pages: AsyncIterable<readonly ArchivedFact[]>,
): Promise<Written> {
  const file = nameOf(volume);
  const path = join(folder, file);
  const sha256 = createHash('sha256');
  let [facts, bytes] = [0, 0];
  async function* lines() {
    yield `${JSON.stringify({ format: FORMAT, v: 1, volume })}\n`;
    for await (const page of pages) {
      facts += page.length;
      yield page.map((fact) => `${JSON.stringify(fact)}\n`).join('');
    }
    yield `${JSON.stringify({ facts })}\n`;
  }
  const handle = await open(`${path}.part`, 'w');
  try {
    const counted = async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        sha256.update(chunk);
        bytes += chunk.length;
        yield chunk;
      }
    };
    await pipeline(Readable.from(lines()), createGzip(), counted, async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) await handle.write(chunk);
    });
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${path}.part`, path);
  const directory = await open(folder, 'r');
  await directory.sync().finally(() => directory.close());
  return { file, sha256: sha256.digest('hex'), bytes, facts };
}

/** @throws ArchiveDamaged where it is missing, or is not the one that was written */
export async function checkVolume(folder: string, { file, sha256 }: Written): Promise<void> {
  const path = join(folder, file);
  const found = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path)) found.update(chunk);
  } catch (cause) {
    throw new ArchiveDamaged(path, `cannot be read (${(cause as NodeJS.ErrnoException).code})`, cause);
  }
  if (found.digest('hex') !== sha256)
    throw new ArchiveDamaged(path, 'is not the file that was written: its SHA-256 is another');
}

/** Its facts, a page at a time. @throws ArchiveDamaged where it is not whole */
export async function* readVolume(folder: string, volume: number): AsyncGenerator<ArchivedFact[]> {
  const path = join(folder, nameOf(volume));
  const input = createReadStream(path).pipe(createGunzip());
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  let page: ArchivedFact[] = [];
  let [facts, said] = [0, -1];
  const broken = new Promise<never>((_, reject) => input.once('error', reject));
  broken.catch(() => {});
  const next = lines[Symbol.asyncIterator]();
  try {
    for (let first = true; ; first = false) {
      const line = await Promise.race([next.next(), broken]);
      if (line.done) break;
      const read: unknown = JSON.parse(line.value);
      if (Array.isArray(read)) {
        page.push(read as unknown as ArchivedFact);
        facts += 1;
      } else if (first) {
        const { format, v, volume: which } = read as Record<string, unknown>;
        if (format !== FORMAT || v !== 1 || which !== volume)
          throw new Error(`it says that it is ${line.value}`);
      } else said = (read as { facts: number }).facts;
      if (page.length === LINES_AT_ONCE) {
        yield page;
        page = [];
      }
    }
    if (facts !== said) throw new Error(`it has ${facts} facts`);
  } catch (cause) {
    throw new ArchiveDamaged(path, `is not whole (${cause instanceof Error ? cause.message : cause})`, cause);
  } finally {
    input.destroy();
  }
  if (page.length > 0) yield page;
}
