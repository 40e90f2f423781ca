/**
 * Where each guest's open holds are: of the apartments running here exactly, for the limit on them and for `mine`; of
 * other nodes' as far as has been heard, for the limit. What is only heard of is believed until it would have ended.
 */
import type { CommittedChange } from '../protocol/committed-change.ts';
import { PAYMENT_DEADLINE_MS } from '../protocol/limits.ts';
import type { Subject } from '../protocol/resources.ts';
import type { HoldClaim } from './calendar/calendar.ts';
import type { OriginStanding } from './calendar/circumstances.ts';
import type { JournalEntry } from './facts.ts';
import type { Origins } from './origins.ts';

export interface ListedHold {
  readonly guestId: string;
  readonly id: string;
  /** Half-open, in night numbers. */
  readonly from: number;
  readonly to: number;
}

/** A hold as nodes tell each other of it. */
export interface ToldHold {
  readonly guestId: string;
  readonly id: string;
  readonly apartmentId: string;
  readonly nights: number;
  /** When it ends, in epoch milliseconds. */
  readonly untilMs: number;
}

interface Belief {
  readonly apartmentId: string;
  readonly nights: number;
  /** In epoch milliseconds. */
  readonly untilMs: number;
}

/** What was believed when all nodes were asked what is open with them, and what has been heard to end since. */
export interface Census {
  readonly before: ReadonlySet<string>;
  readonly ended: Set<string>;
}

export class OpenHolds {
  readonly #byGuest = new Map<string, Map<string, string>>();
  /** Ended by facts that are not on disk yet: they do not count, and `mine` must still look there. */
  readonly #ending = new Map<string, Map<string, string>>();
  /** Of other nodes, by guest and hold. */
  readonly #elsewhere = new Map<string, Map<string, Belief>>();
  readonly #censuses = new Set<Census>();
  readonly #origins: Origins | undefined;
  #count = 0;

  /** @param origins what is counted for the guests of one address together; undefined where that is not bounded */
  constructor(origins?: Origins) {
    this.#origins = origins;
  }

  /** Of the apartments running here. */
  get count(): number {
    return this.#count;
  }

  /** On all nodes. */
  countOf(guestId: string, nowMs: number): number {
    return (this.#byGuest.get(guestId)?.size ?? 0) + this.#countElsewhere(guestId, nowMs);
  }

  /** Of the guests of this one's address together; undefined where that is not bounded. */
  ofOrigin(subject: Subject, nowMs: number): OriginStanding | undefined {
    return this.#origins?.standingOf(subject, nowMs);
  }

  /** Apartments running here on which a guest has an open hold, or had one until a moment ago. */
  apartmentsOf(guestId: string): Set<string> {
    const apartmentIds = new Set(this.#byGuest.get(guestId)?.values());
    for (const id of this.#ending.get(guestId)?.values() ?? []) apartmentIds.add(id);
    return apartmentIds;
  }

  add({ guestId, id, from, to }: ListedHold, apartmentId: string): void {
    this.#forget(guestId, id);
    take(this.#ending, guestId, id);
    if (put(this.#byGuest, guestId, id, apartmentId)) this.#count += 1;
    this.#origins?.opened(guestId, id, to - from);
  }

  remove(guestId: string, holdId: string): void {
    take(this.#ending, guestId, holdId);
    if (take(this.#byGuest, guestId, holdId) === undefined) return;
    this.#count -= 1;
    this.#origins?.ended(guestId, holdId);
  }

  /** A fact that ended a hold, or made it another guest's, is on disk. */
  ended({ guestId, hold, replaced, adopted }: CommittedChange): void {
    for (const { id } of adopted?.holds ?? []) take(this.#ending, adopted!.guestId, id);
    if (guestId === undefined || hold === undefined || this.#ending.size === 0) return;
    take(this.#ending, guestId, hold.id);
    for (const { id } of replaced ?? []) take(this.#ending, guestId, id);
  }

  /** Follows a fact as soon as it is decided. @param guestId whose hold it is about */
  follow(entry: JournalEntry, guestId: string | undefined): void {
    if (guestId === undefined) return;
    const { fact } = entry;
    switch (fact.kind) {
      case 'held':
        for (const replaced of fact.replaces ?? []) this.#end(guestId, replaced);
        this.add({ guestId, id: fact.hold, from: fact.from, to: fact.to }, entry.apartmentId);
        return;
      case 'released':
        return this.#end(guestId, fact.hold);
      case 'expired':
        this.#origins?.lapsed(guestId, entry.atMs);
        return this.#end(guestId, fact.hold);
      case 'confirmed':
        this.#origins?.booked(guestId);
        this.#end(guestId, fact.hold);
    }
  }

  /** Holds of an apartment running here are another guest's as soon as that is decided. @param guestId whose they were */
  adopted(guestId: string, holds: readonly ListedHold[], apartmentId: string): void {
    for (const hold of holds) {
      this.#end(guestId, hold.id);
      this.add(hold, apartmentId);
    }
  }

  #end(guestId: string, holdId: string): void {
    const apartmentId = take(this.#byGuest, guestId, holdId);
    if (apartmentId === undefined) return;
    this.#count -= 1;
    this.#origins?.ended(guestId, holdId);
    put(this.#ending, guestId, holdId, apartmentId);
  }

  /** The hold goes on at another node. */
  moved({ guestId, id, expiresAtMs, from, to }: HoldClaim, apartmentId: string): void {
    this.remove(guestId, id);
    this.#believe({ guestId, id, apartmentId, nights: to - from, untilMs: expiresAtMs });
  }

  /** Another node has told of a hold; `untilMs` 0 where it has ended. */
  heard(hold: ToldHold): void {
    if (hold.untilMs > 0) return this.#believe(hold);
    const { guestId, id } = hold;
    this.#forget(guestId, id);
    for (const { ended } of this.#censuses) ended.add(id);
  }

  /** What has been heard of other nodes' holds, for a node that has heard nothing yet. */
  *believed(): Generator<ToldHold> {
    for (const [guestId, holds] of this.#elsewhere) {
      for (const [id, { apartmentId, nights, untilMs }] of holds) {
        yield { guestId, id, apartmentId, nights, untilMs: untilMs - PAYMENT_DEADLINE_MS };
      }
    }
  }

  /** All nodes are about to be asked what is open with them. It ends with `over`, whatever they answer. */
  census(): Census {
    const before = new Set([...this.#elsewhere.values()].flatMap((holds) => [...holds.keys()]));
    const census = { before, ended: new Set<string>() };
    this.#censuses.add(census);
    return census;
  }

  /**
   * An answer to a census.
   * @param open all that is open in the apartments that it covers
   */
  counted(census: Census, covers: (apartmentId: string) => boolean, open: readonly ToldHold[]): void {
    const isOpen = new Set(open.map(({ id }) => id));
    for (const [guestId, holds] of [...this.#elsewhere]) {
      for (const [id, { apartmentId }] of [...holds])
        if (census.before.has(id) && !isOpen.has(id) && covers(apartmentId)) this.#forget(guestId, id);
    }
    for (const hold of open) if (!census.ended.has(hold.id)) this.#believe(hold);
  }

  over(census: Census): void {
    this.#censuses.delete(census);
  }

  #believe({ guestId, id, apartmentId, nights, untilMs }: ToldHold): void {
    if (this.#byGuest.get(guestId)?.has(id) === true) return;
    let holds = this.#elsewhere.get(guestId);
    if (holds === undefined) {
      holds = new Map();
      this.#elsewhere.set(guestId, holds);
    }
    // A payment may keep it past its own deadline.
    const believedUntilMs = untilMs + PAYMENT_DEADLINE_MS;
    holds.set(id, { apartmentId, nights, untilMs: believedUntilMs });
    this.#origins?.opened(guestId, id, nights, believedUntilMs);
  }

  #forget(guestId: string, holdId: string): void {
    const holds = this.#elsewhere.get(guestId);
    if (holds?.delete(holdId) !== true) return;
    if (holds.size === 0) this.#elsewhere.delete(guestId);
    this.#origins?.ended(guestId, holdId);
  }

  #countElsewhere(guestId: string, nowMs: number): number {
    const holds = this.#elsewhere.get(guestId);
    if (holds === undefined) return 0;
    for (const [id, { untilMs }] of holds) if (untilMs <= nowMs) this.#forget(guestId, id);
    return holds.size;
  }

  /** Of guests who have not come back since, where nobody told that it ended; to be called now and then. */
  forgetEnded(nowMs: number): void {
    for (const guestId of [...this.#elsewhere.keys()]) this.#countElsewhere(guestId, nowMs);
  }
}

type Holds = Map<string, Map<string, string>>;

/** @returns whether it is new */
function put(holds: Holds, guestId: string, holdId: string, apartmentId: string): boolean {
  let own = holds.get(guestId);
  if (own === undefined) {
    own = new Map();
    holds.set(guestId, own);
  }
  const isNew = !own.has(holdId);
  own.set(holdId, apartmentId);
  return isNew;
}

/** @returns where it was; undefined where it is not listed */
function take(holds: Holds, guestId: string, holdId: string): string | undefined {
  const own = holds.get(guestId);
  const apartmentId = own?.get(holdId);
  if (own === undefined || apartmentId === undefined) return undefined;
  own.delete(holdId);
  if (own.size === 0) holds.delete(guestId);
  return apartmentId;
}
