/** Work that runs one at a time: asked for while it runs, it runs once more afterwards, however often it was asked. */
export class OneAtATime {
  readonly #work: () => Promise<void>;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** Resolves, or rejects as the work does, after a run that began no sooner than this call. */
  ask(): Promise<void> {
    if (this.#next !== undefined) return this.#next;
    if (this.#running === undefined) return this.#run();
    this.#next = this.#running
      .catch(() => {})
      .then(() => {
        this.#next = undefined;
        return this.#run();
      });
    return this.#next;
  }

  /** Resolves when nothing runs and nothing has been asked for. */
  async idle(): Promise<void> {
    for (let last = this.#next ?? this.#running; last !== undefined; last = this.#next ?? this.#running) {
      await last.catch(() => {});
    }
  }

  #run(): Promise<void> {
    this.#running = this.#work().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }
}
