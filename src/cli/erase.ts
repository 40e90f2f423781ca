/** Erases who has asked for it: the person goes, nights and amounts stay. */
import type { Config } from '../config.ts';
import { dropUnreadableGuestKeys } from '../persistence/statements/guest-keys.ts';
import { eraseContacts, guestsOf } from '../services/contacts/erasure.ts';
import { withContacts } from './contacts.ts';

/** @param who a guest's id, or an e-mail address: then everybody whose bookings are all under it */
export async function eraseGuest(
  config: Config,
  who: string,
  { force = false }: { force?: boolean },
): Promise<void> {
  await withContacts(config, async ({ pool, contacts }) => {
    const { own, mixed } = who.includes('@')
      ? await guestsOf(pool, contacts, who)
      : { own: [who], mixed: [] };
    for (const guestId of own) {
      const erased = await eraseContacts(pool, guestId, { nowMs: Date.now(), force });
      if (!erased.isKnown)
        throw new Error(
          `there is no guest ${guestId}; give an id such as acc_… of 'GET /v1/bookings', or an e-mail address`,
        );
      console.log(`${guestId}: ${told(erased)}`);
    }
    for (const guestId of mixed)
      console.log(
        `${guestId}: left as they are, as they have booked under other addresses too; erase them by their id`,
      );
    if (own.length + mixed.length === 0) console.log(`nobody is known under ${who}`);
  });
}

/** Gives up contacts whose keys cannot be opened any more, as the key over them is lost. */
export async function eraseUnreadable(config: Config): Promise<void> {
  await withContacts(config, async ({ pool, ring }) => {
    const guests = await dropUnreadableGuestKeys(pool, ring.ids);
    console.log(
      `given up: the contacts of ${guests} guest${guests === 1 ? '' : 's'}, which no key here opens`,
    );
  });
}

function told({
  keys,
  inClear,
  accounts,
  sessions,
  bookings,
  kept,
}: Awaited<ReturnType<typeof eraseContacts>>): string {
  const done = [
    keys + inClear > 0 && `the contact is erased (bookings: ${bookings}), nights and amounts stay`,
    accounts > 0 && 'the account has no name, address or password any more',
    sessions > 0 && `${sessions} session${sessions === 1 ? ' is' : 's are'} ended`,
  ].filter((each) => each !== false);
  if (kept !== null) done.push(`the account of a ${kept} is left as it is`);
  return done.length > 0 ? done.join('; ') : 'nothing is left to erase';
}
