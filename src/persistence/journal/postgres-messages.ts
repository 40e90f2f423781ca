/**
 * Messages of PostgreSQL's extended query protocol (manual, 'Message Formats') in one growing buffer. pg runs one
 * statement a round trip and knows no COPY between others, so a lane writes its own.
 */
const BIND = 0x42;
const CLOSE = 0x43;
const EXECUTE = 0x45;
const PARSE = 0x50;
const COPY_DATA = 0x64;
const COPY_DONE = 0x63;
const SYNC = 0x53;
const BYTES_AT_FIRST = 256 * 1024;

const STATEMENT = 'S';

export class Frames {
  #buffer = Buffer.allocUnsafe(BYTES_AT_FIRST);
  #end = 0;
  /** To be prepared with their first use, by name. */
  readonly #late = new Map<string, string>();
  /** Of them those whose first use has been written since `reset`. */
  readonly #tried = new Set<string>();

  reset(): void {
    this.#end = 0;
    this.#tried.clear();
  }

  /** What has been written since `reset`; overwritten by what follows the next one. */
  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#end);
  }

  /** Prepares a named statement; the types of its parameters are PostgreSQL's to infer. */
  parse(name: string, sql: string): void {
    const start = this.#open(PARSE);
    this.#cstring(name);
    this.#cstring(sql);
    this.#int16(0);
    this.#close(start);
  }

  /** Prepares a statement with its first use: to prepare it takes a lock on its tables, and somebody may have locked one. */
  parseLate(name: string, sql: string): void {
    this.#late.set(name, sql);
  }

  /** What has been written was carried out, and is prepared by now whatever was to be. */
  carriedOut(): void {
    for (const name of this.#tried) this.#late.delete(name);
    this.#tried.clear();
  }

  /** Binds a prepared statement to values in text form and executes it. */
  run(name: string, ...values: readonly string[]): void {
    const late = this.#late.get(name);
    if (late !== undefined) {
      // A try that was refused may have prepared it or not; to close what is not there is no error.
      const close = this.#open(CLOSE);
      this.#cstring(STATEMENT + name);
      this.#close(close);
      this.parse(name, late);
      this.#tried.add(name);
    }
    const start = this.#open(BIND);
    this.#cstring('');
    this.#cstring(name);
    this.#int16(0);
    this.#int16(values.length);
    for (const value of values) {
      const at = this.#end;
      this.#int32(0);
      this.#text(value);
      this.#buffer.writeInt32BE(this.#end - at - 4, at);
    }
    this.#int16(0);
    this.#close(start);
    const execute = this.#open(EXECUTE);
    this.#cstring('');
    this.#int32(0);
    this.#close(execute);
  }

  /** The rows of a COPY that has just been run, and its end. */
  copy(rows: string): void {
    const start = this.#open(COPY_DATA);
    this.#text(rows);
    this.#close(start);
    this.#close(this.#open(COPY_DONE));
  }

  sync(): void {
    this.#close(this.#open(SYNC));
  }

  #open(type: number): number {
    this.#reserve(5);
    this.#buffer[this.#end] = type;
    this.#end += 5;
    return this.#end - 4;
  }

  #close(start: number): void {
    this.#buffer.writeInt32BE(this.#end - start, start);
  }

  #text(text: string): void {
    // UTF-8 takes at most three bytes for a UTF-16 unit.
    this.#reserve(text.length * 3);
    this.#end += this.#buffer.write(text, this.#end, 'utf8');
  }

  #cstring(text: string): void {
    this.#text(text);
    this.#reserve(1);
    this.#buffer[this.#end++] = 0;
  }

  #int16(value: number): void {
    this.#reserve(2);
    this.#end = this.#buffer.writeInt16BE(value, this.#end);
  }

  #int32(value: number): void {
    this.#reserve(4);
    this.#end = this.#buffer.writeInt32BE(value, this.#end);
  }

  #reserve(bytes: number): void {
    if (this.#end + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#end + bytes));
    this.#buffer.copy(larger, 0, 0, this.#end);
    this.#buffer = larger;
  }
}
