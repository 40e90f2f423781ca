/** The text of a file that somebody gives: unpacked where it is gzip, and refused where it is not UTF-8, never guessed at. */
import { isUtf8 } from 'node:buffer';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CsvProblem } from './csv.ts';

const GZIP = [0x1f, 0x8b];
/** Files that are met in place of CSV, by how they begin. */
const OTHERS: readonly { readonly begins: readonly number[]; readonly message: string }[] = [
  {
    begins: [0x50, 0x4b, 0x03, 0x04],
    message:
      'the file is a ZIP archive, as workbooks (.xlsx) are; give the CSV file in it, or save the sheet as CSV',
  },
  { begins: [0xff, 0xfe], message: 'the file is UTF-16; save it as CSV in UTF-8' },
  { begins: [0xfe, 0xff], message: 'the file is UTF-16; save it as CSV in UTF-8' },
];
/** Bytes by which a file is known. */
const BEGINNING = 4;

/** In pieces. @throws CsvProblem */
export async function* textOfFile(file: AsyncIterable<Uint8Array | string>): AsyncGenerator<string> {
  const pieces = bytesOf(file);
  let beginning = Buffer.alloc(0);
  while (beginning.length < BEGINNING) {
    const next = await pieces.next();
    if (next.done === true) break;
    beginning = Buffer.concat([beginning, next.value]);
  }
  const whole = (async function* () {
    yield beginning;
    yield* pieces;
  })();
  for (const { begins, message } of OTHERS) if (startsWith(beginning, begins)) throw new CsvProblem(message);
  yield* decoded(startsWith(beginning, GZIP) ? unpacked(whole) : whole);
}

/** A stream in memory has strings. */
async function* bytesOf(file: AsyncIterable<Uint8Array | string>): AsyncGenerator<Uint8Array> {
  for await (const piece of file) yield typeof piece === 'string' ? Buffer.from(piece) : piece;
}

function startsWith(bytes: Uint8Array, beginning: readonly number[]): boolean {
  return beginning.every((byte, i) => bytes[i] === byte);
}

async function* unpacked(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = Readable.from(packed);
  const unpacking = createGunzip();
  let failed: Error | undefined;
  // An error of the file itself does not travel through `pipe`.
  source.once('error', (error) => {
    failed = error;
    unpacking.destroy(error);
  });
  try {
    yield* source.pipe(unpacking) as AsyncIterable<Uint8Array>;
  } catch (cause) {
    if (failed !== undefined) throw failed;
    const message = `the file is gzip that cannot be unpacked to its end (${(cause as Error).message}); get it anew`;
    throw new CsvProblem(message, { cause });
  } finally {
    source.destroy();
    unpacking.destroy();
  }
}

async function* decoded(file: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let lines = 0;
  let begun: Uint8Array = new Uint8Array();
  for await (const bytes of file) {
    let text: string;
    try {
      text = decoder.decode(bytes, { stream: true });
    } catch (cause) {
      throw notUtf8(Buffer.concat([begun, bytes]), lines, cause);
    }
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++;
    begun = lastCharacter(bytes);
    yield text;
  }
  try {
    yield decoder.decode();
  } catch (cause) {
    throw new CsvProblem('the file ends in the middle of a character of UTF-8; get it anew', { cause });
  }
}

/** Of several bytes, the rest of which may be in the next piece. */
function lastCharacter(bytes: Uint8Array): Uint8Array {
  const end = bytes.subarray(-3);
  const lead = end.findLastIndex((byte) => byte >= 0xc0);
  return lead < 0 ? end.subarray(end.length) : end.subarray(lead);
}

/** Names the first line that is not UTF-8, and the first byte on it that is not ASCII. */
function notUtf8(bytes: Uint8Array, linesBefore: number, cause: unknown): CsvProblem {
  let line = linesBefore + 1;
  let from = 0;
  for (let end = bytes.indexOf(0x0a, from); end >= 0; end = bytes.indexOf(0x0a, from)) {
    if (!isUtf8(bytes.subarray(from, end))) break;
    from = end + 1;
    line++;
  }
  const byte = bytes.subarray(from).find((one) => one >= 0x80) ?? bytes.find((one) => one >= 0x80) ?? 0;
  const found = `0x${byte.toString(16).toUpperCase()}`;
  return new CsvProblem(
    `line ${line} has the byte ${found}, which is not UTF-8 but perhaps Latin-1 or Windows-1252; save the file as CSV in UTF-8`,
    { cause },
  );
}
