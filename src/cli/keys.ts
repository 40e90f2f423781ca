import { keysFileOf } from '../app/keys.ts';
import { peerSecret } from '../app/peer-keys.ts';
import { storageOf } from '../app/storage.ts';
import type { Config } from '../config.ts';
import { openStorage } from '../persistence/index.ts';
import { instant } from '../protocol/instant.ts';
import { makeKeys, readKeys, rotateKeys } from '../services/accounts/keys-file.ts';

interface Forget {
  readonly forget?: true;
}

/** Lists the keys behind tokens, without their secrets. */
export async function listKeys(config: Config): Promise<void> {
  const file = fileOf(config);
  if (!(await list(file, 'signs', 'opens contacts only')))
    throw new Error(`there are no keys in ${file} yet; a start makes them`);
}

/** Puts a new key before the others, or in their place. Servers that run read it within seconds. */
export async function addKey(config: Config, { forget }: Forget): Promise<void> {
  const file = fileOf(config);
  const { id, fromMs } = await rotateKeys(file, Date.now(), forget === true);
  const others = forget
    ? 'what others have signed is not good any more'
    : 'what others have signed stays good';
  console.log(`Key ${id} in ${file} signs from ${instant(fromMs)}; ${others}.`);
}

/** Lists what servers prove to each other to know, without the secrets themselves. */
export async function listPeerKeys(config: Config): Promise<void> {
  const file = peerFileOf(config);
  if (!(await list(file, 'is used', 'refused')))
    throw new Error(
      `there are no keys of servers in ${file} yet; make them with 'nightlatch peer-keys rotate'`,
    );
}

/**
 * As `addKey`, of servers. Where there is no file it is made, with the secret that servers have which know of none, so that
 * they and those that are started with it have links all the same.
 */
export async function addPeerKey(config: Config, { forget }: Forget): Promise<void> {
  const file = peerFileOf(config);
  if ((await readKeys(file)) === undefined) {
    await makeKeys(file, await secretOfServers(config));
    console.log(
      `${file} has what servers know so far; start each of them anew with NIGHTLATCH_PEER_KEYS_FILE, one after the other, and then rotate.`,
    );
    return;
  }
  const { id, fromMs } = await rotateKeys(file, Date.now(), forget === true);
  const others = forget ? 'others are refused' : 'others are refused a minute later';
  console.log(`Key ${id} in ${file} is used from ${instant(fromMs)}; ${others}.`);
}

/** @returns false where there is no such file */
async function list(file: string, from: string, forgotten: string): Promise<boolean> {
  const keys = await readKeys(file);
  for (const { id, fromMs, forgottenMs } of keys?.toSorted((a, b) => b.fromMs - a.fromMs) ?? []) {
    const told = fromMs === 0 ? id : `${id}  ${from} from ${instant(fromMs)}`;
    const end = forgottenMs === undefined ? '' : `  forgotten at ${instant(forgottenMs)}, ${forgotten}`;
    console.log(told + end);
  }
  return keys !== undefined;
}

async function secretOfServers(config: Config): Promise<string> {
  if (config.NIGHTLATCH_PEER_SECRET !== undefined) return config.NIGHTLATCH_PEER_SECRET;
  const storage = await openStorage(storageOf(config));
  try {
    return await peerSecret(storage.pool, config);
  } finally {
    await storage.close();
  }
}

function fileOf(config: Config): string {
  const file = keysFileOf(config);
  if (file !== undefined) return file;
  const where = config.NIGHTLATCH_AUTH_SECRET === undefined ? 'in the database' : 'in NIGHTLATCH_AUTH_SECRET';
  throw new Error(`the key is ${where}, where it cannot follow another; name a file in NIGHTLATCH_KEYS_FILE`);
}

function peerFileOf(config: Config): string {
  const file = config.NIGHTLATCH_PEER_KEYS_FILE;
  if (file !== undefined) return file;
  const where = config.NIGHTLATCH_PEER_SECRET === undefined ? 'in the database' : 'in NIGHTLATCH_PEER_SECRET';
  throw new Error(
    `what servers know is ${where}, where it cannot follow another; name a file in NIGHTLATCH_PEER_KEYS_FILE`,
  );
}
