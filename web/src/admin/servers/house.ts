/**
 * The house as the admin's pages of figures see it: one connection for all of them, open as long as one is shown, and
 * the statistics of the last ten minutes, which outlive a change of page.
 */
import { useSyncExternalStore } from 'react';
import type { AdminView, ConnectionState, OccupancyChanged, Stats } from '../../../../src/client/index.ts';
import type { ErrorBody } from '../../../../src/protocol/errors.ts';
import type { OccupancyAnswer } from '../../../../src/protocol/events.ts';
import { plusDays, todayIn } from '../../format.ts';
import { client } from '../../shared/live/client.ts';
import { type SeenNode, seenNodes } from './gone-nodes.ts';
import { Ring } from './ring.ts';

/** Ten minutes of one figure a second. */
const STATS_KEPT = 600;
/** A page that follows another one finds the connection still open. */
const LINGER_MS = 2_000;

export interface House {
  readonly state: ConnectionState;
  readonly apartments: OccupancyAnswer['apartments'] | undefined;
  /** The newest; older than a few seconds where the state is not `online`. */
  readonly stats: Stats | undefined;
  /** Of the last ten minutes, oldest first: the same array until there is a newer one. */
  readonly history: readonly Stats[];
  readonly nodes: readonly SeenNode[];
  /** Counts bookings made and cancelled since the page was opened: a reason to ask for the figures again. */
  readonly bookingChanges: number;
  readonly error: ErrorBody | undefined;
}

let house: House = {
  state: 'reconnecting',
  apartments: undefined,
  stats: undefined,
  history: [],
  nodes: [],
  bookingChanges: 0,
  error: undefined,
};
const ring = new Ring<Stats>(STATS_KEPT);
const listeners = new Set<() => void>();
let view: AdminView | undefined;
let ending: ReturnType<typeof setTimeout> | undefined;
let frame = 0;

function set(changes: Partial<House>): void {
  house = { ...house, ...changes };
  if (frame !== 0) return;
  frame = requestAnimationFrame(() => {
    frame = 0;
    for (const listener of listeners) listener();
  });
}

function heardChange({ cause }: OccupancyChanged): void {
  if (cause === 'confirmed' || cause === 'cancelled') set({ bookingChanges: house.bookingChanges + 1 });
}

function open(): void {
  clearTimeout(ending);
  if (view !== undefined) return;
  const from = todayIn('UTC', client.clock.nowMs());
  // One night: the list of apartments is what this is about, their calendars are for the chart.
  view = client.admin(
    { from, to: plusDays(from, 1) },
    {
      state: (state) => set({ state }),
      refused: (error) => set({ error }),
      occupancy: (apartments) => set({ apartments, error: undefined }),
      changed: heardChange,
      stats: (stats) => {
        ring.push(stats);
        set({ stats, history: ring.values(), nodes: seenNodes(house.nodes, stats) });
      },
    },
  );
}

function subscribe(listener: () => void): () => void {
  open();
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    ending = setTimeout(() => {
      view?.close();
      view = undefined;
      set({ state: 'reconnecting' });
    }, LINGER_MS);
  };
}

export function useHouse(): House {
  return useSyncExternalStore(subscribe, () => house);
}
