/**
 * A part of the program that is loaded when it is needed, once for all who ask. A failure is not kept: the next one to
 * ask tries again. Without a network nothing is asked for, as some browsers remember for as long as the page lives that
 * a module could not be had (https://github.com/whatwg/html/issues/6768).
 */
export class Part<Module extends object> {
  readonly #load: () => Promise<Module>;
  #loading: Promise<Module> | undefined;
  #here: Module | undefined;

  /** @param load an `import()` */
  constructor(load: () => Promise<Module>) {
    this.#load = load;
  }

  /** Undefined until it is loaded. */
  get here(): Module | undefined {
    return this.#here;
  }

  load(): Promise<Module> {
    this.#loading ??= this.#ask().catch((error) => {
      this.#loading = undefined;
      throw error;
    });
    return this.#loading;
  }

  /** For who will likely need it; where it fails, those who do will hear of it. */
  async preload(): Promise<void> {
    await this.load().catch(() => {});
  }

  async #ask(): Promise<Module> {
    const { onLine } = navigator as { onLine?: boolean };
    if (onLine === false) throw new Error('there is no network to load a part of the page from');
    this.#here = await this.#load();
    return this.#here;
  }
}
