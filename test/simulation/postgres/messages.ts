/** What a lane's bytes say: the messages that `src/persistence/journal/postgres-messages.ts` makes, and no others. */

export type FrontendMessage =
  | { readonly type: 'parse'; readonly name: string; readonly sql: string }
  | { readonly type: 'close'; readonly name: string }
  | { readonly type: 'bind'; readonly statement: string; readonly values: readonly string[] }
  | { readonly type: 'execute' }
  | { readonly type: 'copyData'; readonly text: string }
  | { readonly type: 'copyDone' }
  | { readonly type: 'sync' };

/** What a session answers; pg reads it off the wire and calls its query's handlers. */
export type BackendMessage =
  | { readonly type: 'copyIn' }
  | { readonly type: 'row'; readonly row: object }
  | { readonly type: 'complete' }
  | { readonly type: 'error'; readonly error: PostgresError }
  | { readonly type: 'ready' };

/** As pg makes it of an ErrorResponse. */
export class PostgresError extends Error {
  readonly code: string;
  readonly detail: string | undefined;

  constructor(code: string, message: string, detail?: string) {
    super(message);
    this.code = code;
    this.detail = detail;
  }
}

const TYPE_BYTES = 1;
const LENGTH_BYTES = 4;

/** Bytes may arrive in any pieces: a message is read when it is whole. */
export class FrontendReader {
  #rest: Buffer = Buffer.alloc(0);

  read(bytes: Buffer): FrontendMessage[] {
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const messages: FrontendMessage[] = [];
    let at = 0;
    while (at + TYPE_BYTES + LENGTH_BYTES <= all.length) {
      const end = at + TYPE_BYTES + all.readInt32BE(at + TYPE_BYTES);
      if (end > all.length) break;
      messages.push(messageOf(all[at]!, new Fields(all.subarray(at + TYPE_BYTES + LENGTH_BYTES, end))));
      at = end;
    }
    this.#rest = all.subarray(at);
    return messages;
  }
}

function messageOf(type: number, fields: Fields): FrontendMessage {
  switch (String.fromCharCode(type)) {
    case 'P':
      return { type: 'parse', name: fields.cstring(), sql: fields.cstring() };
    case 'C':
      // An `S` before it says that it is a statement.
      return { type: 'close', name: fields.cstring().slice(1) };
    case 'B': {
      fields.cstring();
      const statement = fields.cstring();
      if (fields.int16() !== 0) throw new Error('a lane binds its values as text alone');
      return {
        type: 'bind',
        statement,
        values: Array.from({ length: fields.int16() }, () => fields.value()),
      };
    }
    case 'E':
      return { type: 'execute' };
    case 'd':
      return { type: 'copyData', text: fields.rest() };
    case 'c':
      return { type: 'copyDone' };
    case 'S':
      return { type: 'sync' };
    default:
      throw new Error(`a lane sends no message of type ${type}: teach it to test/simulation/postgres`);
  }
}

class Fields {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  cstring(): string {
    const end = this.#bytes.indexOf(0, this.#at);
    const text = this.#bytes.toString('utf8', this.#at, end);
    this.#at = end + 1;
    return text;
  }

  int16(): number {
    this.#at += 2;
    return this.#bytes.readInt16BE(this.#at - 2);
  }

  value(): string {
    const start = this.#at + 4;
    this.#at = start + this.#bytes.readInt32BE(this.#at);
    return this.#bytes.toString('utf8', start, this.#at);
  }

  rest(): string {
    return this.#bytes.toString('utf8', this.#at);
  }
}
