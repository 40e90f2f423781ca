/**
 * A guest's contact as bookings keep it: sealed under a key of the guest's own (ADR 27), or in clear, as programs of before
 * kept it and servers do while one of those is there. Apartments carry it and never look into it.
 */
import type { Booking, GuestContact } from './resources.ts';

/** `1.<id of the guest's key>.<base64url>`; what is in it only `services/contacts/` can tell. */
export interface SealedContact {
  readonly sealed: string;
  /** Under whose key, where that is not the guest who has the booking: it was adopted since (G9). */
  readonly guestId?: string;
}

/** In place of a contact that was in clear: no key is called this. */
export const ERASED_IN_CLEAR: SealedContact = { sealed: '1.erased.' };

export type KeptContact = GuestContact | SealedContact;

/** With what it is bound to beside its apartment, as whoever opens it has to say: the guest is the one under whose key it is. */
export interface SealedGuest extends SealedContact {
  readonly guestId: string;
  readonly holdId: string;
}

/** As on the wire, but for its guest, whose contact is opened where it is shown. */
export type KeptBooking = Omit<Booking, 'guest'> & { guest: GuestContact | SealedGuest };

export function isSealed<T extends SealedContact>(kept: GuestContact | T): kept is T {
  return 'sealed' in kept;
}

export function keptGuest(contact: KeptContact, guestId: string, holdId: string): GuestContact | SealedGuest {
  if (isSealed(contact)) return { sealed: contact.sealed, guestId: contact.guestId ?? guestId, holdId };
  return { name: contact.name, email: contact.email };
}

/**
 * Whether a confirm says the same of its guest as the one that was kept. The same contact of the same hold is sealed the same
 * under the same key. What cannot be compared, in clear and sealed, or under a key that was erased since, is taken for the
 * same: whoever repeats a confirm is to get its answer (I3).
 */
export function isSameContact(one: KeptContact, other: KeptContact): boolean {
  if (isSealed(one) && isSealed(other)) return one.sealed === other.sealed || keyIdOf(one) !== keyIdOf(other);
  if (isSealed(one) || isSealed(other)) return true;
  return one.name === other.name && one.email === other.email;
}

/** Of the key under which it was sealed. */
export function keyIdOf({ sealed }: SealedContact): string | undefined {
  return sealed.split('.', 2)[1];
}
