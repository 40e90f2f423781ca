/**
 * The marks of apartments that must run (`Journal.restless`): who takes their shards starts these, and looks for no
 * others. None may be missing, so an apartment makes its own in the commit of the facts that need it. One too many costs
 * a load, so they are taken away here, by and by, some time after they were last needed: an apartment in use keeps its
 * mark, and none of its commands pays for one.
 *
 * A mark is never taken from under a hold, whenever the taking commits:
 * - Of the same instance: it is at rest, with nothing on its way to the disk, when it gives its mark away, and makes one
 *   anew with the next facts that need it, whose later version a taking leaves alone. Who makes a mark writes its row also
 *   where there is one, so that the two wait for each other.
 * - Of another node: the taking carries the shard's epoch, and is fenced as any append.
 * - Of an instance before, which was lost while it wrote, relied on a mark, and may still get its facts to the disk: the
 *   next instance does not know of them, and takes no mark before a fact of its own is on disk, at a version that theirs
 *   cannot have any more. After a change of owners nothing is left to doubt: a claim waits for what is under way.
 */
import type { Scheduler } from '../time/scheduler.ts';
import { within } from '../time/within.ts';
import type { RunningApartment } from './apartment.ts';
import { MARK_KEPT_MS, MARKS_LAST_MS, MARKS_LOOKED_AT_MAX } from './limits.ts';
import type { AppendResult, Journal } from './ports.ts';

export class Marks {
  readonly #journal: Journal;
  readonly #scheduler: Scheduler;
  /** Of those that run here: the ones that may have a mark. */
  readonly #marked = new Set<RunningApartment>();
  #next = this.#marked.values();

  constructor(journal: Journal, scheduler: Scheduler) {
    this.#journal = journal;
    this.#scheduler = scheduler;
  }

  add(apartment: RunningApartment): void {
    this.#marked.add(apartment);
  }

  /** It does not run any more; its mark is the next instance's. */
  remove(apartment: RunningApartment): void {
    this.#marked.delete(apartment);
  }

  /** Looks at some of them, the next ones each time, and takes the marks that were not needed for some time. */
  sweep(nowMs: number): void {
    for (let looks = 0; looks < MARKS_LOOKED_AT_MAX; looks++) {
      const { value: apartment } = this.#next.next();
      if (apartment === undefined) {
        this.#next = this.#marked.values();
        return;
      }
      if (nowMs - apartment.lastUsedMs >= MARK_KEPT_MS) void this.#take(apartment);
    }
  }

  /** The last sweep, of all that are at rest, without waiting until they have been for long. */
  async close(): Promise<void> {
    const taken = [...this.#marked].map((apartment) => this.#take(apartment));
    await within(this.#scheduler, MARKS_LAST_MS, Promise.all(taken));
  }

  /** Resolves when it is known what came of it: where it failed, the mark may be there still, and nobody relies on it. */
  #take(apartment: RunningApartment): Promise<void> | undefined {
    const mark = apartment.unmark();
    if (mark === undefined) return undefined;
    this.#marked.delete(apartment);
    const { id: apartmentId, shard, epoch } = apartment;
    return new Promise((resolve) => {
      const done = ({ status }: AppendResult) => {
        if (status !== 'committed' && !apartment.isOver) this.#marked.add(apartment);
        resolve();
      };
      this.#journal.append({ apartmentId, shard, epoch, entries: [], chain: apartment, mark, done });
    });
  }
}
