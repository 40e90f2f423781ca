/** The last so many values of something that never ends, oldest first; older ones are forgotten. */
export class Ring<T> {
  readonly #slots: T[] = [];
  readonly #max: number;
  #next = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get length(): number {
    return this.#slots.length;
  }

  push(value: T): void {
    this.#slots[this.#next] = value;
    this.#next = (this.#next + 1) % this.#max;
  }

  /** The newest one; undefined while there is none. */
  get last(): T | undefined {
    return this.#slots.at(this.#next - 1);
  }

  values(): T[] {
    return this.#slots.length < this.#max
      ? this.#slots.slice()
      : [...this.#slots.slice(this.#next), ...this.#slots.slice(0, this.#next)];
  }
}
