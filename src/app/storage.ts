/** Where the environment says that the storage is. */
import type { Config } from '../config.ts';
import type { StorageConfig } from '../persistence/index.ts';

export function storageOf(config: Config): StorageConfig {
  return {
    databaseUrl: config.DATABASE_URL,
    ownerUrl: config.DATABASE_OWNER_URL,
    dataDir: config.NIGHTLATCH_DATA_DIR,
  };
}
