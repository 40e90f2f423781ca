/**
 * A process on virtual time, with a monotonic clock that runs a little fast or slow. Killed, nothing of it ever runs
 * again; frozen, what was due waits, and runs all at once when it is woken.
 */
import type { Scheduler } from '../../src/time/scheduler.ts';
import type { VirtualTime } from './time.ts';

export class SimulatedProcess implements Scheduler {
  readonly time: VirtualTime;
  readonly #rate: number;
  readonly startedMs: number;
  /** What a monotonic clock shows at the start says nothing. */
  readonly #firstMs: number;
  #isAlive = true;
  readonly #mourners: (() => void)[] = [];
  #held: { call: (() => void) | undefined; readonly isTimer: boolean }[] | undefined;

  constructor(time: VirtualTime, { rate, firstMs }: { rate: number; firstMs: number }) {
    this.time = time;
    this.#rate = rate;
    this.startedMs = time.nowMs;
    this.#firstMs = firstMs;
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  get isFrozen(): boolean {
    return this.#held !== undefined;
  }

  get isRunning(): boolean {
    return this.#isAlive && this.#held === undefined;
  }

  readonly monotonicMs = (): number => this.#firstMs + (this.time.nowMs - this.startedMs) * this.#rate;

  readonly after = (ms: number, call: () => void): (() => void) => {
    const due = { call: call as (() => void) | undefined, isTimer: true };
    const callOff = this.time.after(Math.max(ms, 1) / this.#rate, () => this.#run(due));
    return () => {
      due.call = undefined;
      callOff();
    };
  };

  /** Something arrives from outside. */
  enter(call: () => void): void {
    this.#run({ call, isTimer: false });
  }

  /** Called when it is killed: its kernel closes what it had open. */
  onKilled(mourn: () => void): void {
    this.#mourners.push(mourn);
  }

  kill(): void {
    this.#isAlive = false;
    this.#held = undefined;
    for (const mourn of this.#mourners.splice(0)) mourn();
  }

  freeze(): void {
    if (this.#isAlive) this.#held ??= [];
  }

  /** @param timersFirst or what has arrived: an event loop stood anywhere when it was stopped */
  wake(timersFirst: boolean): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    const first = held.filter(({ isTimer }) => isTimer === timersFirst);
    const then = held.filter(({ isTimer }) => isTimer !== timersFirst);
    for (const one of [...first, ...then]) this.time.after(0, () => this.#run(one));
  }

  #run(due: { call: (() => void) | undefined; readonly isTimer: boolean }): void {
    if (!this.#isAlive) return;
    if (this.#held !== undefined) this.#held.push(due);
    else due.call?.();
  }
}
