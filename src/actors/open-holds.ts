import type { JournalEntry } from './facts.ts';

export interface ListedHold {
  readonly guestId: string;
  readonly id: string;
}

/** Where each guest's open holds are, over all apartments running here: for the limit on them, and for `mine`. */
export class OpenHolds {
  readonly #byGuest = new Map<string, Map<string, string>>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  countOf(guestId: string): number {
    return this.#byGuest.get(guestId)?.size ?? 0;
  }

  /** Apartments on which a guest has an open hold. */
  apartmentsOf(guestId: string): Set<string> {
    return new Set(this.#byGuest.get(guestId)?.values());
  }

  add(guestId: string, holdId: string, apartmentId: string): void {
    let holds = this.#byGuest.get(guestId);
    if (holds === undefined) {
      holds = new Map();
      this.#byGuest.set(guestId, holds);
    }
    if (!holds.has(holdId)) this.#count += 1;
    holds.set(holdId, apartmentId);
  }

  remove(guestId: string, holdId: string): void {
    const holds = this.#byGuest.get(guestId);
    if (holds?.delete(holdId) !== true) return;
    this.#count -= 1;
    if (holds.size === 0) this.#byGuest.delete(guestId);
  }

  /** @param guestId whose hold the fact is about */
  follow(entry: JournalEntry, guestId: string | undefined): void {
    if (guestId === undefined) return;
    const { fact } = entry;
    switch (fact.kind) {
      case 'held':
        for (const replaced of fact.replaces ?? []) this.remove(guestId, replaced);
        this.add(guestId, fact.hold, entry.apartmentId);
        return;
      case 'released':
      case 'expired':
      case 'confirmed':
        this.remove(guestId, fact.hold);
    }
  }
}
