/**
 * Where each guest's open holds are: of the apartments running here exactly, for the limit on them and for `mine`; of
 * other nodes' as far as has been heard, for the limit. What is only heard of is believed until it would have ended.
 */
import { PAYMENT_DEADLINE_MS } from '../protocol/limits.ts';
import type { HoldClaim } from './calendar/calendar.ts';
import type { JournalEntry } from './facts.ts';

export interface ListedHold {
  readonly guestId: string;
  readonly id: string;
}

export class OpenHolds {
  readonly #byGuest = new Map<string, Map<string, string>>();
  /** Of other nodes: hold ids, and until when each is believed, in epoch milliseconds. */
  readonly #elsewhere = new Map<string, Map<string, number>>();
  #count = 0;

  /** Of the apartments running here. */
  get count(): number {
    return this.#count;
  }

  /** On all nodes. */
  countOf(guestId: string, nowMs: number): number {
    return (this.#byGuest.get(guestId)?.size ?? 0) + this.#countElsewhere(guestId, nowMs);
  }

  /** Apartments running here on which a guest has an open hold. */
  apartmentsOf(guestId: string): Set<string> {
    return new Set(this.#byGuest.get(guestId)?.values());
  }

  add(guestId: string, holdId: string, apartmentId: string): void {
    this.#forget(guestId, holdId);
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

  /** The hold goes on at another node. */
  moved({ guestId, id, expiresAtMs }: HoldClaim): void {
    this.remove(guestId, id);
    this.#believe(guestId, id, expiresAtMs);
  }

  /** Another node has told of a hold. @param untilMs when it ends, in epoch milliseconds; 0 where it has ended */
  heard({ guestId, id, untilMs }: ListedHold & { readonly untilMs: number }): void {
    if (untilMs > 0) this.#believe(guestId, id, untilMs);
    else this.#forget(guestId, id);
  }

  #believe(guestId: string, holdId: string, expiresAtMs: number): void {
    if (this.#byGuest.get(guestId)?.has(holdId) === true) return;
    let holds = this.#elsewhere.get(guestId);
    if (holds === undefined) {
      holds = new Map();
      this.#elsewhere.set(guestId, holds);
    }
    // A payment may keep it past its own deadline.
    holds.set(holdId, expiresAtMs + PAYMENT_DEADLINE_MS);
  }

  #forget(guestId: string, holdId: string): void {
    const holds = this.#elsewhere.get(guestId);
    if (holds?.delete(holdId) === true && holds.size === 0) this.#elsewhere.delete(guestId);
  }

  #countElsewhere(guestId: string, nowMs: number): number {
    const holds = this.#elsewhere.get(guestId);
    if (holds === undefined) return 0;
    for (const [id, untilMs] of holds) if (untilMs <= nowMs) holds.delete(id);
    if (holds.size === 0) this.#elsewhere.delete(guestId);
    return holds.size;
  }

  /** Of guests who have not come back since; to be called now and then. */
  forgetEnded(nowMs: number): void {
    for (const guestId of [...this.#elsewhere.keys()]) this.#countElsewhere(guestId, nowMs);
  }
}
