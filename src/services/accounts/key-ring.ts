/**
 * The keys behind tokens: a ring of secrets, of which the newest that has begun signs and all verify, so that one follows
 * another without a restart and without anybody being signed out. The keys of guests are wrapped by the newest that all know,
 * and opened by any that is there, also one that was forgotten: what is kept cannot be made anew as a token can (ADR 27).
 *
 *   made ── KEY_LEAD_MS, in which every server reads it ──> signs ──> another signs, it verifies ──> taken out
 *                                                             └──── forgotten ──> only opens ────────────^
 */
import { createHash, hkdfSync } from 'node:crypto';
import { KEY_LEAD_MS } from './limits.ts';

export interface RootKey {
  /** In the header of what it signs (`kid`). */
  readonly id: string;
  /** 32 characters or more. */
  readonly secret: string;
  /** From when on it signs, epoch milliseconds. */
  readonly fromMs: number;
  /** When it was forgotten, epoch milliseconds: it signs and verifies nothing any more. */
  readonly forgottenMs?: number;
}

/** What a key is for: each purpose has keys of its own, so that a token of one is none of another. */
export type Purpose = 'access token' | 'refresh token' | 'device token' | 'origin' | 'guest keys';

export interface Key {
  readonly id: string;
  readonly bytes: Uint8Array;
}

export class KeyRing {
  readonly #nowMs: () => number;
  readonly #derived = new Map<string, Key>();
  readonly #lost: (() => void)[] = [];
  /** Newest first. */
  #roots: readonly RootKey[] = [];
  /** Newest first. */
  #forgotten: readonly RootKey[] = [];

  /** @param roots in any order, one at least that is not forgotten */
  constructor(roots: readonly RootKey[], nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#take(roots);
  }

  replace(roots: readonly RootKey[]): void {
    const before = this.#roots;
    this.#take(roots);
    const ids = new Set(this.#roots.map(({ id }) => id));
    if (before.every(({ id }) => ids.has(id))) return;
    this.#derived.clear();
    for (const listener of this.#lost) listener();
  }

  /** Told when a key was taken out or forgotten: what it has signed is not good any more. */
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

  /**
   * For what is kept, and has to be opened by every server at once: the newest that has signed for KEY_LEAD_MS, so that all
   * have read it, also where it began at once as others were forgotten; one of those until then.
   */
  wrapping(purpose: Purpose): Key {
    return this.#derive(this.#wrapping(), purpose);
  }

  /** What that key has wrapped is opened by; undefined where it is not of this ring. */
  opening(purpose: Purpose, id: string): Key | undefined {
    const root = [...this.#roots, ...this.#forgotten].find((known) => known.id === id);
    return root && this.#derive(root, purpose);
  }

  /** The ids of all, also of those that are forgotten. */
  get ids(): readonly string[] {
    return [...this.#roots, ...this.#forgotten].map(({ id }) => id);
  }

  /** The ids of those that another has followed: what they have wrapped is to be wrapped anew. */
  get followed(): readonly string[] {
    const wrapping = this.#wrapping();
    if (wrapping.forgottenMs !== undefined) return [];
    const older = this.#roots.slice(this.#roots.indexOf(wrapping) + 1);
    return [...older, ...this.#forgotten].map(({ id }) => id);
  }

  #wrapping(): RootKey {
    const readMs = this.#nowMs() - KEY_LEAD_MS;
    const isRead = ({ fromMs }: RootKey) => fromMs <= readMs;
    return this.#roots.find(isRead) ?? this.#forgotten.find(isRead) ?? this.#roots.at(-1)!;
  }

  #take(roots: readonly RootKey[]): void {
    const ordered = roots.toSorted((a, b) => b.fromMs - a.fromMs);
    this.#roots = ordered.filter(({ forgottenMs }) => forgottenMs === undefined);
    this.#forgotten = ordered.filter(({ forgottenMs }) => forgottenMs !== undefined);
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
