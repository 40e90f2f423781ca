/**
 * The only randomness of a run: sfc32 (Small Fast Counter, Chris Doty-Humphrey, PractRand), 128 bits of state, seeded by
 * a number and a name, so that each part of a run draws from a stream of its own.
 */
export class Prng {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number, stream: string) {
    this.#a = seed >>> 0;
    this.#b = Math.floor(seed / 2 ** 32) >>> 0;
    this.#c = 0x811c9dc5;
    for (let i = 0; i < stream.length; i++) this.#c = Math.imul(this.#c ^ stream.charCodeAt(i), 0x01000193);
    for (let i = 0; i < 15; i++) this.#next();
  }

  /** In [0, 1). */
  unit(): number {
    return this.#next() / 2 ** 32;
  }

  /** A whole number in [from, to]. */
  int(from: number, to: number): number {
    return from + Math.floor(this.unit() * (to - from + 1));
  }

  /** In [from, to), small ones more often: the exponent is even. */
  between(from: number, to: number): number {
    return from * (to / from) ** this.unit();
  }

  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.unit() * from.length)]!;
  }

  hex(digits: number): string {
    let text = '';
    while (text.length < digits) text += Math.floor(this.unit() * 16).toString(16);
    return text;
  }

  #next(): number {
    const sum = (this.#a + this.#b + this.#counter) >>> 0;
    this.#counter = (this.#counter + 1) >>> 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) >>> 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) >>> 0;
    this.#c = (this.#c + sum) >>> 0;
    return sum;
  }
}
