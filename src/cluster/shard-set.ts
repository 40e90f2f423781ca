/** Shards as text, so that nodes can tell each other which they answer for: 64 hexadecimal digits, 4 shards each. */
import { SHARDS } from '../protocol/limits.ts';

const DIGITS = SHARDS / 4;

export class ShardSet {
  readonly #digits = new Uint8Array(DIGITS);

  static where(is: (shard: number) => boolean): ShardSet {
    const set = new ShardSet();
    for (let shard = 0; shard < SHARDS; shard++) if (is(shard)) set.#digits[shard >> 2]! |= 1 << (shard & 3);
    return set;
  }

  /** Adds the shards of such a text; anything else adds nothing. */
  add(text: unknown): void {
    if (typeof text !== 'string' || text.length !== DIGITS) return;
    for (let i = 0; i < DIGITS; i++) this.#digits[i]! |= Number.parseInt(text[i]!, 16) || 0;
  }

  has(shard: number): boolean {
    return (this.#digits[shard >> 2]! & (1 << (shard & 3))) !== 0;
  }

  get isWhole(): boolean {
    return this.#digits.every((digit) => digit === 15);
  }

  toString(): string {
    return Array.from(this.#digits, (digit) => digit.toString(16)).join('');
  }
}
