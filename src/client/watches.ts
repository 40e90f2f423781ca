/**
 * Live calendars. Each watched apartment is in one of these states; everything that goes wrong leads back to
 * `asked`, so that what a listener has been told is always one version of the calendar, whole.
 *
 *   wanted ──flush, chunks of ≤ 100──> asked ──answer──> live ──gap, newer beacon, silence──> wanted
 *      ^                                 ├──refused──> dropped (told to the listeners)
 *      │                                 └──unreadable──> apart (told once) ──a pause, longer each time──> asked, alone
 *      └──── a new link: all of them
 */
import type { CommandAnswers, CommandPayload } from '../protocol/commands.ts';
import { type ErrorBody, errorBody, type Outcome } from '../protocol/errors.ts';
import type { Availability } from '../protocol/events.ts';
import { WATCH_APARTMENTS_MAX, WATCHES_PER_SOCKET_MAX, WINDOW_NIGHTS_MAX } from '../protocol/limits.ts';
import { dateOf, nightOf } from '../protocol/nights.ts';
import type { Calendar, Range } from '../protocol/resources.ts';
import { type CalendarModel, modelOf, step } from './calendar-model.ts';
import {
  UNREADABLE_RETRY_BASE_MS,
  UNREADABLE_RETRY_CAP_MS,
  WATCH_BACKLOG_MAX,
  WATCH_STALE_MS,
} from './limits.ts';
import { backoffMs, type ClientTime, REAL_TIME } from './pause.ts';

export interface CalendarUpdate {
  readonly calendar: CalendarModel;
  /** What changed since the update before; undefined with a whole calendar (the first, or after a resync). */
  readonly changes?: readonly Range[];
}

export interface WatchListener {
  update(update: CalendarUpdate): void;
  /**
   * This apartment cannot be watched: no such one, or too many watched. Nothing more will come of it, unless it is
   * `unreadable`: an operator may put it right, it is asked for ever more rarely, and an update says that it is back.
   */
  refused?(apartmentId: string, error: ErrorBody): void;
}

export interface WatchesOptions {
  /** Never rejects: an outcome in every case. */
  ask<Name extends 'watch' | 'unwatch'>(
    name: Name,
    payload: CommandPayload<Name>,
  ): Promise<Outcome<CommandAnswers[Name]>>;
  readonly random: () => number;
  /** Default: this process's or page's. */
  readonly time?: ClientTime;
  readonly staleMs?: number;
}

interface Watched {
  readonly apartmentId: string;
  readonly listeners: Set<WatchListener>;
  /** Window that covers every listener's, in night numbers. */
  from: number;
  to: number;
  state: 'wanted' | 'asked' | 'live' | 'apart';
  /** What the server was last asked for. */
  asked: { from: number; to: number } | undefined;
  model: CalendarModel | undefined;
  /** Deltas that came while the calendar was on its way; undefined once there were too many. */
  backlog: Availability[] | undefined;
  heardAtMs: number;
  /** That it cannot be read, and when it is asked for again; undefined once it could be. */
  unreadable: { readonly error: ErrorBody; readonly times: number; readonly againAtMs: number } | undefined;
}

/** `watch` calls made within one turn of the page become one command; in milliseconds. */
const COALESCE_MS = 5;
/** A beacon about a missed delta reaches all watchers of an apartment at once: they ask again spread over this. */
const RESYNC_SPREAD_MS = 300;

export class Watches {
  readonly #options: WatchesOptions;
  readonly #time: ClientTime;
  readonly #watched = new Map<string, Watched>();
  readonly #leaving = new Set<string>();
  /** Calls off what is waited for. */
  #flush: (() => void) | undefined;
  #looking: (() => void) | undefined;
  /** Commands of an earlier link must not be taken for this one's. */
  #link = 0;
  #up = false;

  constructor(options: WatchesOptions) {
    this.#options = options;
    this.#time = options.time ?? REAL_TIME;
  }

  /**
   * @param from,to half-open dates, at most 800 nights; several watches of one apartment share what covers them all
   * @returns the way to stop
   */
  watch(apartmentIds: readonly string[], from: string, to: string, listener: WatchListener): () => void {
    const window = { from: nightOf(from), to: nightOf(to) };
    // Of its own, so that the same listener may watch twice.
    const own: WatchListener = {
      update: (update) => listener.update(update),
      refused: (apartmentId, error) => listener.refused?.(apartmentId, error),
    };
    for (const apartmentId of new Set(apartmentIds)) this.#add(apartmentId, window, own);
    this.#flushSoon(COALESCE_MS);
    return () => {
      for (const apartmentId of apartmentIds) this.#remove(apartmentId, own);
    };
  }

  /** A link is up: the server behind it knows of no watch yet. */
  resume(): void {
    this.#link += 1;
    this.#up = true;
    this.#leaving.clear();
    for (const watched of this.#watched.values()) want(watched);
    this.#flushSoon(0);
    this.#looking ??= this.#time.every(this.#staleMs / 4, () => this.#look());
  }

  suspend(): void {
    this.#up = false;
  }

  heard(availability: Availability): void {
    const watched = this.#watched.get(availability.apartmentId);
    if (watched === undefined) return;
    watched.heardAtMs = this.#nowMs();
    if (watched.state !== 'live' || watched.model === undefined) {
      if (watched.backlog !== undefined && availability.changes.length > 0) {
        if (watched.backlog.length < WATCH_BACKLOG_MAX) watched.backlog.push(availability);
        else watched.backlog = undefined;
      }
      return;
    }
    this.#apply(watched, watched.model, availability);
  }

  close(): void {
    this.#flush?.();
    this.#looking?.();
    this.#watched.clear();
    this.#up = false;
  }

  get #staleMs(): number {
    return this.#options.staleMs ?? WATCH_STALE_MS;
  }
  #nowMs(): number {
    return this.#time.nowMs();
  }

  #add(apartmentId: string, window: { from: number; to: number }, listener: WatchListener): void {
    let watched = this.#watched.get(apartmentId);
    const from = Math.min(window.from, watched?.from ?? window.from);
    const to = Math.max(window.to, watched?.to ?? window.to);
    const refusal =
      watched === undefined && this.#watched.size >= WATCHES_PER_SOCKET_MAX
        ? `${WATCHES_PER_SOCKET_MAX} apartments are watched already; stop watching some of them`
        : to - from > WINDOW_NIGHTS_MAX || to <= from
          ? `a window of ${to - from} nights from ${dateOf(from)} cannot be watched; watch 1 to ${WINDOW_NIGHTS_MAX} nights`
          : undefined;
    if (refusal !== undefined) {
      queueMicrotask(() => listener.refused?.(apartmentId, errorBody('invalid_request', refusal)));
      return;
    }
    if (watched === undefined) {
      watched = {
        apartmentId,
        listeners: new Set(),
        from,
        to,
        state: 'wanted',
        asked: undefined,
        model: undefined,
        backlog: [],
        heardAtMs: this.#nowMs(),
        unreadable: undefined,
      };
      this.#watched.set(apartmentId, watched);
    }
    watched.listeners.add(listener);
    this.#leaving.delete(apartmentId);
    const { unreadable } = watched;
    if (unreadable !== undefined) queueMicrotask(() => listener.refused?.(apartmentId, unreadable.error));
    if (from !== watched.from || to !== watched.to) {
      watched.from = from;
      watched.to = to;
      want(watched);
    } else if (watched.state === 'live' && watched.model !== undefined) {
      const { model } = watched;
      queueMicrotask(() => {
        if (this.#watched.get(apartmentId)?.model === model) listener.update({ calendar: model });
      });
    }
  }

  #remove(apartmentId: string, listener: WatchListener): void {
    const watched = this.#watched.get(apartmentId);
    if (watched === undefined || !watched.listeners.delete(listener)) return;
    if (watched.listeners.size > 0) return;
    this.#watched.delete(apartmentId);
    if (watched.asked !== undefined) this.#leaving.add(apartmentId);
    this.#flushSoon(COALESCE_MS);
  }

  #flushSoon(afterMs: number): void {
    if (this.#flush !== undefined) return;
    this.#flush = this.#time.after(afterMs, () => {
      this.#flush = undefined;
      this.#askAll();
    });
  }

  #askAll(): void {
    if (!this.#up) return;
    const windows = new Map<string, Watched[]>();
    for (const watched of this.#watched.values()) {
      if (watched.state !== 'wanted') continue;
      const key = `${watched.from}/${watched.to}`;
      const same = windows.get(key);
      if (same === undefined) windows.set(key, [watched]);
      else same.push(watched);
    }
    for (const group of windows.values()) {
      for (let i = 0; i < group.length; i += WATCH_APARTMENTS_MAX) {
        void this.#ask(group.slice(i, i + WATCH_APARTMENTS_MAX));
      }
    }
    const leaving = [...this.#leaving];
    this.#leaving.clear();
    for (let i = 0; i < leaving.length; i += WATCH_APARTMENTS_MAX) {
      void this.#options.ask('unwatch', { apartmentIds: leaving.slice(i, i + WATCH_APARTMENTS_MAX) });
    }
  }

  /** All of the group have the same window. */
  async #ask(group: readonly Watched[]): Promise<void> {
    const { from, to } = group[0] as Watched;
    const link = this.#link;
    for (const watched of group) {
      watched.state = 'asked';
      watched.asked = { from, to };
      watched.backlog = [];
    }
    const outcome = await this.#options.ask('watch', {
      apartmentIds: group.map(({ apartmentId }) => apartmentId),
      from: dateOf(from),
      to: dateOf(to),
    });
    // Another link, another window, or nobody listening any more: an answer to a question of the past.
    const waiting = group.filter(
      (watched) =>
        this.#link === link &&
        this.#watched.get(watched.apartmentId) === watched &&
        watched.state === 'asked' &&
        watched.from === from &&
        watched.to === to,
    );
    if (waiting.length === 0) return;
    if (!outcome.ok) {
      this.#refused(waiting, outcome.error);
      return;
    }
    const calendars = new Map(outcome.data.calendars.map((calendar) => [calendar.apartmentId, calendar]));
    for (const watched of waiting) this.#arrived(watched, calendars.get(watched.apartmentId));
  }

  #arrived(watched: Watched, calendar: Calendar | undefined): void {
    const { backlog } = watched;
    if (calendar === undefined || backlog === undefined) {
      this.#resync(watched);
      return;
    }
    watched.state = 'live';
    watched.unreadable = undefined;
    watched.heardAtMs = this.#nowMs();
    watched.backlog = [];
    watched.model = modelOf(calendar);
    tell(watched, { calendar: watched.model });
    for (const availability of backlog) {
      if (watched.state === 'live') this.#apply(watched, watched.model, availability);
    }
  }

  #apply(watched: Watched, model: CalendarModel, availability: Availability): void {
    const next = step(model, availability);
    if (next.kind === 'applied') {
      watched.model = next.model;
      tell(watched, { calendar: next.model, changes: availability.changes });
    } else if (next.kind === 'behind') {
      this.#resync(watched);
    }
  }

  #resync(watched: Watched): void {
    want(watched);
    this.#flushSoon(RESYNC_SPREAD_MS * this.#options.random());
  }

  #refused(group: readonly Watched[], error: ErrorBody): void {
    if (error.retryable) {
      for (const watched of group) want(watched);
      this.#flushSoon(Math.max(1_000, error.retryAfterMs ?? 0));
      return;
    }
    const [only] = group;
    if (group.length === 1 && only !== undefined) {
      if (error.code === 'unreadable') return this.#setApart(only, error);
      this.#watched.delete(only.apartmentId);
      for (const listener of only.listeners) listener.refused?.(only.apartmentId, error);
      return;
    }
    // One bad apple: the halves find it in a few questions, and the others get their calendars.
    const middle = group.length >> 1;
    void this.#ask(group.slice(0, middle));
    void this.#ask(group.slice(middle));
  }

  #setApart(watched: Watched, error: ErrorBody): void {
    const { apartmentId, unreadable, listeners } = watched;
    const times = (unreadable?.times ?? 0) + 1;
    const limits = { baseMs: UNREADABLE_RETRY_BASE_MS, capMs: UNREADABLE_RETRY_CAP_MS };
    const pauseMs = UNREADABLE_RETRY_BASE_MS + backoffMs(times, limits, this.#options.random());
    watched.state = 'apart';
    watched.unreadable = { error, times, againAtMs: this.#nowMs() + pauseMs };
    if (unreadable !== undefined) return;
    for (const listener of [...listeners]) listener.refused?.(apartmentId, error);
  }

  #look(): void {
    if (!this.#up) return;
    const nowMs = this.#nowMs();
    for (const watched of this.#watched.values()) {
      const { state, heardAtMs, unreadable } = watched;
      if (state === 'live' && heardAtMs < nowMs - this.#staleMs) this.#resync(watched);
      // Alone, so that nobody else's calendar is refused with it.
      if (state === 'apart' && unreadable!.againAtMs <= nowMs) void this.#ask([watched]);
    }
  }
}

function want(watched: Watched): void {
  watched.state = 'wanted';
  watched.backlog = [];
}

function tell(watched: Watched, update: CalendarUpdate): void {
  for (const listener of [...watched.listeners]) listener.update(update);
}
