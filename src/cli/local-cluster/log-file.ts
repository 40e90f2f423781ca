/**
 * What a child process says, in a file of its own: written by the child itself, so that it can go on when the command
 * that started it is gone.
 */
import { closeSync, openSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';

/** A file larger than this is begun anew at the next start of its process, in bytes. */
const LOG_BYTES_MAX = 10_000_000;
/** Read at once: of a child's last words, and of its log while it is followed. In bytes. */
const CHUNK_BYTES = 64 * 1024;
const LAST_LINES = 5;
const FOLLOW_EVERY_MS = 200;

export class LogFile {
  readonly path: string;
  /** Where this run of the process begins. */
  #from = 0;

  constructor(path: string) {
    this.path = path;
  }

  /** Lends the child a descriptor to write to. */
  lend<T>(spawn: (descriptor: number) => T): T {
    const size = this.#size();
    this.#from = size > LOG_BYTES_MAX ? 0 : size;
    const descriptor = openSync(this.path, size > LOG_BYTES_MAX ? 'w' : 'a', 0o600);
    try {
      return spawn(descriptor);
    } finally {
      closeSync(descriptor);
    }
  }

  /**
   * The last lines that the process wrote since it was started, those for people where there are any (a log's are JSON);
   * empty where it wrote none.
   */
  async lastWords(): Promise<string> {
    const text = await this.#read(Math.max(this.#from, this.#size() - CHUNK_BYTES));
    const lines = text.toString().trim().split('\n');
    const forPeople = lines.filter((line) => !line.startsWith('{"level":'));
    return (forPeople.length > 0 ? forPeople : lines).slice(-LAST_LINES).join('\n');
  }

  /**
   * Whole lines as they are written, from now on.
   * @returns what ends it
   */
  follow(onLine: (line: string) => void): () => void {
    let at = this.#size();
    let isReading = false;
    const more = async () => {
      if (isReading) return;
      isReading = true;
      if (this.#size() < at) at = 0;
      const chunk = await this.#read(at);
      const end = chunk.lastIndexOf('\n') + 1 || (chunk.length === CHUNK_BYTES ? CHUNK_BYTES : 0);
      at += end;
      if (end > 0) for (const line of chunk.toString('utf8', 0, end).trimEnd().split('\n')) onLine(line);
      isReading = false;
    };
    const timer = setInterval(() => void more(), FOLLOW_EVERY_MS);
    return () => clearInterval(timer);
  }

  #size(): number {
    return statSync(this.path, { throwIfNoEntry: false })?.size ?? 0;
  }

  async #read(position: number): Promise<Buffer> {
    const file = await open(this.path).catch(() => undefined);
    if (file === undefined) return Buffer.alloc(0);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, position);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  }
}
