/** One guest of the load: wishes at random, one command at a time, everything through a recorded client. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '../../src/client/index.ts';
import {
  CLIENT_ATTEMPT_MS,
  CLIENT_CONFIRM_DEADLINE_MS,
  CLIENT_DEADLINE_MS,
} from '../../src/client/limits.ts';
import type { Outcome } from '../../src/protocol/errors.ts';
import { dateOf } from '../../src/protocol/nights.ts';
import type { Calendar } from '../../src/protocol/resources.ts';
import type { RecordedClient, Recorder } from '../history/recorder.ts';
import { pick, type Random } from './random.ts';

export interface Wishes {
  readonly apartments: readonly string[];
  readonly today: number;
  readonly methods: readonly string[];
  /** Mean pause between two commands, in milliseconds. */
  readonly pauseMs: number;
  /** How long a confirm is waited for at most, in milliseconds. */
  readonly patienceMs: number;
}

/** Nights that guests wish for, from tomorrow on; near ones more often, so that guests meet. */
export const NIGHTS = 500;
const STAY_MAX = 4;
const READ_AGAIN_MS = 200;
/** Bookings that a guest keeps; the oldest of more is cancelled, so that calendars do not fill up. */
const BOOKINGS_KEPT = 4;

interface OwnHold {
  readonly apartmentId: string;
  readonly holdId: string;
}

export class Guest {
  readonly #name: string;
  readonly #client: RecordedClient;
  readonly #recorder: Recorder;
  readonly #url: string;
  readonly #wishes: Wishes;
  readonly #random: Random;
  #hold: OwnHold | undefined;
  readonly #bookings: { apartmentId: string; bookingId: string }[] = [];
  #again: Parameters<Client['hold']>[0] | undefined;

  constructor(
    parts: { name: string; client: RecordedClient; recorder: Recorder; url: string },
    wishes: Wishes,
    random: Random,
  ) {
    this.#name = parts.name;
    this.#client = parts.client;
    this.#recorder = parts.recorder;
    this.#url = parts.url;
    this.#wishes = wishes;
    this.#random = random;
  }

  async live(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const pauseMs = -Math.log(1 - this.#random()) * this.#wishes.pauseMs;
      await delay(pauseMs, undefined, { signal }).catch(() => {});
      if (!signal.aborted) await this.#act();
    }
  }

  /** Gives back what it still holds, also what it does not know of: an extended hold would outlive the run. */
  async leave(): Promise<void> {
    const mine = await this.#client.mine({ deadlineMs: this.#wishes.patienceMs });
    if (!mine.ok) return;
    for (const { apartmentId, id, status } of mine.data.holds)
      if (status === 'held') await this.#client.release({ apartmentId, holdId: id });
  }

  async #act(): Promise<void> {
    const roll = this.#random();
    if (roll < 0.08) await this.#client.mine();
    else if (roll < 0.18) await this.#read(pick(this.#wishes.apartments, this.#random));
    else if (roll < 0.22 && this.#again !== undefined) await this.#client.hold(this.#again);
    else if (this.#bookings.length > BOOKINGS_KEPT) await this.#client.cancel(this.#bookings.shift()!);
    else if (this.#hold === undefined) await this.#place();
    else await this.#go(this.#hold);
  }

  async #place(): Promise<void> {
    const night = this.#wishes.today + 1 + Math.floor(this.#random() ** 2 * NIGHTS);
    const stay = {
      requestId: randomUUID(),
      apartmentId: pick(this.#wishes.apartments, this.#random),
      checkIn: dateOf(night),
      checkOut: dateOf(night + 1 + Math.floor(this.#random() * STAY_MAX)),
    };
    const placed = await this.#client.hold(stay);
    this.#again = stay;
    if (placed.ok) this.#hold = { apartmentId: stay.apartmentId, holdId: placed.data.hold.id };
  }

  async #go(hold: OwnHold): Promise<void> {
    const roll = this.#random();
    if (roll < 0.1) {
      await this.#client.extend(hold);
      return;
    }
    this.#hold = undefined;
    // One in six is left to end by itself.
    if (roll < 0.25) return;
    if (roll < 0.5) {
      await this.#client.release(hold);
      return;
    }
    const deadlineMs = Math.min(CLIENT_CONFIRM_DEADLINE_MS, this.#wishes.patienceMs);
    const booked = await this.#client.confirm(
      {
        ...hold,
        guest: { name: 'Ana', email: 'ana@example.com' },
        payment: { method: pick(this.#wishes.methods, this.#random) },
      },
      { deadlineMs },
    );
    if (booked.ok) this.#bookings.push({ apartmentId: hold.apartmentId, bookingId: booked.data.booking.id });
  }

  async #read(apartmentId: string): Promise<void> {
    const { today } = this.#wishes;
    const args = { apartmentId, from: dateOf(today), to: dateOf(today + NIGHTS) };
    const asked = { command: 'calendar', args } as const;
    await this.#recorder.operation(
      this.#name,
      this.#client.subject,
      asked,
      () => this.#calendar(args),
      (calendar) => ({ calendar }),
    );
  }

  /** The library has no such command; tried as often as it would be. */
  async #calendar(args: { apartmentId: string; from: string; to: string }): Promise<Outcome<Calendar>> {
    const untilMs = performance.now() + CLIENT_DEADLINE_MS;
    for (;;) {
      const outcome = await this.#calendarOnce(args);
      if (outcome.ok || !outcome.error.retryable || performance.now() > untilMs) return outcome;
      await delay(READ_AGAIN_MS);
    }
  }

  async #calendarOnce(args: { apartmentId: string; from: string; to: string }): Promise<Outcome<Calendar>> {
    const { apartmentId, from, to } = args;
    try {
      const url = `${this.#url}/v1/apartments/${apartmentId}/calendar?from=${from}&to=${to}`;
      const answer = await fetch(url, { signal: AbortSignal.timeout(CLIENT_ATTEMPT_MS) });
      const body = (await answer.json()) as Calendar & { error: never };
      return answer.ok ? { ok: true, data: body } : { ok: false, error: body.error };
    } catch (cause) {
      const message = `the calendar could not be read: ${(cause as Error).message}`;
      return { ok: false, error: { code: 'unavailable', message, retryable: true } };
    }
  }
}
