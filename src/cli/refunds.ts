/** Refunds that the payment provider has refused for good (B7): the operator gives that money back, and says so here. */
import type { Pool } from 'pg';
import { storageOf } from '../app/storage.ts';
import type { Config } from '../config.ts';
import { openStorage } from '../persistence/index.ts';
import { endRefusedRefund, refusedRefunds } from '../persistence/statements/refused-refunds.ts';
import { instant } from '../protocol/instant.ts';
import { totalMinor } from '../protocol/price.ts';

export async function listRefusedRefunds(config: Config): Promise<void> {
  const refused = await withPool(config, refusedRefunds);
  for (const { bookingId, apartmentId, paymentKey, contact, price, refundMinor, atMs } of refused) {
    const amount = `${refundMinor ?? totalMinor(price)} ${price.currency} in minor units`;
    console.log(
      `${bookingId}: ${amount} to ${contact.name} <${contact.email}>, payment ${paymentKey}, apartment ${apartmentId}, refused at ${instant(atMs)}`,
    );
  }
  console.log(
    refused.length === 0
      ? 'no refund has been refused'
      : `${refused.length} refused: give each back by other means, then run \`nightlatch refunds done <booking>\``,
  );
}

export async function refundDone(config: Config, bookingId: string): Promise<void> {
  if (await withPool(config, (pool) => endRefusedRefund(pool, bookingId)))
    return console.log(`${bookingId} is done`);
  throw new Error(`no refund of ${bookingId} is refused; \`nightlatch refunds\` lists those that are`);
}

async function withPool<T>(config: Config, use: (pool: Pool) => Promise<T>): Promise<T> {
  const storage = await openStorage(storageOf(config));
  try {
    return await use(storage.pool);
  } finally {
    await storage.close();
  }
}
