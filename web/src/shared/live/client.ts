/** The one client of the page, and what React needs to follow it. */
import { useEffect, useState, useSyncExternalStore } from 'react';
import type { ConnectionState, Who } from '../../../../src/client/index.ts';
import { createClient } from '../../../../src/client/index.ts';

export const client = createClient({ url: window.location.origin });

export function useConnection(): ConnectionState {
  return useSyncExternalStore(
    (listener) => client.connection.subscribe(listener),
    () => client.connection.state,
  );
}

/** As it is shown: a server that leaves is not one that anybody should count on, though it still answers. */
export function useShownConnection(): ConnectionState {
  const state = useConnection();
  const isLeaving = useSyncExternalStore(
    (listener) => client.connection.onLeaving(listener),
    () => client.connection.isLeaving,
  );
  return state === 'online' && isLeaving ? 'reconnecting' : state;
}

/** Commands need a server: with the network gone for good they are switched off, through a short gap they wait. */
export function useOffline(): boolean {
  return useConnection() === 'offline';
}

let who = client.sessions.who;
client.sessions.subscribe((now) => {
  who = now;
});
export function useWho(): Who | undefined {
  return useSyncExternalStore(
    (listener) => client.sessions.subscribe(listener),
    () => who,
  );
}

/** Whole seconds until an instant by the server's clock; undefined without one. */
export function useSecondsLeft(expiresAt: string | undefined): number | undefined {
  const [seconds, setSeconds] = useState<number>();
  useEffect(() => {
    if (expiresAt === undefined) {
      setSeconds(undefined);
      return;
    }
    return client.clock.countdown(expiresAt, setSeconds);
  }, [expiresAt]);
  return seconds;
}
