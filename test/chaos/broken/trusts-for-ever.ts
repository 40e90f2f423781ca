/** Takes out the end of a node's trust in its lease: frozen and woken, it goes on as owner. (The fence is the database's.) */
import { replaceIn } from './replace.ts';

replaceIn(
  '/src/cluster/membership/membership.ts',
  '- this.#renewedMs < LEASE_TRUSTED_MS',
  '- this.#renewedMs < Number.POSITIVE_INFINITY',
);
