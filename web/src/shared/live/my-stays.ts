/**
 * The user's holds and bookings, wherever they were made: asked for after each connection and change of user, where
 * events may have been lost,
 * and followed by the server's `hold` and `booking` events. They belong to the guest, not to the page.
 */
import { useSyncExternalStore } from 'react';
import type { Booking, Hold } from '../../../../src/client/index.ts';
import { client } from './client.ts';
import { persistent } from './persistent.ts';
import { type KnownHold, StayStore } from './stay-store.ts';

export { isOpenHold, type KnownHold } from './stay-store.ts';

export interface MyStays {
  /** The server has been asked at least once. */
  readonly loaded: boolean;
  readonly holds: readonly KnownHold[];
  readonly bookings: readonly Booking[];
}

const store = new StayStore();
const listeners = new Set<() => void>();
let view: MyStays = { loaded: false, holds: [], bookings: [] };

const load = persistent(async () => {
  const whose = client.sessions.who?.subject.id;
  const known = store.known();
  const outcome = await client.mine();
  if (client.sessions.who?.subject.id !== whose) return true;
  if (outcome.ok) {
    store.listed(outcome.data, known);
    publish(true);
  }
  // Without a connection the next one asks.
  return outcome.ok || client.connection.state !== 'online';
});

client.onHold(keepHold);
client.onBooking(keepBooking);
client.connection.subscribe((state) => {
  if (state === 'online') load();
});
client.onMissed(() => void load());
let whose = client.sessions.who?.subject.id;
client.sessions.subscribe((who) => {
  // Who has signed up is the same guest as before.
  if (who?.subject.id !== whose) {
    store.clear();
    publish();
  }
  whose = who?.subject.id;
  if (who !== undefined) load();
});

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
