/** Fills an empty catalogue with the demo's apartments, and places its stays through the same commands as any guest. */
import { randomUUID } from 'node:crypto';
import type { App } from '../app/app.ts';
import { anyListing } from '../persistence/statements/listings.ts';
import type { ApartmentAnswer, ApartmentCommand } from '../protocol/apartment-command.ts';
import type { Outcome } from '../protocol/errors.ts';
import { localNight } from '../protocol/local-day.ts';
import type { Booking, GuestContact, Subject } from '../protocol/resources.ts';
import {
  DEMO_HOST,
  type DemoStay,
  demoStays,
  seedDemo as writeDemo,
} from '../services/listings/demo/index.ts';

type Parts = Pick<App, 'storage' | 'listings' | 'apartments' | 'nowMs'>;

export async function seedDemo({ storage, listings, apartments, nowMs }: Parts): Promise<void> {
  if (await anyListing(storage.pool)) return;
  const today = localNight('UTC', nowMs());
  await writeDemo(storage.pool, today);
  await listings.poll();
  await Promise.all(demoStays(today).map(place));

  async function place(stay: DemoStay, nth: number): Promise<void> {
    const { apartmentId, from, to } = stay;
    const address = { apartmentId, requestId: randomUUID() };
    if (stay.kind === 'block') {
      const host: Subject = { id: DEMO_HOST.id, kind: 'host' };
      await answered(host, { ...address, kind: 'block', range: { from, to }, reason: stay.reason });
      return;
    }
    const guest: Subject = { id: `demo-guest-${nth}`, kind: 'guest' };
    const placed = await answered(guest, {
      ...address,
      kind: 'hold',
      stay: { from, to },
      guests: stay.guests,
    });
    if (!('hold' in placed)) throw new Error('a hold was answered with something else');
    const holdId = placed.hold.id;
    const requestId = randomUUID();
    await answered(guest, {
      apartmentId,
      requestId,
      kind: 'confirm',
      holdId,
      contact: stay.guest,
      method: 'sandbox_ok',
    });
  }

  async function answered(
    subject: Subject,
    command: ApartmentCommand<GuestContact>,
  ): Promise<ApartmentAnswer<Booking>> {
    const { promise, resolve } = Promise.withResolvers<Outcome<ApartmentAnswer<Booking>>>();
    await apartments.ask(subject, command, resolve);
    const outcome = await promise;
    if (outcome.ok) return outcome.data;
    throw new Error(`the demo could not be placed: ${outcome.error.message}`);
  }
}
