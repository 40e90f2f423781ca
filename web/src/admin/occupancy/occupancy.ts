/** The admin's view of the house, told to every part of a page that listens, over one connection. */
import { useEffect, useMemo, useState } from 'react';
import type { AdminListener, AdminView, OccupancyWindow } from '../../../../src/client/index.ts';
import { client } from '../../shared/live/client.ts';

type Told<Name extends keyof AdminListener> = Parameters<NonNullable<AdminListener[Name]>>;

export class LiveOccupancy {
  readonly #listeners = new Set<AdminListener>();
  #window: OccupancyWindow;
  #view: AdminView | undefined;
  #state: Told<'state'> = ['reconnecting'];
  /** Of `#window`. */
  #occupancy: Told<'occupancy'> | undefined;
  #stats: Told<'stats'> | undefined;
  #refused: Told<'refused'> | undefined;

  constructor(window: OccupancyWindow) {
    this.#window = window;
  }

  /**
   * Whoever comes late is told at once how things stand. The connection is there while somebody listens.
   * Returns the way to stop.
   */
  listen(listener: AdminListener): () => void {
    this.#listeners.add(listener);
    listener.state?.(...this.#state);
    if (this.#occupancy !== undefined) listener.occupancy?.(...this.#occupancy);
    if (this.#stats !== undefined) listener.stats?.(...this.#stats);
    if (this.#refused !== undefined) listener.refused?.(...this.#refused);
    this.#view ??= client.admin(this.#window, this.#everybody);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#view?.close();
      this.#view = undefined;
      this.#occupancy = undefined;
    };
  }

  show(window: OccupancyWindow): void {
    const { from, to, city, name } = this.#window;
    if (window.from === from && window.to === to && window.city === city && window.name === name) return;
    this.#window = window;
    // Nothing is known of these nights until they have been answered.
    this.#occupancy = undefined;
    this.#view?.show(window);
  }

  readonly #everybody: AdminListener = {
    state: (...told) => {
      this.#state = told;
      for (const listener of this.#listeners) listener.state?.(...told);
    },
    occupancy: (...told) => {
      this.#occupancy = told;
      this.#refused = undefined;
      for (const listener of this.#listeners) listener.occupancy?.(...told);
    },
    changed: (...told) => {
      for (const listener of this.#listeners) listener.changed?.(...told);
    },
    stats: (...told) => {
      this.#stats = told;
      for (const listener of this.#listeners) listener.stats?.(...told);
    },
    refused: (...told) => {
      this.#refused = told;
      for (const listener of this.#listeners) listener.refused?.(...told);
    },
  };
}

/** The same one for as long as the component lives; another window is asked for over the same connection. */
export function useLiveOccupancy({ from, to, city = '', name = '' }: OccupancyWindow): LiveOccupancy {
  const window = useMemo(
    () => ({ from, to, ...(city !== '' && { city }), ...(name !== '' && { name }) }),
    [from, to, city, name],
  );
  const [live] = useState(() => new LiveOccupancy(window));
  useEffect(() => live.show(window), [live, window]);
  return live;
}
