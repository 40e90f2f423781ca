/** Refunds that the payment provider has refused for good (B7): the operator gives that money back, and says so here. */
import type { Config } from '../config.ts';
import { endRefusedRefund, refusedRefunds } from '../persistence/statements/refused-refunds.ts';
import { instant } from '../protocol/instant.ts';
import { keptGuest } from '../protocol/kept-contact.ts';
import { totalMinor } from '../protocol/price.ts';
import { withContacts } from './contacts.ts';

export async function listRefusedRefunds(config: Config): Promise<void> {
  const { refused, guests } = await withContacts(config, async ({ pool, contacts }) => {
    const refused = await refusedRefunds(pool);
    const kept = refused.map(({ apartmentId, contact, guestId, holdId }) => ({
      apartmentId,
      guest: keptGuest(contact, guestId, holdId),
    }));
    return { refused, guests: await contacts.open(kept) };
  });
  for (const [i, { bookingId, apartmentId, paymentKey, price, refundMinor, atMs }] of refused.entries()) {
    const { name, email } = guests[i]!;
    const amount = `${refundMinor ?? totalMinor(price)} ${price.currency} in minor units`;
    console.log(
      `${bookingId}: ${amount} to ${name} <${email}>, payment ${paymentKey}, apartment ${apartmentId}, refused at ${instant(atMs)}`,
    );
  }
  console.log(
    refused.length === 0
      ? 'no refund has been refused'
      : `${refused.length} refused: give each back by other means, then run \`nightlatch refunds done <booking>\``,
  );
}

export async function refundDone(config: Config, bookingId: string): Promise<void> {
  if (await withContacts(config, ({ pool }) => endRefusedRefund(pool, bookingId)))
    return console.log(`${bookingId} is done`);
  throw new Error(`no refund of ${bookingId} is refused; \`nightlatch refunds\` lists those that are`);
}
