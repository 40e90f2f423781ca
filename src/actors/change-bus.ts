import type { CommittedChange } from '../protocol/committed-change.ts';
import type { Publisher } from './ports.ts';

/** Tells every committed change to all who listen, in the order in which they began to; and that others' may be lost. */
export class ChangeBus implements Publisher {
  #listeners: readonly ((change: CommittedChange) => void)[] = [];
  readonly #missed = new Set<() => void>();

  committed(change: CommittedChange): void {
    for (const listener of this.#listeners) listener(change);
  }

  /** Changes of other nodes' apartments may not have been heard here. */
  missed(): void {
    for (const listener of this.#missed) listener();
  }

  onMissed(listener: () => void): () => void {
    this.#missed.add(listener);
    return () => this.#missed.delete(listener);
  }

  subscribe(listener: (change: CommittedChange) => void): () => void {
    this.#listeners = [...this.#listeners, listener];
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== listener);
    };
  }
}
