/**
 * What the servers of one system know and nobody else does: the operator's, or one made at the first start and kept in the
 * database; or a ring in a file that every server reads again and again, in which one follows another without a restart.
 *
 *   made ── KEY_LEAD_MS, in which every server reads it ──> used; others still accepted ── PEER_KEY_KEPT_MS ──> it alone is
 */
import { randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import { onlySecret, type PeerSecrets } from '../cluster/peers/ports.ts';
import type { Config } from '../config.ts';
import { settingOr } from '../persistence/statements/settings.ts';
import type { RootKey } from '../services/accounts/key-ring.ts';
import { readKeys } from '../services/accounts/keys-file.ts';
import { PEER_KEY_KEPT_MS, PEER_KEYS_LOOK_EVERY_MS } from './limits.ts';
import type { Start } from './start.ts';

/** @param nowMs the system's clock */
export async function openPeerSecrets(
  { config, onFault, started }: Start,
  pool: Pool,
  nowMs: () => number,
): Promise<PeerSecrets> {
  const file = config.NIGHTLATCH_PEER_KEYS_FILE;
  if (file === undefined) return onlySecret(await peerSecret(pool, config));
  const ring = new PeerKeys(await keysOf(file), nowMs);
  let isReadable = true;
  const looking = setInterval(async () => {
    try {
      ring.replace(await keysOf(file));
      isReadable = true;
    } catch (cause) {
      // Once, and not at each look: those that were read last count on.
      if (isReadable) onFault('peer.keys_unreadable', { cause });
      isReadable = false;
    }
  }, PEER_KEYS_LOOK_EVERY_MS);
  started(() => clearInterval(looking));
  return ring;
}

/** The one that servers have which are told of no file. */
export async function peerSecret(pool: Pool, config: Config): Promise<string> {
  const made = randomBytes(32).toString('base64url');
  return config.NIGHTLATCH_PEER_SECRET ?? String(await settingOr(pool, 'peer_secret', made));
}

async function keysOf(file: string): Promise<readonly RootKey[]> {
  const keys = await readKeys(file);
  if (keys !== undefined) return keys;
  throw new Error(`there are no keys of servers in ${file}; make them with 'nightlatch peer-keys rotate'`);
}

export class PeerKeys implements PeerSecrets {
  readonly #nowMs: () => number;
  readonly #listeners: (() => void)[] = [];
  /** Newest first, without those that are forgotten. */
  #keys: readonly RootKey[];

  /** @param keys in any order, one at least that is not forgotten */
  constructor(keys: readonly RootKey[], nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#keys = ordered(keys);
  }

  replace(keys: readonly RootKey[]): void {
    const before = this.accepted();
    this.#keys = ordered(keys);
    const after = this.accepted();
    if (before.every((secret) => after.includes(secret))) return;
    for (const listener of this.#listeners) listener();
  }

  onForgotten(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** The newest that has begun, or the oldest where none has. */
  current(): string {
    const nowMs = this.#nowMs();
    return (this.#keys.find(({ fromMs }) => fromMs <= nowMs) ?? this.#keys.at(-1)!).secret;
  }

  /** Also those that have not begun here: another server's clock may be ahead. */
  accepted(): readonly string[] {
    const usedMs = this.#nowMs() - PEER_KEY_KEPT_MS;
    const last = this.#keys.findIndex(({ fromMs }) => fromMs <= usedMs);
    return (last === -1 ? this.#keys : this.#keys.slice(0, last + 1)).map(({ secret }) => secret);
  }
}

function ordered(keys: readonly RootKey[]): readonly RootKey[] {
  const kept = keys.filter(({ forgottenMs }) => forgottenMs === undefined);
  return kept.toSorted((a, b) => b.fromMs - a.fromMs);
}
