/** Who may open a WebSocket at all, decided before the upgrade: origin, pace and number of one address's sockets. */
import type { IncomingMessage } from 'node:http';
import { network, type RateLimits } from '../limits/rate-limits.ts';
import { SOCKETS_PER_ADDRESS_MAX } from '../limits.ts';
import type { Log } from '../log.ts';

export interface DoorOptions {
  readonly limits: RateLimits;
  readonly log: Log;
  readonly origins: readonly string[];
}

type Verdict = (refusal: string | null | undefined, accepted: boolean) => void;

export class Door {
  readonly #options: DoorOptions;
  readonly #origins: ReadonlySet<string>;
  readonly #socketsOf = new Map<string, number>();
  #closed = false;

  constructor(options: DoorOptions) {
    this.#options = options;
    this.#origins = new Set(options.origins.map((origin) => new URL(origin).origin));
  }

  check(request: IncomingMessage, done: Verdict): void {
    const address = request.socket.remoteAddress ?? 'unknown';
    if (this.#closed) {
      done('this server is about to leave; connect again', false);
    } else if (!this.allows(request.headers.origin, request.headers.host)) {
      this.#options.log.info({ event: 'socket.refused', reason: 'origin' });
      done('pages of this origin may not connect; ask the operator to add it to NIGHTLATCH_ORIGINS', false);
    } else if ((this.#socketsOf.get(network(address)) ?? 0) >= SOCKETS_PER_ADDRESS_MAX) {
      this.#options.log.info({ event: 'socket.refused', reason: 'sockets_of_address' });
      done(`${SOCKETS_PER_ADDRESS_MAX} sockets of this address are open; close some`, false);
    } else {
      this.#options.limits.connection(address).then(
        (retryAfterMs) => {
          if (retryAfterMs === undefined) done(null, true);
          else done(`too many new sockets from this address; wait ${retryAfterMs} ms`, false);
        },
        (cause: unknown) => {
          // Limits that cannot be asked keep nobody out.
          this.#options.log.warn({ event: 'limits.unreachable', cause });
          done(null, true);
        },
      );
    }
  }

  /** Browsers send the origin of the page; what sends none is no page. */
  allows(origin: string | undefined, host: string | undefined): boolean {
    if (origin === undefined || this.#origins.has(origin)) return true;
    return URL.canParse(origin) && new URL(origin).host === host;
  }

  entered(address: string): void {
    const key = network(address);
    this.#socketsOf.set(key, (this.#socketsOf.get(key) ?? 0) + 1);
  }

  left(address: string): void {
    const key = network(address);
    const rest = (this.#socketsOf.get(key) ?? 1) - 1;
    if (rest > 0) this.#socketsOf.set(key, rest);
    else this.#socketsOf.delete(key);
  }

  close(): void {
    this.#closed = true;
  }
}
