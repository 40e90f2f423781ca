import { keysFileOf } from '../app/keys.ts';
import type { Config } from '../config.ts';
import { instant } from '../protocol/instant.ts';
import { readKeys, rotateKeys } from '../services/accounts/keys-file.ts';

/** Lists the keys behind tokens, without their secrets. */
export async function listKeys(config: Config): Promise<void> {
  const file = fileOf(config);
  const keys = await readKeys(file);
  if (keys === undefined) throw new Error(`there are no keys in ${file} yet; a start makes them`);
  for (const { id, fromMs, forgottenMs } of keys.toSorted((a, b) => b.fromMs - a.fromMs)) {
    const told = fromMs === 0 ? id : `${id}  signs from ${instant(fromMs)}`;
    const end =
      forgottenMs === undefined ? '' : `  forgotten at ${instant(forgottenMs)}, opens contacts only`;
    console.log(told + end);
  }
}

/** Puts a new key before the others, or in their place. Servers that run read it within seconds. */
export async function addKey(config: Config, { forget }: { forget?: true }): Promise<void> {
  const file = fileOf(config);
  const { id, fromMs } = await rotateKeys(file, Date.now(), forget === true);
  const others = forget
    ? 'what others have signed is not good any more'
    : 'what others have signed stays good';
  console.log(`Key ${id} in ${file} signs from ${instant(fromMs)}; ${others}.`);
}

function fileOf(config: Config): string {
  const file = keysFileOf(config);
  if (file !== undefined) return file;
  const where = config.NIGHTLATCH_AUTH_SECRET === undefined ? 'in the database' : 'in NIGHTLATCH_AUTH_SECRET';
  throw new Error(`the key is ${where}, where it cannot follow another; name a file in NIGHTLATCH_KEYS_FILE`);
}
