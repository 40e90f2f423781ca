/** What stands at one version, as the judge's own fold has it. No more is kept of an apartment than stands or is owed. */
import type { Price } from './facts.ts';

/** [from, to) in nights since 1970-01-01. */
export interface Nights {
  readonly from: number;
  readonly to: number;
}

export interface Hold extends Nights {
  readonly id: string;
  guestId: string;
  readonly guests: number;
  readonly price: Price;
  readonly firstHeldAtMs: number;
  expiresAtMs: number;
  /** Its guest has used their extension. */
  isExtended: boolean;
  /** An admin has lengthened it. */
  isGranted: boolean;
  attempts: number;
  payment: Payment | undefined;
}

/** One attempt to pay, from `confirming` until nothing is owed of it. */
export interface Payment {
  readonly key: string;
  readonly booking: Booking;
  readonly method: string;
  readonly deadlineMs: number;
  isAuthorised: boolean;
}

/** As its row must be, from the attempt to pay for it until nothing can change it any more. */
export interface Booking extends Nights {
  readonly id: string;
  guestId: string;
  readonly guests: number;
  readonly holdId: string;
  readonly price: Price;
  readonly paymentKey: string;
  /** `gone`: no booking came of it, and nothing is owed. */
  status: 'pending' | 'confirmed' | 'cancelled' | 'gone';
  refundMinor: number | null;
  refundOwed: boolean;
  /** Of its last change. */
  version: number;
  confirmedVersion: number;
  /** The provider has refused its refund for good: its row stays as it is until the operator ends it. */
  isRefundRefused?: true;
  /** Its row has been seen, and says that it is as of this version. */
  hasRow: boolean;
}

export interface Block extends Nights {
  readonly id: string;
  readonly reason: string | undefined;
  /** Of its first fact, and when that was. */
  readonly version: number;
  readonly sinceMs: number;
}

/** What the provider may still hold of a guest's money: of a hold that expired unpaid, or of a booking that was cancelled. */
export interface Debt {
  readonly key: string;
  readonly booking: Booking;
  readonly amountMinor: number;
  /** As it expired. */
  readonly hold: Hold | undefined;
}

/** Until when a hold stands: one that is being paid until its payment's deadline (H6). */
export function deadlineOf({ payment, expiresAtMs }: Hold): number {
  return payment?.deadlineMs ?? expiresAtMs;
}

export function totalOf({ lines }: Price): number {
  return lines.reduce((total, [, , amountMinor]) => total + amountMinor, 0);
}

export function isSamePrice(a: Price, b: Price): boolean {
  return JSON.stringify([a.currency, a.lines]) === JSON.stringify([b.currency, b.lines]);
}

/** Whose each night is. By night, where the program sorts ranges: the two agree for no common reason. */
export class NightOwners {
  readonly #owners = new Map<number, string>();

  /** @returns who has one of these nights already, and which night */
  take({ from, to }: Nights, owner: string): { readonly night: number; readonly other: string } | undefined {
    let taken: { readonly night: number; readonly other: string } | undefined;
    for (let night = from; night < to; night++) {
      const other = this.#owners.get(night);
      if (other !== undefined) taken ??= { night, other };
      this.#owners.set(night, owner);
    }
    return taken;
  }

  free({ from, to }: Nights, owner: string): void {
    for (let night = from; night < to; night++) {
      if (this.#owners.get(night) === owner) this.#owners.delete(night);
    }
  }
}
