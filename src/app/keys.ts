/** Where the environment says that the keys are: behind tokens, and over the keys of guests. */
import { join } from 'node:path';
import type { Pool } from 'pg';
import type { Config } from '../config.ts';
import type { Storage } from '../persistence/index.ts';
import { unknownWrapper } from '../persistence/statements/guest-keys.ts';
import type { KeyRing } from '../services/accounts/key-ring.ts';
import {
  givenKey,
  type KeySource,
  keyInDatabase,
  keysInFile,
  ownKeysFile,
  secretInDatabase,
} from '../services/accounts/key-source.ts';

/** The file in which they are, where they are in one. */
export function keysFileOf(config: Config): string | undefined {
  if (config.NIGHTLATCH_KEYS_FILE !== undefined) return config.NIGHTLATCH_KEYS_FILE;
  const isOwn = config.NIGHTLATCH_AUTH_SECRET === undefined && config.DATABASE_URL === undefined;
  return isOwn ? join(config.NIGHTLATCH_DATA_DIR, 'keys.json') : undefined;
}

/** @param onFault told where a copy of the database is as good as the keys */
export function keySourceOf(
  config: Config,
  { pool }: Pick<Storage, 'pool'>,
  onFault: (event: string, details: Record<string, unknown>) => void = () => {},
): KeySource {
  const file = keysFileOf(config);
  if (config.NIGHTLATCH_KEYS_FILE !== undefined) {
    const before = async () => config.NIGHTLATCH_AUTH_SECRET ?? (await secretInDatabase(pool));
    return keysInFile(config.NIGHTLATCH_KEYS_FILE, before);
  }
  if (file !== undefined) return ownKeysFile(file, pool);
  if (config.NIGHTLATCH_AUTH_SECRET !== undefined) return givenKey(config.NIGHTLATCH_AUTH_SECRET);
  const advice =
    'whoever gets a copy of the database can make tokens for anybody, and read the contacts in it; name a file in NIGHTLATCH_KEYS_FILE';
  onFault('keys.in_database', { advice });
  return keyInDatabase(pool);
}

/** @throws Error where guests' keys are wrapped by one that is not here: their contacts could not be read, nor new ones kept */
export async function refuseUnknownKeys(config: Config, pool: Pool, ring: KeyRing): Promise<void> {
  const unknown = await unknownWrapper(pool, ring.ids);
  if (unknown === undefined) return;
  const where =
    keysFileOf(config) ??
    (config.NIGHTLATCH_AUTH_SECRET === undefined ? 'the database' : 'NIGHTLATCH_AUTH_SECRET');
  throw new Error(
    `the contacts of guests (${unknown.guests}) are sealed under key ${unknown.id}, which is not in ${where}; put it back there, or its secret into NIGHTLATCH_AUTH_SECRET beside NIGHTLATCH_KEYS_FILE, or give them up with 'nightlatch erase unreadable'`,
  );
}
