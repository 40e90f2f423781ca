/** How many of the rows are held, booked and closed on each night, kept up as calendars change. */
import type { Bar } from './bars.ts';

export interface DayTotal {
  readonly free: number;
  readonly held: number;
  readonly booked: number;
  readonly blocked: number;
}

export class DayTotals {
  readonly from: number;
  readonly #nights: number;
  readonly #taken: Record<Bar['status'], Int32Array>;
  #rows = 0;

  /** @param from,to half-open night numbers */
  constructor(from: number, to: number) {
    this.from = from;
    this.#nights = Math.max(0, to - from);
    const none = () => new Int32Array(this.#nights);
    this.#taken = { held: none(), booked: none(), blocked: none() };
  }

  add(bars: readonly Bar[]): void {
    this.#rows += 1;
    this.#count(bars, 1);
  }

  remove(bars: readonly Bar[]): void {
    this.#rows -= 1;
    this.#count(bars, -1);
  }

  at(night: number): DayTotal {
    const i = night - this.from;
    const held = this.#taken.held[i] ?? 0;
    const booked = this.#taken.booked[i] ?? 0;
    const blocked = this.#taken.blocked[i] ?? 0;
    return { free: this.#rows - held - booked - blocked, held, booked, blocked };
  }

  /** Nights of all rows together. */
  sum(): DayTotal & { readonly nights: number; readonly apartments: number } {
    const total = (counts: Int32Array) => counts.reduce((sum, count) => sum + count, 0);
    const { held, booked, blocked } = this.#taken;
    const taken = { held: total(held), booked: total(booked), blocked: total(blocked) };
    const nights = this.#rows * this.#nights;
    return {
      ...taken,
      nights,
      apartments: this.#rows,
      free: nights - taken.held - taken.booked - taken.blocked,
    };
  }

  #count(bars: readonly Bar[], by: 1 | -1): void {
    for (const bar of bars) {
      const counts = this.#taken[bar.status];
      const end = Math.min(bar.to - this.from, this.#nights);
      for (let i = Math.max(0, bar.from - this.from); i < end; i++) counts[i] = (counts[i] as number) + by;
    }
  }
}
