/**
 * What is kept of contacts is brought to what a server would write now, in short steps, one of each kind a poll: contacts in
 * clear, which programs of before have written, are sealed; keys that a former key of the ring has wrapped are wrapped by the
 * newest. Servers that do the same at once do no harm.
 */
import type { Pool } from 'pg';
import {
  type ContactRow,
  type ContactTable,
  contactsInClear,
  replaceContacts,
} from '../../persistence/statements/contacts.ts';
import { guestKeysWrappedBy, rewrapGuestKeys } from '../../persistence/statements/guest-keys.ts';
import type { Feature } from '../../protocol/feature-levels.ts';
import { isSealed } from '../../protocol/kept-contact.ts';
import type { KeyRing } from '../accounts/key-ring.ts';
import type { GuestKeys } from './guest-keys.ts';
import { CONTACTS_PER_POLL } from './limits.ts';
import { rewrap, sealContact } from './seal.ts';

export interface KeepingParts {
  readonly pool: Pool;
  readonly ring: KeyRing;
  readonly keys: GuestKeys;
  readonly mayWrite: (feature: Feature) => boolean;
}

export class ContactsKeeping {
  readonly #parts: KeepingParts;

  constructor(parts: KeepingParts) {
    this.#parts = parts;
  }

  async poll(): Promise<void> {
    await this.#rewrap();
    if (!this.#parts.mayWrite('sealed contacts')) return;
    await this.#seal('pending_bookings');
    await this.#seal('bookings');
  }

  async #rewrap(): Promise<void> {
    const { pool, ring } = this.#parts;
    const { followed } = ring;
    if (followed.length === 0) return;
    const old = await guestKeysWrappedBy(pool, followed, CONTACTS_PER_POLL);
    if (old.length === 0) return;
    const to = ring.wrapping('guest keys');
    const anew = old.flatMap((key) => {
      const from = ring.opening('guest keys', key.wrappedBy);
      const wrapped = from && rewrap(from, to, key);
      return wrapped === undefined ? [] : [{ ...key, wrappedBy: to.id, wrapped }];
    });
    await rewrapGuestKeys(pool, anew);
  }

  async #seal(table: ContactTable): Promise<void> {
    const { pool } = this.#parts;
    const rows = await contactsInClear(pool, table, CONTACTS_PER_POLL);
    const changes = (await Promise.all(rows.map((row) => this.#sealed(row)))).flat();
    if (changes.length > 0) await replaceContacts(pool, table, changes);
  }

  /** Nothing where there is no key to seal it under, which `contacts.unreadable` tells of where it is shown. */
  async #sealed({ id, contact: was, ...of }: ContactRow) {
    const key = await this.#parts.keys.findOrMake(of.guestId);
    if (isSealed(was) || typeof key !== 'object') return [];
    return [{ id, was, contact: { sealed: sealContact(key, of, was) } }];
  }
}
