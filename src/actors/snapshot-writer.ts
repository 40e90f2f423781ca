import type { Scheduler } from '../time/scheduler.ts';
import { within } from '../time/within.ts';
import { SNAPSHOTS_LAST_MS, SNAPSHOTS_WAITING_MAX } from './limits.ts';
import type { Journal, StoredSnapshot } from './ports.ts';

/** Snapshots in one statement, and how long one may wait for others, in milliseconds. */
const BATCH_MAX = 128;
const WRITE_EVERY_MS = 500;

/**
 * Writes snapshots off the hot path, the newest of each apartment, a batch at a time. A snapshot only saves time at
 * the next load, so one that cannot be written is dropped.
 */
export class SnapshotWriter {
  readonly #journal: Journal;
  readonly #scheduler: Scheduler;
  readonly #onFault: (event: string, details: Record<string, unknown>) => void;
  readonly #unsound: (apartmentId: string) => void;
  readonly #due = new Map<string, StoredSnapshot>();
  #armed = false;
  #isClosing = false;
  /** In the statement under way. */
  #underWay = 0;
  #writing: Promise<void> = Promise.resolve();

  /** @param unsound what runs of this apartment does not rest on the facts that are there */
  constructor(
    journal: Journal,
    scheduler: Scheduler,
    onFault: (event: string, details: Record<string, unknown>) => void,
    unsound: (apartmentId: string) => void,
  ) {
    this.#journal = journal;
    this.#scheduler = scheduler;
    this.#onFault = onFault;
    this.#unsound = unsound;
  }

  write(snapshot: StoredSnapshot): void {
    if (this.#due.size >= SNAPSHOTS_WAITING_MAX && !this.#due.has(snapshot.apartmentId)) return;
    this.#due.set(snapshot.apartmentId, snapshot);
    if (this.#armed) return;
    this.#armed = true;
    this.#scheduler.after(WRITE_EVERY_MS, () => {
      this.#armed = false;
      void this.flush();
    });
  }

  /** Resolves when everything given so far is written, or given up. */
  flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#writeAll());
    return this.#writing;
  }

  /** The last flush: it ends with the first batch that cannot be written, or at its deadline. */
  async close(): Promise<void> {
    this.#isClosing = true;
    if (await within(this.#scheduler, SNAPSHOTS_LAST_MS, this.flush())) return;
    this.#giveUp(new Error(`they took longer than ${SNAPSHOTS_LAST_MS} ms`));
  }

  async #writeAll(): Promise<void> {
    while (this.#due.size > 0) {
      const batch = [...this.#due.values()].slice(0, BATCH_MAX);
      for (const { apartmentId } of batch) this.#due.delete(apartmentId);
      this.#underWay = batch.length;
      const unsound = await this.#journal.saveSnapshots(batch).catch((cause) => this.#giveUp(cause));
      for (const apartmentId of unsound ?? []) this.#unsound(apartmentId);
    }
  }

  #giveUp(cause: unknown): void {
    const rest = this.#isClosing ? this.#due.size : 0;
    if (rest > 0) this.#due.clear();
    this.#onFault('snapshot.not_written', { count: this.#underWay + rest, cause });
  }
}
