/** What the servers of one system know and nobody else does: the operator's, or one made at the first start and kept. */
import { randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import type { Config } from '../config.ts';
import { settingOr } from '../persistence/statements/settings.ts';

export async function peerSecret(pool: Pool, config: Config): Promise<string> {
  const made = randomBytes(32).toString('base64url');
  return config.NIGHTLATCH_PEER_SECRET ?? String(await settingOr(pool, 'peer_secret', made));
}
