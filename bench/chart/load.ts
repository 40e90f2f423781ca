/** A steady trickle of changes: holds, each released again by its guest, at fixed instants. */
import { nowMs } from '../driver/clock.ts';
import { type Crowd, gather } from '../driver/crowd.ts';
import { holdIdOf } from '../driver/frames.ts';
import { apartmentId } from '../driver/holds.ts';
import { Schedule } from '../driver/schedule.ts';
import { type Deal, deal, type Pair } from '../driver/stays.ts';

const SOCKETS = 20;
/** Guests on each socket: a hold each stands for as long as a round of all guests takes. */
const DEPTH = 25;
const TICK_MS = 4;

interface Guest {
  pair: Pair | undefined;
  holdId: string;
}

export interface Load {
  /** Changes accepted so far. */
  readonly accepted: number;
  readonly refused: number;
  /** Places holds that stay. Resolves when all are answered. */
  fill(holds: number): Promise<void>;
  start(ratePerSecond: number): void;
  pause(): void;
  close(): void;
}

export async function startLoad(options: {
  readonly port: number;
  readonly apartments: number;
  readonly firstNight: number;
  readonly nights: number;
}): Promise<Load> {
  const crowd = await gather({
    ports: [options.port],
    sockets: SOCKETS,
    depth: DEPTH,
    onLost: (reason) => {
      throw new Error(`a guest's connection was lost: ${reason}`);
    },
  });
  return new Trickle(crowd, deal({ ...options, guests: crowd.guests.length }));
}

class Trickle implements Load {
  accepted = 0;
  refused = 0;
  readonly #crowd: Crowd;
  readonly #deal: Deal;
  readonly #guests: Guest[];
  #next = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(crowd: Crowd, stays: Deal) {
    this.#crowd = crowd;
    this.#deal = stays;
    this.#guests = crowd.guests.map(() => ({ pair: undefined, holdId: '' }));
  }

  fill(holds: number): Promise<void> {
    let sent = 0;
    let answered = 0;
    return new Promise((resolve, reject) => {
      const next = (index: number) => {
        const pair = this.#deal.next(index);
        if (pair === undefined)
          return reject(new Error('too few stays to fill the chart: ask for more apartments'));
        // Never dealt again: its nights are taken from now on.
        this.#deal.spend(index);
        sent += 1;
        this.#hold(index, pair, nowMs());
      };
      this.#crowd.onAnswer = ({ index }, answer) => {
        if (!answer.ok) return reject(new Error(`a hold was refused: ${answer.packet}`));
        answered += 1;
        if (answered === holds) resolve();
        else if (sent < holds) next(index);
      };
      for (const { index } of this.#crowd.guests.slice(0, holds)) next(index);
    });
  }

  start(ratePerSecond: number): void {
    this.#crowd.onAnswer = ({ index }, answer) => {
      const guest = this.#guests[index]!;
      if (!answer.ok) this.refused += 1;
      else {
        this.accepted += 1;
        guest.holdId = guest.holdId === '' ? holdIdOf(answer.packet) : '';
      }
    };
    const schedule = new Schedule(ratePerSecond, nowMs());
    this.#timer = setInterval(() => {
      for (let due = schedule.due(nowMs()); due > 0; due--) {
        schedule.take();
        this.#change(nowMs());
      }
    }, TICK_MS);
  }

  pause(): void {
    clearInterval(this.#timer);
  }

  close(): void {
    this.pause();
    this.#crowd.close();
  }

  #change(sinceMs: number): void {
    const index = this.#next++ % this.#guests.length;
    const guest = this.#guests[index]!;
    const sender = this.#crowd.guests[index]!;
    // Still in flight after a whole round: the server is far behind, and the report says how many were done.
    if (sender.ackId !== -1) return;
    if (guest.holdId === '') guest.pair = this.#deal.next(index);
    if (guest.pair === undefined) return;
    if (guest.holdId === '') this.#hold(index, guest.pair, sinceMs);
    else {
      const id = apartmentId(guest.pair.apartment);
      this.#crowd.send(sender, 'release', `"apartmentId":"${id}","holdId":"${guest.holdId}"`, sinceMs);
    }
  }

  #hold(index: number, { apartment, checkIn, checkOut }: Pair, sinceMs: number): void {
    const stay = `"apartmentId":"${apartmentId(apartment)}","checkIn":"${checkIn}","checkOut":"${checkOut}"`;
    this.#crowd.send(this.#crowd.guests[index]!, 'hold', `${stay},"guests":2`, sinceMs);
  }
}
