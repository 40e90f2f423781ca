/**
 * Facts: what happened, with every decision already taken. Replaying one cannot be refused and needs no clock.
 * Written to the journal as JSON and readable for ever: a new shape gets a new `v` (absent = 1) and a reader
 * for the old one; test/golden holds an example of every shape ever written. No guest contact data in here.
 */
import type { KeptContact } from '../protocol/kept-contact.ts';
import type { Price } from '../protocol/price.ts';
import type { CancellationPolicy } from '../protocol/resources.ts';

export type Fact =
  /** `replaces`: the same guest's holds that end, atomically, as this one begins. */
  | {
      readonly kind: 'held';
      readonly hold: string;
      readonly from: number;
      readonly to: number;
      readonly guests: number;
      /** Where the guest said how many of them are. */
      readonly adults?: number;
      readonly price: Price;
      readonly expiresAtMs: number;
      /** First hold of these nights by this guest, where it was an earlier one: the absolute cap counts from here. */
      readonly firstHeldAtMs?: number;
      readonly replaces?: readonly string[];
    }
  /** By its guest, whose one extension it is. */
  | { readonly kind: 'extended'; readonly v?: 1; readonly hold: string; readonly expiresAtMs: number }
  /** By an admin. `used`: whether its guest's own extension is used up, which this one leaves as it is. */
  | {
      readonly kind: 'extended';
      readonly v: 2;
      readonly hold: string;
      readonly expiresAtMs: number;
      readonly used: boolean;
    }
  /** Journalled before the provider is asked to authorise under `key`. */
  | {
      readonly kind: 'confirming';
      readonly hold: string;
      readonly booking: string;
      readonly key: string;
      readonly method: string;
      readonly deadlineMs: number;
    }
  /** Journalled before the provider is asked to capture. */
  | { readonly kind: 'authorised'; readonly hold: string; readonly key: string }
  /** The provider said no: the hold is open again, or ends with an `expired` of its own. */
  | {
      readonly kind: 'declined';
      readonly hold: string;
      readonly key: string;
      readonly reason: 'declined' | 'action_required';
    }
  /** Of an open hold, or of one that expired unpaid and was paid late while its nights were still free. */
  | { readonly kind: 'confirmed'; readonly hold: string; readonly booking: string; readonly key: string }
  /** By its guest or an admin. `expiresAtMs`: the deadline it had, where an extension had moved it. */
  | { readonly kind: 'released'; readonly hold: string; readonly expiresAtMs?: number }
  | { readonly kind: 'expired'; readonly hold: string }
  /**
   * What the provider may still hold under `key` has been given back, or was never taken; or the provider has `refused`
   * to give it back, for good: that is the operator's to do then (`nightlatch refunds`). Nothing more is owed here.
   */
  | { readonly kind: 'settled'; readonly key: string; readonly outcome: SettledAs }
  | {
      readonly kind: 'cancelled';
      readonly booking: string;
      readonly key: string;
      readonly refundMinor: number;
      readonly reason?: string;
    }
  | {
      readonly kind: 'blocked';
      readonly block: string;
      readonly from: number;
      readonly to: number;
      readonly reason?: string;
    }
  | { readonly kind: 'unblocked'; readonly block: string }
  /** All that is `guest`'s here is `account`'s from now on: holds and payments under way, bookings, what counts for caps (G9). */
  | { readonly kind: 'adopted'; readonly guest: string; readonly account: string }
  | { readonly kind: 'paused' }
  | { readonly kind: 'resumed' }
  | { readonly kind: 'retired' };

export type SettledAs = 'nothing_taken' | 'voided' | 'refunded' | 'refused';

export type FactKind = Fact['kind'];

/** Of the kinds that have been written in more than one shape: the newest that this program reads. */
const NEWEST: Readonly<Partial<Record<FactKind, number>>> = { extended: 2 };

/**
 * Whether this program understands a fact that says which shape it has. One that it does not is refused, never passed
 * over: nights sold under it would be sold again.
 */
export function isKnownShape({ kind, v }: Fact & { readonly v?: number }): boolean {
  return Number.isInteger(v) && v! >= 1 && v! <= (NEWEST[kind] ?? 1);
}

/** A fact in its place: `version` is the apartment's version once it has happened. */
export interface JournalEntry {
  readonly apartmentId: string;
  readonly version: number;
  readonly fact: Fact;
  /** Whose command caused it; null where time or the payment provider did. */
  readonly subjectId: string | null;
  readonly requestId: string | null;
  readonly atMs: number;
  /** Change to the bookings table that is committed in the same statement. */
  readonly booking?: BookingWrite | undefined;
  /** Follows from the entry before it (chain.ts): the journal sets it as it writes. Facts from before the chain have none. */
  hash?: number | undefined;
}

export type BookingWrite =
  /** With `confirming`: keeps the guest's contact, which facts do not carry. */
  | { readonly op: 'pending'; readonly booking: PendingBooking }
  | { readonly op: 'confirmed'; readonly id: string }
  /** Nothing is owed of this attempt any more and no booking came of it: the contact is deleted. */
  | { readonly op: 'abandoned'; readonly id: string }
  | { readonly op: 'cancelled'; readonly id: string; readonly refundMinor: number }
  /** With `settled` of a cancellation: the refund has been carried out. */
  | { readonly op: 'refunded'; readonly id: string }
  /** With `adopted`: every booking of the guest's on this apartment, those under way and those that have ended among them. */
  | { readonly op: 'adopted'; readonly guest: string; readonly account: string };

export interface PendingBooking {
  readonly id: string;
  readonly holdId: string;
  readonly from: number;
  readonly to: number;
  readonly guests: number;
  readonly guestId: string;
  readonly contact: KeptContact;
  readonly price: Price;
  /** In force at booking; the refund of a cancellation follows it. */
  readonly policy: CancellationPolicy;
  readonly paymentKey: string;
}

/** A row of the bookings table. */
export interface BookingRecord extends PendingBooking {
  readonly apartmentId: string;
  readonly status: 'pending' | 'confirmed' | 'cancelled';
  /** When it was confirmed; the instant of `confirming` while pending. */
  readonly createdAtMs: number;
  readonly cancelledAtMs: number | null;
  readonly refundMinor: number | null;
  /** The apartment's version at the booking's last change, and at its confirmation (0 while pending). */
  readonly version: number;
  readonly confirmedVersion: number;
}
