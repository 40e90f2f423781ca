/** The keys behind tokens, derived from one secret: the operator's, or one made at the first start and kept. */
import { hkdfSync, randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import { settingOr } from '../../persistence/statements/settings.ts';

export interface TokenKeys {
  readonly access: Uint8Array;
  readonly refresh: Uint8Array;
}

/** @param secret undefined: the one in `settings`, made if there is none, so that restarts keep their sessions */
export async function tokenKeys(pool: Pool, secret: string | undefined): Promise<TokenKeys> {
  const source = secret ?? (await settingOr(pool, 'auth_secret', randomBytes(32).toString('base64url')));
  if (typeof source !== 'string' || source.length < 32) {
    throw new Error(
      `the authentication secret has ${String(source).length} characters, fewer than 32; set NIGHTLATCH_AUTH_SECRET to a random text of at least 32`,
    );
  }
  return { access: derive(source, 'access token'), refresh: derive(source, 'refresh token') };
}

function derive(secret: string, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', `nightlatch ${purpose}`, 32));
}
