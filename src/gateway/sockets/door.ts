/** Who may open a WebSocket at all, decided before the upgrade: whose page, pace and number of one address's sockets. */
import type { IncomingMessage } from 'node:http';
import { network } from '../addresses/address.ts';
import type { ClientAddresses } from '../addresses/client-address.ts';
import type { Load } from '../limits/load.ts';
import type { RateLimits } from '../limits/rate-limits.ts';
import { SOCKETS_PER_ADDRESS_MAX } from '../limits.ts';
import type { Log } from '../log.ts';
import type { Origins } from '../origins.ts';

export interface DoorOptions {
  readonly limits: RateLimits;
  readonly load: Load;
  readonly addresses: ClientAddresses;
  readonly log: Log;
  readonly origins: Origins;
}

type Verdict = (refusal: string | null | undefined, accepted: boolean) => void;

export class Door {
  readonly #options: DoorOptions;
  readonly #socketsOf = new Map<string, number>();
  #closed = false;

  constructor(options: DoorOptions) {
    this.#options = options;
  }

  check(request: IncomingMessage, done: Verdict): void {
    const shedMs = this.#options.load.sheds('socket');
    const address = this.#options.addresses.of(request);
    if (this.#closed) {
      done('this server is about to leave; connect again', false);
    } else if (!this.#options.origins.allows(request.headers)) {
      this.#options.log.info({ event: 'socket.refused', reason: 'origin' });
      done('pages of this origin may not connect; ask the operator to add it to NIGHTLATCH_ORIGINS', false);
    } else if ((this.#socketsOf.get(network(address)) ?? 0) >= SOCKETS_PER_ADDRESS_MAX) {
      this.#options.log.info({ event: 'socket.refused', reason: 'sockets_of_address' });
      done(`${SOCKETS_PER_ADDRESS_MAX} sockets of this address are open; close some`, false);
    } else if (shedMs !== undefined) {
      done(`this server has more to do than it can just now; connect again after ${shedMs} ms`, false);
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
