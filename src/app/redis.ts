/** Redis, beside which servers form one system: undefined where this one is alone. */
import { randomBytes } from 'node:crypto';
import { RedisLink } from '../gateway/redis/redis-link.ts';
import { Seal } from '../gateway/redis/seal.ts';
import type { Storage } from '../persistence/index.ts';
import { settingOr } from '../persistence/statements/settings.ts';
import type { ApartmentsNode } from './apartments-node.ts';
import type { Start } from './start.ts';

/** All names in it begin with an id of the database, so that two systems may share one Redis and hear nothing of each other. */
export async function openRedis(
  { config, onFault, started }: Start,
  { pool }: Storage,
  { clock, membership, secrets }: ApartmentsNode,
): Promise<RedisLink | undefined> {
  const url = config.REDIS_URL;
  if (url === undefined || secrets === undefined) return undefined;
  const system = String(await settingOr(pool, 'system_id', randomBytes(9).toString('base64url')));
  const redis = new RedisLink({
    ...{ url, system, onFault },
    seal: new Seal(secrets, () => clock.nowMs()),
    maySeal: () => membership.mayWrite('sealed events'),
  });
  started(() => redis.close());
  return redis;
}
