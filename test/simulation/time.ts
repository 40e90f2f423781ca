/**
 * Virtual time: a heap of what is to happen, in order of instant and, at one instant, of who asked first. Between two
 * happenings the promises that the first has resolved get their turn: microtasks run in the order in which they were
 * queued, so waiting for a fixed number of them is the same in every run. Nothing here asks the event loop for anything.
 */

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
  readonly #heap: Happening[] = [];
  #order = 0;

  /** Returns the way to call it off. */
  at(atMs: number, call: () => void): () => void {
    const happening: Happening = { atMs: Math.max(atMs, this.nowMs), order: this.#order++, call };
    this.#push(happening);
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
      const next = this.#heap[0];
      if (next === undefined || next.atMs > untilMs) {
        this.nowMs = untilMs;
        return;
      }
      this.#pop();
      const { call } = next;
      if (call === undefined) continue;
      this.nowMs = next.atMs;
      this.happened += 1;
      call();
      for (let i = 0; i < TURNS; i++) await undefined;
    }
  }

  #push(happening: Happening): void {
    const heap = this.#heap;
    let i = heap.push(happening) - 1;
    while (i > 0) {
      const parent = (i - 1) >>> 1;
      if (isBefore(heap[parent]!, happening)) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = happening;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (isBefore(last, heap[child]!)) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
  }
}

function isBefore(a: Happening, b: Happening): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
