/**
 * The ring of keys in a file: an operator's (a mounted secret, say), or the one beside the embedded PostgreSQL's data. It is
 * replaced whole, so that who reads it finds the old one or the new.
 *
 *   { "keys": [{ "id": "…", "secret": "…", "from": "2026-11-30T12:00:00.000Z", "forgotten"?: "2026-12-01T12:00:00.000Z" }] }
 */
import { randomBytes } from 'node:crypto';
import { link, open, readFile, rename, rm } from 'node:fs/promises';
import { z } from 'zod';
import { instant } from '../../protocol/instant.ts';
import '../../protocol/issue-words.ts';
import { idOf, type RootKey } from './key-ring.ts';
import { KEY_KEPT_MS, KEY_LEAD_MS, KEYS_MAX } from './limits.ts';

const NO_INSTANT = 'is no instant like 2026-11-30T12:00:00.000Z';
const KeysFile = z.strictObject({
  keys: z
    .array(
      z.strictObject({
        id: z.string().min(1).max(64),
        secret: z.string().min(32, 'has fewer than 32 characters').max(1_000),
        from: z.iso.datetime(NO_INSTANT),
        forgotten: z.iso.datetime(NO_INSTANT).optional(),
      }),
    )
    .min(1, 'has no key')
    .max(KEYS_MAX, `has more than ${KEYS_MAX} keys`)
    .refine((keys) => new Set(keys.map(({ id }) => id)).size === keys.length, 'has an id twice')
    .refine(
      (keys) => keys.some(({ forgotten }) => forgotten === undefined),
      'has none that is not forgotten',
    ),
});

/**
 * @returns undefined where there is no such file
 * @throws Error whose message names the file and what is wrong with it, and no secret
 */
export async function readKeys(file: string): Promise<readonly RootKey[] | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new Error(`the keys in ${file} cannot be read (${code}); let the user that this runs as read it`, {
      cause,
    });
  }
  const value = jsonOf(text);
  const parsed = KeysFile.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const why = value === undefined ? 'is not JSON' : issue?.message;
    throw new Error(
      `the keys in ${file} are none: ${issue?.path.join('.') || 'the file'} ${why}; 'nightlatch keys rotate' or, for what servers know, 'peer-keys rotate' writes such a file`,
    );
  }
  return parsed.data.keys.map(({ id, secret, from, forgotten }) => ({
    ...{ id, secret, fromMs: Date.parse(from) },
    ...(forgotten !== undefined && { forgottenMs: Date.parse(forgotten) }),
  }));
}

/**
 * Makes the file where there is none. Two that do so at once agree: it appears whole, and only the first one's.
 * @param secret of its first key
 */
export async function makeKeys(file: string, secret: string): Promise<readonly RootKey[]> {
  const draft = await draftOf(file, [{ id: idOf(secret), secret, fromMs: 0 }]);
  try {
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft);
  }
  return (await readKeys(file))!;
}

/**
 * Adds a key that signs from KEY_LEAD_MS on, when every server has read it, and takes the oldest out where there are
 * KEYS_MAX. Where the others are to be forgotten it alone signs, at once: everybody has to renew their tokens. They stay to
 * open what they have wrapped, until servers have wrapped it anew.
 * @returns the new key
 * @throws Error where the oldest was followed by another so lately that this may not be done
 */
export async function rotateKeys(file: string, nowMs: number, forget: boolean): Promise<RootKey> {
  const secret = newSecret();
  const added = { id: idOf(secret), secret, fromMs: forget ? nowMs : nowMs + KEY_LEAD_MS };
  const known = ((await readKeys(file)) ?? []).toSorted((a, b) => b.fromMs - a.fromMs);
  const [followed, oldest] = known.slice(KEYS_MAX - 2);
  if (followed !== undefined && oldest !== undefined && nowMs < followed.fromMs + KEY_KEPT_MS) {
    throw new Error(
      `there are ${KEYS_MAX} keys in ${file}, and the oldest may still be needed for what it has sealed until ${instant(followed.fromMs + KEY_KEPT_MS)}; rotate them after that`,
    );
  }
  const newest = known.slice(0, KEYS_MAX - 1).map((key) => (forget ? { forgottenMs: nowMs, ...key } : key));
  await rename(await draftOf(file, [added, ...newest]), file);
  return added;
}

export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

async function draftOf(file: string, keys: readonly RootKey[]): Promise<string> {
  const draft = `${file}.new-${randomBytes(6).toString('hex')}`;
  const written = await open(draft, 'wx', 0o600).catch((cause) => {
    const { code } = cause as NodeJS.ErrnoException;
    throw new Error(
      `the keys cannot be written to ${file} (${code}); give them a folder that this may write to`,
      { cause },
    );
  });
  try {
    const rows = keys.map(({ id, secret, fromMs, forgottenMs }) => ({
      ...{ id, secret, from: instant(fromMs) },
      ...(forgottenMs !== undefined && { forgotten: instant(forgottenMs) }),
    }));
    await written.writeFile(`${JSON.stringify({ keys: rows }, undefined, 2)}\n`);
    await written.sync();
  } finally {
    await written.close();
  }
  return draft;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
