/** Which day it is somewhere, also for a page that is left open over midnight. */
import { useSyncExternalStore } from 'react';
import { todayIn } from '../../format.ts';
import { client } from './client.ts';

const MINUTE_MS = 60_000;

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setTimeout> | undefined;

/** Today's date in an IANA time zone, by the server's clock; another one as soon as it is midnight there. */
export function useToday(timeZone: string): string {
  return useSyncExternalStore(eachMinute, () => todayIn(timeZone, client.clock.nowMs()));
}

/**
 * Calls the listener as each minute begins: midnight is at the beginning of one everywhere. One timer until midnight
 * would stand still while the device sleeps, and would not hear of a clock that was measured anew.
 * @returns the way to stop
 */
export function eachMinute(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setTimeout(begun, untilMinute());
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearTimeout(timer);
    timer = undefined;
  };
}

function begun(): void {
  timer = setTimeout(begun, untilMinute());
  for (const listener of listeners) listener();
}

// A timer may end a little before its time.
const untilMinute = () => MINUTE_MS - (client.clock.nowMs() % MINUTE_MS) + 5;
