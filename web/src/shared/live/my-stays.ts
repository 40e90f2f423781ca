/**
 * The user's holds and bookings, wherever they were made: asked for after each connection and change of user, where
 * events may have been lost,
 * and followed by the server's `hold` and `booking` events. They belong to the guest, not to the page.
 */
import { useSyncExternalStore } from 'react';
import type { Booking, Hold } from '../../../../src/client/index.ts';
import { client } from './client.ts';
import { StayStore } from './stay-store.ts';

export { isOpenHold } from './stay-store.ts';

export interface MyStays {
  /** The server has been asked at least once. */
  readonly loaded: boolean;
  readonly holds: readonly Hold[];
  readonly bookings: readonly Booking[];
}

const store = new StayStore();
const listeners = new Set<() => void>();
let view: MyStays = { loaded: false, holds: [], bookings: [] };

client.onHold(keepHold);
client.onBooking(keepBooking);
client.connection.subscribe((state) => {
  if (state === 'online') void load();
});
client.onMissed(() => void load());
client.sessions.subscribe((who) => {
  store.clear();
  publish();
  if (who !== undefined) void load();
});

async function load(): Promise<void> {
  const whose = client.sessions.who?.subject.id;
  const known = store.known();
  const outcome = await client.mine();
  if (!outcome.ok || client.sessions.who?.subject.id !== whose) return;
  store.listed(outcome.data, known);
  publish(true);
}

export function keepHold(hold: Hold): void {
  store.keepHold(hold);
  publish();
}

export function keepBooking(booking: Booking): void {
  store.keepBooking(booking);
  publish();
}

function publish(loaded = view.loaded): void {
  view = { loaded, holds: store.holds, bookings: store.bookings };
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useMyStays(): MyStays {
  return useSyncExternalStore(subscribe, () => view);
}
