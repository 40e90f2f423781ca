/**
 * The keys behind tokens: a ring of secrets, of which the newest that has begun signs and all verify, so that one follows
 * another without a restart and without anybody being signed out.
 *
 *   made ── KEY_LEAD_MS, in which every server reads it ──> signs ──> another signs, it verifies ──> taken out
 */
import { createHash, hkdfSync } from 'node:crypto';

export interface RootKey {
  /** In the header of what it signs (`kid`). */
  readonly id: string;
  /** 32 characters or more. */
  readonly secret: string;
  /** From when on it signs, epoch milliseconds. */
  readonly fromMs: number;
}

/** What a key is for: each purpose has keys of its own, so that a token of one is none of another. */
export type Purpose = 'access token' | 'refresh token' | 'device token' | 'origin';

export interface Key {
  readonly id: string;
  readonly bytes: Uint8Array;
}

export class KeyRing {
  readonly #nowMs: () => number;
  readonly #derived = new Map<string, Key>();
  readonly #lost: (() => void)[] = [];
  /** Newest first. */
  #roots: readonly RootKey[];

  /** @param roots one at least, in any order */
  constructor(roots: readonly RootKey[], nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#roots = newestFirst(roots);
  }

  replace(roots: readonly RootKey[]): void {
    const ids = new Set(roots.map(({ id }) => id));
    const isLost = this.#roots.some(({ id }) => !ids.has(id));
    this.#roots = newestFirst(roots);
    if (!isLost) return;
    this.#derived.clear();
    for (const listener of this.#lost) listener();
  }

  /** Told when a key was taken out: what it has signed is not good any more. */
  onLost(listener: () => void): void {
    this.#lost.push(listener);
  }

  /** The newest that has begun, or the oldest where none has. */
  signing(purpose: Purpose): Key {
    const nowMs = this.#nowMs();
    return this.#derive(this.#roots.find(({ fromMs }) => fromMs <= nowMs) ?? this.#roots.at(-1)!, purpose);
  }

  /**
   * For what has to stay the same from one rotation to the next: no key stays so for longer. Another follows when this one
   * is taken out, because it was forgotten or because the ring was full.
   */
  oldest(purpose: Purpose): Key {
    return this.#derive(this.#roots.at(-1)!, purpose);
  }

  /** Newest first, also those that have not begun here: another server's clock may be ahead. */
  all(purpose: Purpose): readonly Key[] {
    return this.#roots.map((root) => this.#derive(root, purpose));
  }

  #derive({ id, secret }: RootKey, purpose: Purpose): Key {
    const name = `${id} ${purpose}`;
    let key = this.#derived.get(name);
    if (key === undefined) {
      key = { id, bytes: new Uint8Array(hkdfSync('sha256', secret, '', `nightlatch ${purpose}`, 32)) };
      this.#derived.set(name, key);
    }
    return key;
  }
}

/** A secret that is the only one there is. */
export function onlyKey(secret: string): RootKey {
  return { id: idOf(secret), secret, fromMs: 0 };
}

/** The same for the same secret, on every server. */
export function idOf(secret: string): string {
  return createHash('sha256').update(`nightlatch key id ${secret}`).digest('base64url').slice(0, 12);
}

function newestFirst(roots: readonly RootKey[]): RootKey[] {
  return roots.toSorted((a, b) => b.fromMs - a.fromMs);
}
