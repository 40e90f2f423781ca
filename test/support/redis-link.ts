/** A link to Redis as a server has one, beside others that all understand what is sealed. */

import { onlySecret } from '../../src/cluster/peers/ports.ts';
import { RedisLink, type RedisOptionsHere } from '../../src/gateway/redis/redis-link.ts';
import { Seal } from '../../src/gateway/redis/seal.ts';

export const SECRET = 'what the servers of a test know';

export function redisLink(options: Pick<RedisOptionsHere, 'url'> & Partial<RedisOptionsHere>): RedisLink {
  const seal = new Seal(onlySecret(SECRET), () => Date.now());
  return new RedisLink({ system: 'test', seal, maySeal: () => true, onFault() {}, ...options });
}
