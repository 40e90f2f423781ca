/**
 * The server's time, told by this device's monotonic clock: a wall clock that is wrong or jumps changes no
 * countdown. The offset comes from `welcome.serverTime`, moved by half of the smallest round trip of that
 * connection (Cristian's algorithm); it is measured anew with each connection, because a monotonic clock may
 * stand still while a device sleeps.
 */
import { epochMs } from '../protocol/instant.ts';

export interface ServerClock {
  /** Epoch milliseconds at the server, now. Before the first welcome: this device's own wall clock. */
  nowMs(): number;
  /** Whole seconds until an ISO instant, rounded up, so that 0 is shown when it is over and not before; never negative. */
  secondsLeft(expiresAt: string): number;
  /**
   * Calls the listener with `secondsLeft` at once and each time it changes, the last time with 0.
   * @returns the way to stop
   */
  countdown(expiresAt: string, listener: (secondsLeft: number) => void): () => void;
}

export class MeasuredClock implements ServerClock {
  readonly #monotonicMs: () => number;
  #serverMinusMonotonicMs: number;
  #roundTripMs = Number.POSITIVE_INFINITY;

  constructor(monotonicMs: () => number = () => performance.now()) {
    this.#monotonicMs = monotonicMs;
    this.#serverMinusMonotonicMs = Date.now() - monotonicMs();
  }

  /** @param roundTripMs an upper bound of the trip that brought this time */
  welcomed(serverTime: string, roundTripMs: number): void {
    const serverMs = epochMs(serverTime);
    if (Number.isNaN(serverMs)) return;
    this.#roundTripMs = roundTripMs;
    this.#serverMinusMonotonicMs = serverMs + roundTripMs / 2 - this.#monotonicMs();
  }

  /** A faster round trip on the same connection bounds how late the welcome can have been. */
  roundTrip(ms: number): void {
    if (ms >= this.#roundTripMs) return;
    this.#serverMinusMonotonicMs -= (this.#roundTripMs - ms) / 2;
    this.#roundTripMs = ms;
  }

  nowMs(): number {
    return this.#serverMinusMonotonicMs + this.#monotonicMs();
  }

  secondsLeft(expiresAt: string): number {
    return Math.max(0, Math.ceil((epochMs(expiresAt) - this.nowMs()) / 1_000));
  }

  countdown(expiresAt: string, listener: (secondsLeft: number) => void): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let shown = -1;
    const tick = () => {
      const seconds = this.secondsLeft(expiresAt);
      if (seconds !== shown) {
        shown = seconds;
        listener(seconds);
      }
      if (seconds === 0) return;
      // To the next whole second left; never longer, so that a clock measured anew shows at once.
      const toNextMs = (epochMs(expiresAt) - this.nowMs()) % 1_000;
      timer = setTimeout(tick, toNextMs + 5);
    };
    tick();
    return () => clearTimeout(timer);
  }
}
