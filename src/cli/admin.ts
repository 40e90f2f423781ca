import { randomBytes } from 'node:crypto';
import type { Config } from '../config.ts';
import { openStorage } from '../persistence/index.ts';
import { createAccounts } from '../services/accounts/index.ts';

export async function createAdmin(config: Config, email: string): Promise<void> {
  const storage = await openStorage({
    databaseUrl: config.DATABASE_URL,
    dataDir: config.NIGHTLATCH_DATA_DIR,
  });
  try {
    const accounts = await createAccounts({
      pool: storage.pool,
      secret: config.NIGHTLATCH_AUTH_SECRET,
      nowMs: () => Date.now(),
      onError: () => {},
    });
    const password = config.NIGHTLATCH_ADMIN_PASSWORD ?? randomBytes(12).toString('base64url');
    const outcome = await accounts.createAdmin(email, password);
    accounts.close();
    if (!outcome.ok) throw new Error(`${email} cannot be made an admin: ${outcome.error.message}`);
    const made = config.NIGHTLATCH_ADMIN_PASSWORD === undefined ? `, password ${password}` : '';
    console.log(`${email} is an admin${made}`);
  } finally {
    await storage.close();
  }
}
