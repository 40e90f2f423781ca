/**
 * A question asked over and over while somebody looks: at once, then every so often, sooner where something has
 * happened that the last answer cannot know of. One at a time, and none is cut short or put off by what happens
 * meanwhile: in a busy house that never ends, and nothing would ever be answered.
 */

/** Between two questions without a reason, in milliseconds: other days' nights rarely move faster. */
export const EVERY_MS = 20_000;
/** What happens within this long, in milliseconds, is one reason to ask. */
export const GATHER_MS = 700;
/**
 * Between two questions whatever happens, in milliseconds. The server counts once for all who ask within some seconds:
 * asked again so soon where it counted before the reason.
 */
export const AGAIN_MS = 2_000;

export interface InquiryOptions {
  /** @returns epoch milliseconds by `nowMs`: as of when the answer is; undefined where it was refused */
  readonly ask: (signal: AbortSignal) => Promise<number | undefined>;
  /** Epoch milliseconds at the server. */
  readonly nowMs: () => number;
}

export class Inquiry {
  readonly #options: InquiryOptions;
  readonly #ended = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isAsking = false;
  /** By `performance.now()`: when the last question was asked, and when the next one is due. */
  #askedMs = 0;
  #dueMs = Number.POSITIVE_INFINITY;
  /** By `nowMs`: the newest reason to ask, to begin with that somebody looks. */
  #reasonMs: number;

  constructor(options: InquiryOptions) {
    this.#options = options;
    this.#reasonMs = options.nowMs();
    document.addEventListener('visibilitychange', this.#again);
    this.#again();
  }

  /** Something has happened. It may be said as often as it is true. */
  hurry(): void {
    this.#reasonMs = this.#options.nowMs();
    if (!this.#isAsking) this.#within(Math.max(GATHER_MS, this.#askedMs + AGAIN_MS - performance.now()));
  }

  end(): void {
    this.#ended.abort();
    clearTimeout(this.#timer);
    document.removeEventListener('visibilitychange', this.#again);
  }

  /** A page in the background asks when it is looked at again. */
  readonly #again = (): void => {
    if (!this.#isAsking && document.visibilityState === 'visible') void this.#ask();
  };

  async #ask(): Promise<void> {
    clearTimeout(this.#timer);
    this.#dueMs = Number.POSITIVE_INFINITY;
    this.#isAsking = true;
    this.#askedMs = performance.now();
    const { signal } = this.#ended;
    const atMs = await this.#options.ask(signal).catch(() => undefined);
    this.#isAsking = false;
    if (signal.aborted) return;
    this.#within(atMs !== undefined && atMs < this.#reasonMs ? AGAIN_MS : EVERY_MS);
  }

  #within(ms: number): void {
    const dueMs = performance.now() + ms;
    if (this.#dueMs <= dueMs) return;
    clearTimeout(this.#timer);
    this.#dueMs = dueMs;
    this.#timer = setTimeout(this.#again, ms);
  }
}
