/**
 * A guest's erasure: the key under which their contacts are sealed goes, and what is theirs in clear. Nights, amounts and
 * facts stay, as the law wants books kept; they name nobody any more.
 */
import type { Pool } from 'pg';
import { accountByEmail } from '../../persistence/statements/accounts.ts';
import { contactsAfter } from '../../persistence/statements/contacts.ts';
import { type Erased, eraseGuest, openBusinessOf } from '../../persistence/statements/erasure.ts';
import { normalEmail } from '../../protocol/email.ts';
import { levelOf } from '../../protocol/feature-levels.ts';
import { ERASED_IN_CLEAR, keptGuest } from '../../protocol/kept-contact.ts';
import { LAST_ZONE, localNight } from '../../protocol/local-day.ts';
import { type Contacts, ERASED } from './index.ts';
import { CONTACTS_LOOKED_AT_ONCE } from './limits.ts';

/** Who is behind an e-mail address. */
export interface GuestsFound {
  /** All of whose bookings are under it; an account of that address, too. */
  readonly own: readonly string[];
  /** Who have booked under others as well. */
  readonly mixed: readonly string[];
}

/** Opens every contact that there is, as none can be looked for: some 20,000 in a second, in pages. */
export async function guestsOf(pool: Pool, contacts: Contacts, address: string): Promise<GuestsFound> {
  const email = normalEmail(address);
  const under = new Set<string>();
  const others = new Set<string>();
  for (let after = ''; ; ) {
    const rows = await contactsAfter(pool, after, CONTACTS_LOOKED_AT_ONCE);
    const opened = await contacts.open(
      rows.map(({ apartmentId, guestId, holdId, contact }) => ({
        apartmentId,
        guest: keptGuest(contact, guestId, holdId),
      })),
    );
    rows.forEach(({ guestId }, i) => {
      const found = normalEmail(opened[i]!.email);
      if (found !== ERASED.email) (found === email ? under : others).add(guestId);
    });
    if (rows.length < CONTACTS_LOOKED_AT_ONCE) break;
    after = rows.at(-1)!.id;
  }
  const account = await accountByEmail(pool, email);
  if (account !== undefined) {
    under.add(account.id);
    // Whom an account books for, under whatever address, is its own guest.
    others.delete(account.id);
  }
  return { own: [...under.difference(others)], mixed: [...under.intersection(others)] };
}

/**
 * Erased again it finds nothing left to do.
 * @throws Error whose message is for a person, where the guest is needed still and that is not overridden
 */
export async function eraseContacts(
  pool: Pool,
  guestId: string,
  { nowMs, force }: { nowMs: number; force: boolean },
): Promise<Erased> {
  const { upcoming, underWay, refunds } = await openBusinessOf(pool, guestId, localNight(LAST_ZONE, nowMs));
  if (upcoming + underWay + refunds > 0 && !force) {
    const open = [
      upcoming > 0 && `${upcoming} stay${upcoming === 1 ? '' : 's'} to come`,
      underWay > 0 && `${underWay} payment${underWay === 1 ? '' : 's'} under way`,
      refunds > 0 && `${refunds} refund${refunds === 1 ? '' : 's'} owed`,
    ].filter((each) => each !== false);
    throw new Error(
      `guest ${guestId} has ${open.join(', ')}, for which host or operator need the contact; cancel or wait, or say --force`,
    );
  }
  const fromLevel = levelOf('sealed contacts');
  return eraseGuest(pool, guestId, { sealed: ERASED_IN_CLEAR, clear: ERASED, fromLevel });
}
