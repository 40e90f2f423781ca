import { randomBytes } from 'node:crypto';
import { link, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Passwords of the embedded PostgreSQL's roles, made once and kept beside its data. */
export interface Credentials {
  readonly owner: string;
  readonly program: string;
}

/** Two first starts at once agree: the file appears whole, and only the first one's. */
export async function credentials(data: string): Promise<Credentials> {
  const path = join(data, 'postgres-credentials.json');
  const known = await readFile(path, 'utf8').catch(() => undefined);
  if (known !== undefined) return JSON.parse(known);
  const draft = `${path}.new-${randomBytes(6).toString('hex')}`;
  const file = await open(draft, 'w', 0o600);
  try {
    const made: Credentials = { owner: password(), program: password() };
    await file.writeFile(`${JSON.stringify(made)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft);
  }
  return JSON.parse(await readFile(path, 'utf8'));
}

function password(): string {
  return randomBytes(24).toString('base64url');
}
