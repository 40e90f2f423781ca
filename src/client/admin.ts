/** The admin's live view: every committed change of every apartment in a window, and the server's figures. */
import { type ErrorBody, type Outcome, refuse } from '../protocol/errors.ts';
import type { OccupancyAnswer, OccupancyChanged, Stats } from '../protocol/events.ts';
import { type CalendarModel, modelOf, step } from './calendar-model.ts';
import { Connection, type ConnectionOptions, type ConnectionState } from './connection.ts';
import { CLIENT_ATTEMPT_MS } from './limits.ts';
import { backoffMs, pause } from './pause.ts';

export interface OccupancyWindow {
  /** Half-open dates, at most 800 nights. */
  readonly from: string;
  readonly to: string;
  readonly city?: string;
  /** A part of it, in any case. */
  readonly name?: string;
}

export interface AdminListener {
  /**
   * The whole picture: the first one, and again whenever something may have been missed. `leftOut`: how many more
   * apartments fit, of which it does not tell.
   */
  occupancy?(
    apartments: OccupancyAnswer['apartments'],
    calendars: ReadonlyMap<string, CalendarModel>,
    leftOut: number,
  ): void;
  /** One committed change. `calendar` is undefined where the picture has no such apartment. */
  changed?(change: OccupancyChanged, calendar: CalendarModel | undefined): void;
  /** Once a second. */
  stats?(stats: Stats): void;
  /** The view cannot be had: not an admin, for one. It is tried again when the session changes. */
  refused?(error: ErrorBody): void;
  state?(state: ConnectionState): void;
}

export interface AdminView {
  readonly state: ConnectionState;
  /** Looks at another window over the same connection. */
  show(window: OccupancyWindow): void;
  close(): void;
}

/** Snapshots asked for because of a gap come at most this often, in milliseconds. */
const RESYNC_AFTER_MS = 2_000;
/** Pauses between tries to get a snapshot. */
const RETRY = { baseMs: 500, capMs: 5_000 };

export class OccupancyFeed implements AdminView {
  readonly #connection: Connection;
  readonly #listener: AdminListener;
  readonly #random: () => number;
  #window: OccupancyWindow;
  #calendars = new Map<string, CalendarModel>();
  /** Counts questions: an answer to an earlier one is of the past. */
  #question = 0;
  #asking = false;
  #later = false;
  readonly #ended = new AbortController();

  constructor(
    options: Omit<ConnectionOptions, 'namespace'>,
    window: OccupancyWindow,
    listener: AdminListener,
  ) {
    this.#window = window;
    this.#listener = listener;
    this.#random = options.random;
    this.#connection = new Connection({ ...options, namespace: '/v1/admin' });
    this.#connection.opened.add(() => this.#ask());
    this.#connection.missed.add(() => this.#ask());
    this.#connection.events.add((event, payload) => {
      if (event === 'occupancy') this.#heard(payload as OccupancyChanged);
      else if (event === 'stats') listener.stats?.(payload as Stats);
    });
    this.#connection.stateChanged.add((state) => {
      listener.state?.(state);
      const error = this.#connection.lastError;
      if (state === 'offline' && error?.code === 'forbidden') listener.refused?.(error);
    });
  }

  get state(): ConnectionState {
    return this.#connection.state;
  }

  show(window: OccupancyWindow): void {
    this.#window = window;
    this.#ask();
  }

  close(): void {
    this.#ended.abort();
    this.#connection.close();
  }

  /** Somebody else is signed in, or the same one with a newer token. */
  reauthenticate(sameSubject: boolean): void {
    if (sameSubject) void this.#connection.authenticate(CLIENT_ATTEMPT_MS);
    else this.#connection.restart();
  }

  #ask(): void {
    this.#question += 1;
    if (this.#asking) return;
    this.#asking = true;
    void this.#askUntilAnswered().finally(() => {
      this.#asking = false;
    });
  }

  async #askUntilAnswered(): Promise<void> {
    const { signal } = this.#ended;
    for (let n = 0; !signal.aborted; n++) {
      const link = await this.#connection.ready(signal);
      if (link === undefined) return;
      const question = this.#question;
      const answer = await link.ask<OccupancyAnswer>('occupancy', this.#window, CLIENT_ATTEMPT_MS);
      const outcome: Outcome<OccupancyAnswer> =
        answer.kind === 'answered' ? answer.outcome : refuse('unavailable', 'no answer');
      if (outcome.ok && question === this.#question) {
        this.#calendars = new Map(
          outcome.data.calendars.map((calendar) => [calendar.apartmentId, modelOf(calendar)]),
        );
        this.#listener.occupancy?.(outcome.data.apartments, this.#calendars, outcome.data.leftOut ?? 0);
        return;
      }
      if (!outcome.ok && !outcome.error.retryable && question === this.#question) {
        this.#listener.refused?.(outcome.error);
        return;
      }
      const waitMs = backoffMs(n, RETRY, this.#random());
      if (!outcome.ok) await pause(Math.max(waitMs, outcome.error.retryAfterMs ?? 0), signal);
    }
  }

  #heard(change: OccupancyChanged): void {
    const model = this.#calendars.get(change.apartmentId);
    if (model === undefined) {
      this.#listener.changed?.(change, undefined);
      return;
    }
    if (change.version <= model.version) return;
    // Over a gap: what this change says of its nights is taken at once, and the whole is asked for a little later.
    const next = step({ ...model, version: change.version - 1 }, change);
    const calendar = next.kind === 'applied' ? next.model : { ...model, version: change.version };
    this.#calendars.set(change.apartmentId, calendar);
    this.#listener.changed?.(change, calendar);
    if ((change.previousVersion ?? change.version - 1) > model.version) this.#askLater();
  }

  #askLater(): void {
    if (this.#later) return;
    this.#later = true;
    void pause(RESYNC_AFTER_MS, this.#ended.signal).then(() => {
      this.#later = false;
      this.#ask();
    });
  }
}
