/** The accounts that are there from the first start. Each returns how to sign in, for the start's screen. */
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { Storage } from '../persistence/index.ts';
import { adoptEmail } from '../persistence/statements/accounts.ts';
import type { AccountsService } from '../services/accounts/index.ts';
import { DEMO_HOST } from '../services/listings/demo/index.ts';

/**
 * Makes sure that there is an admin. Without a given password, one is made at the first start and kept in the data
 * folder, readable by its owner only; on a database of one's own none is made up.
 */
export async function firstAdmin(
  config: Config,
  storage: Storage,
  accounts: AccountsService,
): Promise<string> {
  const email = config.NIGHTLATCH_ADMIN_EMAIL;
  const given = config.NIGHTLATCH_ADMIN_PASSWORD;
  if (given === undefined && !storage.isEmbedded) {
    return '(`nightlatch account EMAIL --role admin` makes an admin)';
  }
  const { password, told } =
    given === undefined
      ? await keptPassword(config, 'admin-password')
      : { password: given, told: 'as given' };
  const outcome = await accounts.giveRole({ email, role: 'admin', password, name: 'Administrator' });
  if (!outcome.ok) throw new Error(outcome.error.message);
  return `sign in as ${email}, password ${told}`;
}

/** Lets the demo's host sign in, with a password kept like the admin's. Undefined where there is no demo. */
export async function demoHost(
  config: Config,
  storage: Storage,
  accounts: AccountsService,
): Promise<string | undefined> {
  if (config.NIGHTLATCH_SEED !== 'demo' || !storage.isEmbedded) return undefined;
  const { id, email } = DEMO_HOST;
  if (!(await adoptEmail(storage.pool, id, email))) return undefined;
  const { password, told } = await keptPassword(config, 'host-password');
  const outcome = await accounts.giveRole({ email, role: 'host', password });
  if (!outcome.ok) throw new Error(outcome.error.message);
  return `sign in as ${email}, password ${told}`;
}

/** Told when it is made, and afterwards where it is kept: what a program prints at every start ends up in logs. */
async function keptPassword(
  { NIGHTLATCH_DATA_DIR }: Config,
  name: string,
): Promise<{ password: string; told: string }> {
  const file = join(NIGHTLATCH_DATA_DIR, name);
  try {
    return { password: (await readFile(file, 'utf8')).trim(), told: `in ${file}` };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const password = randomBytes(12).toString('base64url');
  await writeFile(file, `${password}\n`, { mode: 0o600 });
  return { password, told: password };
}
