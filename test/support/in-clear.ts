/** What stands for opening a contact, where nothing is sealed. */
import { isSealed, type KeptBooking } from '../../src/protocol/kept-contact.ts';
import type { Booking } from '../../src/protocol/resources.ts';
import type { Contacts } from '../../src/services/contacts/index.ts';

export function inClear({ guest, ...booking }: KeptBooking): Booking {
  if (isSealed(guest)) throw new Error(`the contact of booking ${booking.id} is sealed`);
  return { ...booking, guest };
}

export const NOTHING_SEALED: Contacts = {
  seal: async (_of, contact) => contact,
  sealNow: (_of, contact) => contact,
  open: async (kept) =>
    kept.map(({ guest }) => {
      if (isSealed(guest)) throw new Error(`the contact of guest ${guest.guestId} is sealed`);
      return guest;
    }),
  openNow: ({ guest }) => (isSealed(guest) ? undefined : guest),
  close: () => {},
};
