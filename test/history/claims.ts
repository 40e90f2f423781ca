/**
 * The checker's own small model: what the facts of one apartment say about its nights, at every version. A claim
 * has a life [bornVersion, endVersion); each night has its claims in order, so that any question about any version
 * is a binary search. Shares no code with `src/actors/calendar`, which it is there to check.
 */
import type { SettledAs } from '../../src/actors/facts.ts';
import type { Price } from '../../src/protocol/price.ts';
import type { RecordedEntry } from './history.ts';

export const NEVER = Number.POSITIVE_INFINITY;

export interface Claim {
  readonly kind: 'hold' | 'booking' | 'block';
  readonly id: string;
  /** Whose, in the end; empty for a block. */
  guestId: string;
  /** Whose it was before it was taken along, and until which version. */
  before?: { readonly guestId: string; readonly untilVersion: number };
  readonly from: number;
  readonly to: number;
  readonly bornVersion: number;
  endVersion: number;
  /** Of a hold. */
  readonly hold?: HoldLife;
  /** Of a booking. */
  readonly booking?: BookingLife;
}

export interface HoldLife {
  readonly guests: number;
  readonly price: Price;
  readonly bornAtMs: number;
  readonly firstHeldAtMs: number;
  /** In order of version, the first one at birth. */
  readonly steps: HoldStep[];
  /** Its attempts to confirm, in order. */
  readonly payments: Payment[];
  endedAtMs: number;
  endedBy: 'released' | 'expired' | 'confirmed' | 'replaced' | undefined;
  /** Of its `expired`; NEVER where there is none. Stays when a late payment makes it a booking after all. */
  expiredVersion: number;
}

/** How a hold is from a version on. */
export interface HoldStep {
  readonly version: number;
  readonly expiresAtMs: number;
  readonly extended: boolean;
  /** While it is being paid. */
  readonly payment: Payment | undefined;
  /** Open again since then, after a payment that was declined: it cannot have ended before. */
  readonly openAgainAtMs: number;
}

export interface BookingLife {
  readonly holdId: string;
  readonly guests: number;
  readonly price: Price;
  readonly key: string;
  readonly createdAtMs: number;
  /** Its `cancelled`; undefined while it stands. */
  cancelled: { readonly version: number; readonly atMs: number; readonly refundMinor: number } | undefined;
}

/** One attempt to confirm, by its key. */
export interface Payment {
  readonly key: string;
  readonly hold: Claim;
  readonly bookingId: string;
  readonly deadlineMs: number;
  readonly confirming: RecordedEntry;
  authorised: boolean;
  /** `owed`: the hold expired, or its booking was cancelled, and the provider may still hold money. */
  state: 'paying' | 'declined' | 'booked' | 'owed' | 'settled' | 'kept';
  declinedVersion: number;
  declinedFor: 'declined' | 'action_required' | undefined;
  settledAs: SettledAs | undefined;
}

/** Whose a claim is at a version. */
export function ownerAt({ guestId, before }: Claim, version: number): string {
  return before !== undefined && version < before.untilVersion ? before.guestId : guestId;
}

export function stepAt(hold: HoldLife, version: number): HoldStep {
  const { steps } = hold;
  let i = steps.length - 1;
  while (i > 0 && steps[i]!.version > version) i -= 1;
  return steps[i]!;
}

/** When a hold lapses, as it is from a step on. */
export function deadlineOf({ payment, expiresAtMs }: HoldStep): number {
  return payment === undefined ? expiresAtMs : payment.deadlineMs;
}

/** Each night's claims in order of birth. */
export class Nights {
  readonly #byNight = new Map<number, Claim[]>();
  /** Nights that ever had a claim lie in [first, last]. */
  first = NEVER;
  last = -NEVER;

  /** @returns a claim that has one of these nights already */
  add(claim: Claim): Claim | undefined {
    let other: Claim | undefined;
    for (let night = claim.from; night < claim.to; night++) {
      const claims = this.#byNight.get(night);
      if (claims === undefined) {
        this.#byNight.set(night, [claim]);
        continue;
      }
      const before = claims.at(-1)!;
      if (before.endVersion > claim.bornVersion) other ??= before;
      claims.push(claim);
    }
    if (claim.from < claim.to) {
      this.first = Math.min(this.first, claim.from);
      this.last = Math.max(this.last, claim.to - 1);
    }
    return other;
  }

  /** Whose a night is at a version. */
  at(night: number, version: number): Claim | undefined {
    const claims = this.#byNight.get(night);
    if (claims === undefined) return undefined;
    const i = lastBornBy(claims, version);
    return i >= 0 && claims[i]!.endVersion > version ? claims[i] : undefined;
  }

  /** Claims of a night whose life meets versions [from, to]. */
  during(night: number, from: number, to: number): Claim[] {
    const claims = this.#byNight.get(night);
    if (claims === undefined) return [];
    const found: Claim[] = [];
    for (let i = lastBornBy(claims, to); i >= 0 && claims[i]!.endVersion > from; i--) found.push(claims[i]!);
    return found;
  }
}

/** Index of the last claim born at or before a version; -1 where there is none. */
function lastBornBy(claims: readonly Claim[], version: number): number {
  let low = 0;
  let high = claims.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (claims[middle]!.bornVersion <= version) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
