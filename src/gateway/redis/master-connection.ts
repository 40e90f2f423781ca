/**
 * A connection to the one Redis at a url, which must be a master. A failover may keep connections open: what was the
 * master is a replica then, takes what is published (that is no write) and tells nobody but its own subscribers. So it
 * is asked for its role when it is ready and every REDIS_MASTER_EVERY_MS, and left where it is no master.
 */
import { Redis, ReplyError } from 'ioredis';
import { REDIS_MASTER_EVERY_MS } from '../limits.ts';
import { type LISTENING, type PUBLISHING, reconnectAfterMs } from './connecting.ts';

const MASTER = 'master';

export class MasterConnection {
  readonly client: Redis;
  readonly #found: () => void;
  readonly #asking: NodeJS.Timeout;
  #isMaster = false;
  #asked: Promise<unknown> | undefined;
  /** Connections in a row that led to no master. */
  #astray = 0;

  /** @param found called when it is up, each time anew */
  constructor(url: string, options: typeof PUBLISHING | typeof LISTENING, found: () => void) {
    this.#found = found;
    this.client = new Redis(url, {
      ...options,
      retryStrategy: (attempt) => reconnectAfterMs(attempt + this.#astray),
      reconnectOnError: (error) => error.message.includes('READONLY'),
    });
    // Heard, or it would end the process; `close` says all that is to be said.
    this.client.on('error', () => {});
    this.client.on('ready', () => void this.#ask());
    this.client.on('close', () => {
      this.#isMaster = false;
      this.#asked = undefined;
    });
    this.#asking = setInterval(() => void this.#ask(), REDIS_MASTER_EVERY_MS);
    this.#asking.unref();
  }

  get isUp(): boolean {
    return this.client.status === 'ready' && this.#isMaster;
  }

  close(): void {
    clearInterval(this.#asking);
    this.client.disconnect();
  }

  async #ask(): Promise<void> {
    if (this.#asked !== undefined || this.client.status !== 'ready') return;
    const asked = this.client.role();
    this.#asked = asked;
    const role = await asked.then(
      ([role]) => String(role),
      // Who may not ask believes; an answer that did not come is asked for again.
      (cause) => (cause instanceof ReplyError ? MASTER : undefined),
    );
    if (this.#asked !== asked) return;
    this.#asked = undefined;
    if (role === undefined) return;
    if (role !== MASTER) {
      this.#isMaster = false;
      this.#astray += 1;
      this.client.disconnect(true);
    } else if (!this.#isMaster) {
      this.#isMaster = true;
      this.#astray = 0;
      this.#found();
    }
  }
}
