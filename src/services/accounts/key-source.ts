/**
 * Where the ring of keys is kept: in a file, in the environment, or, where an operator has named neither, in the database,
 * of which a copy is then as good as the keys.
 */
import type { Pool } from 'pg';
import { setting, settingOr, takeSetting } from '../../persistence/statements/settings.ts';
import { onlyKey, type RootKey } from './key-ring.ts';
import { makeKeys, newSecret, readKeys } from './keys-file.ts';

export interface KeySource {
  /** What is there now: one key at least. @throws Error whose message is for a person */
  read(): Promise<readonly RootKey[]>;
  /** Whether it may say something else later. */
  readonly changes: boolean;
}

const IN_DATABASE = 'auth_secret';

/**
 * The operator's file.
 * @param before the secret that there was before it, in the environment or in the database: what it has wrapped is opened
 *   until all of it is wrapped anew, and it signs nothing
 */
export function keysInFile(file: string, before: () => Promise<string | undefined>): KeySource {
  let former: readonly RootKey[] | undefined;
  return {
    changes: true,
    async read() {
      const keys = await readKeys(file);
      if (keys === undefined)
        throw new Error(`there are no keys in ${file}; make them with 'nightlatch keys rotate'`);
      const secret = former === undefined ? await before() : undefined;
      former ??= secret === undefined ? [] : [{ ...onlyKey(secret), forgottenMs: 0 }];
      return [...keys, ...former.filter((old) => keys.every(({ id }) => id !== old.id))];
    },
  };
}

/**
 * A file that is made where there is none. A secret that an earlier program kept in the database goes there, so that
 * everybody stays signed in, and is in the database no more.
 */
export function ownKeysFile(file: string, pool: Pool): KeySource {
  return {
    changes: true,
    async read() {
      const keys = await readKeys(file);
      if (keys !== undefined) return keys;
      const kept = await settingOr(pool, IN_DATABASE, newSecret());
      const made = await makeKeys(file, String(kept));
      await takeSetting(pool, IN_DATABASE);
      return made;
    },
  };
}

export function givenKey(secret: string): KeySource {
  return { changes: false, read: async () => [onlyKey(secret)] };
}

/** The secret that is in the database, where there is one. */
export async function secretInDatabase(pool: Pool): Promise<string | undefined> {
  const secret = await setting(pool, IN_DATABASE);
  return secret === undefined ? undefined : String(secret);
}

export function keyInDatabase(pool: Pool): KeySource {
  return {
    changes: false,
    read: async () => [onlyKey(String(await settingOr(pool, IN_DATABASE, newSecret())))],
  };
}
