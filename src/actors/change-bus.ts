import type { CommittedChange } from '../protocol/committed-change.ts';
import type { Publisher } from './ports.ts';

/**
 * Tells every committed change to all who listen, in the order in which they began to; and that others' may be lost. What
 * one of them throws is logged, and keeps nobody else from hearing.
 */
export class ChangeBus implements Publisher {
  #listeners: readonly ((change: CommittedChange) => void)[] = [];
  readonly #missed = new Set<() => void>();
  readonly #onFault: (event: string, details: Record<string, unknown>) => void;

  constructor(onFault: (event: string, details: Record<string, unknown>) => void) {
    this.#onFault = onFault;
  }

  committed(change: CommittedChange): void {
    for (const listener of this.#listeners) {
      try {
        listener(change);
      } catch (cause) {
        const { apartmentId, version } = change;
        this.#onFault('change.not_heard', { apartmentId, version, cause });
      }
    }
  }

  /** Changes of other nodes' apartments may not have been heard here. */
  missed(): void {
    for (const listener of this.#missed) {
      try {
        listener();
      } catch (cause) {
        this.#onFault('change.not_heard', { cause });
      }
    }
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
