/**
 * Virtual time: a heap of what is to happen, in order of instant and, at one instant, of who asked first. Between two
 * happenings the promises that the first has resolved get their turn: microtasks run in the order in which they were
 * queued, so waiting for a fixed number of them is the same in every run. Nothing here asks the event loop for anything.
 */

import { Heap } from '../../src/actors/heap.ts';

/** Turns of the microtask queue after each happening; the longest chain of promises that one has caused is some 20. */
const TURNS = 30;

interface Happening {
  readonly atMs: number;
  readonly order: number;
  call: (() => void) | undefined;
}

export class VirtualTime {
  nowMs = 0;
  /** Happenings so far. */
  happened = 0;
  readonly #heap = new Heap<Happening>(isBefore);
  #order = 0;

  /** Returns the way to call it off. */
  at(atMs: number, call: () => void): () => void {
    const happening: Happening = { atMs: Math.max(atMs, this.nowMs), order: this.#order++, call };
    this.#heap.push(happening);
    return () => {
      happening.call = undefined;
    };
  }

  after(ms: number, call: () => void): () => void {
    return this.at(this.nowMs + ms, call);
  }

  /** Until an instant, or until `isOver`. */
  async pass(untilMs: number, isOver: () => boolean = () => false): Promise<void> {
    while (!isOver()) {
      const next = this.#heap.head;
      if (next === undefined || next.atMs > untilMs) {
        this.nowMs = untilMs;
        return;
      }
      this.#heap.pop();
      const { call } = next;
      if (call === undefined) continue;
      this.nowMs = next.atMs;
      this.happened += 1;
      call();
      for (let i = 0; i < TURNS; i++) await undefined;
    }
  }
}

function isBefore(a: Happening, b: Happening): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
