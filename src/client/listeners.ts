/** Who wants to hear of one kind of thing. A listener that throws keeps nobody else from hearing. */
export class Listeners<Args extends readonly unknown[]> {
  readonly #all = new Set<(...args: Args) => void>();

  get size(): number {
    return this.#all.size;
  }

  /** @returns the way to stop listening; calling it twice does nothing more */
  add(listener: (...args: Args) => void): () => void {
    const own = (...args: Args) => listener(...args);
    this.#all.add(own);
    return () => {
      this.#all.delete(own);
    };
  }

  emit(...args: Args): void {
    for (const listener of [...this.#all]) {
      try {
        listener(...args);
      } catch (error) {
        // The listener's own fault: shown where such faults are shown, without breaking the one who tells.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
