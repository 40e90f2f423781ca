/**
 * Guests' contacts between the door and the disk (ADR 27): sealed before an apartment is asked, opened where somebody is
 * shown them. A contact whose key was erased is shown as that, and keeps nothing else from being shown.
 */
import { LRUCache } from 'lru-cache';
import type { Pool } from 'pg';
import type { Feature } from '../../protocol/feature-levels.ts';
import { isSealed, type KeptBooking, type KeptContact, keyIdOf } from '../../protocol/kept-contact.ts';
import type { Booking, GuestContact } from '../../protocol/resources.ts';
import type { KeyRing } from '../accounts/key-ring.ts';
import { type FoundKey, GuestKeys } from './guest-keys.ts';
import { ContactsKeeping } from './keeping.ts';
import { CONTACTS_POLL_MS, GUEST_KEY_KNOWN_MS, SEALED_LATELY_MAX } from './limits.ts';
import { type Belonging, type GuestKey, openContact, sealContact } from './seal.ts';

/** What a booking says of its guest, as it is kept: a `KeptBooking` is one. */
export type KeptFor = Pick<KeptBooking, 'apartmentId' | 'guest'>;

export interface Contacts {
  /** As a confirm is to carry it. @throws where the database cannot be asked */
  seal(of: Belonging, contact: GuestContact): Promise<KeptContact>;
  /** The same; undefined where the database has to be asked. */
  sealNow(of: Belonging, contact: GuestContact): KeptContact | undefined;
  /** In the same order. @throws where the database cannot be asked */
  open(kept: readonly KeptFor[]): Promise<GuestContact[]>;
  /** Undefined where the database has to be asked. */
  openNow(kept: KeptFor): GuestContact | undefined;
  close(): void;
}

export interface ContactsOptions {
  readonly pool: Pool;
  readonly ring: KeyRing;
  readonly mayWrite: (feature: Feature) => boolean;
  readonly onFault: (event: string, details: Record<string, unknown>) => void;
}

/** No address: mail to it goes nowhere (RFC 6761). */
export const ERASED: GuestContact = { name: 'contact erased', email: 'erased@contact.invalid' };
const UNREADABLE: GuestContact = { name: 'contact unreadable', email: 'unreadable@contact.invalid' };

export function createContacts({ pool, ring, mayWrite, onFault }: ContactsOptions): Contacts {
  const keys = new GuestKeys(pool, ring);
  const keeping = new ContactsKeeping({ pool, ring, keys, mayWrite });
  /** What was sealed here a moment ago, by itself: the news of a confirm follow it closely, and need not be decrypted. */
  const sealedLately = new LRUCache<string, { readonly of: Belonging; readonly contact: GuestContact }>({
    max: SEALED_LATELY_MAX,
    ttl: GUEST_KEY_KNOWN_MS,
  });
  let isPolling = false;
  const timer = setInterval(() => {
    if (isPolling) return;
    isPolling = true;
    keeping
      .poll()
      .catch((cause: unknown) => onFault('contacts.fault', { cause }))
      .finally(() => {
        isPolling = false;
      });
  }, CONTACTS_POLL_MS);
  timer.unref();

  /** @returns undefined where it cannot be read */
  function opened({ apartmentId, guest }: KeptFor, key: FoundKey): GuestContact | undefined {
    if (!isSealed(guest)) return guest;
    const { sealed, guestId, holdId } = guest;
    if (key === 'unreadable') return undefined;
    // Another key than the one it was sealed under: that one was erased before this one was made.
    if (key === 'erased' || keyIdOf(guest) !== key.id) return ERASED;
    const { of, contact } = sealedLately.get(sealed) ?? {};
    if (of?.guestId === guestId && of.apartmentId === apartmentId && of.holdId === holdId) return contact;
    return openContact(key, { guestId, apartmentId, holdId }, sealed);
  }

  function sealedUnder(key: GuestKey, of: Belonging, contact: GuestContact): KeptContact {
    const sealed = sealContact(key, of, contact);
    sealedLately.set(sealed, { of, contact });
    return { sealed };
  }

  return {
    async seal(of, contact) {
      if (!mayWrite('sealed contacts')) return contact;
      const key = await keys.findOrMake(of.guestId);
      if (typeof key === 'object') return sealedUnder(key, of, contact);
      throw new Error(`the key of guest ${of.guestId} is ${key}, so that their contact cannot be sealed`);
    },
    sealNow(of, contact) {
      if (!mayWrite('sealed contacts')) return contact;
      const key = keys.known(of.guestId);
      return key && sealedUnder(key, of, contact);
    },
    async open(kept) {
      const found = await Promise.all(
        kept.map(async (one) =>
          isSealed(one.guest) ? opened(one, await keys.find(one.guest.guestId)) : one.guest,
        ),
      );
      const [first, ...others] = kept.filter((_, i) => found[i] === undefined);
      if (first !== undefined && isSealed(first.guest)) {
        const { guestId, holdId } = first.guest;
        onFault('contacts.unreadable', {
          apartmentId: first.apartmentId,
          guestId,
          holdId,
          others: others.length,
        });
      }
      return found.map((contact) => contact ?? UNREADABLE);
    },
    openNow(kept) {
      if (!isSealed(kept.guest)) return kept.guest;
      const key = keys.known(kept.guest.guestId);
      return key && opened(kept, key);
    },
    close: () => clearInterval(timer),
  };
}

/** As the wire has them. */
export async function shownBookings(contacts: Contacts, kept: readonly KeptBooking[]): Promise<Booking[]> {
  const guests = await contacts.open(kept);
  return kept.map((booking, i) => ({ ...booking, guest: guests[i]! }));
}
