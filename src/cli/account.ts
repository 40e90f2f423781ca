import { randomBytes } from 'node:crypto';
import { keySourceOf } from '../app/keys.ts';
import { storageOf } from '../app/storage.ts';
import type { Config } from '../config.ts';
import { openStorage } from '../persistence/index.ts';
import type { Outcome } from '../protocol/errors.ts';
import type { Subject, SubjectKind } from '../protocol/resources.ts';
import { type AccountsService, createAccounts } from '../services/accounts/index.ts';

/** Gives the account of an e-mail address a role, and makes the account where there is none. */
export async function giveRole(config: Config, email: string, role: SubjectKind): Promise<void> {
  const storage = await openStorage(storageOf(config));
  try {
    const accounts = await createAccounts({
      pool: storage.pool,
      keys: keySourceOf(config, storage),
      nowMs: () => Date.now(),
      onError: () => {},
    });
    const { outcome, made } = await given(config, accounts, email, role).finally(() => accounts.close());
    if (!outcome.ok) throw new Error(`${email} cannot be made ${ARTICLE[role]}: ${outcome.error.message}`);
    console.log(`${email} is ${ARTICLE[role]}${made === undefined ? '' : `, password ${made}`}`);
  } finally {
    await storage.close();
  }
}

const ARTICLE = { guest: 'a guest', host: 'a host', admin: 'an admin' } as const;

/** An address is nobody's proof: who gets rights gets a password with them, who loses theirs keeps the one they have. */
async function given(
  config: Config,
  accounts: AccountsService,
  email: string,
  role: SubjectKind,
): Promise<{ outcome: Outcome<Subject>; made?: string }> {
  const chosen = config.NIGHTLATCH_ACCOUNT_PASSWORD;
  if (role === 'guest' && chosen === undefined) {
    const outcome = await accounts.giveRole({ email, role });
    if (outcome.ok || outcome.error.code !== 'not_found') return { outcome };
  }
  const password = chosen ?? randomBytes(12).toString('base64url');
  const outcome = await accounts.giveRole({ email, role, password });
  return { outcome, ...(chosen === undefined && { made: password }) };
}
