/**
 * What the chart shows, outside of React: fifty changes a second draw the rows they are of, at most once a frame,
 * and nothing else. A row is never changed, only followed by another, so that two are compared by identity.
 */
import type { CalendarModel } from '../../../src/client/index.ts';
import { type Bar, barsOf } from './bars.ts';
import { type ChartFilter, fits, matches } from './filter.ts';
import { fresh, type Mark, remembered } from './marks.ts';
import type { ChartApartment, ChartChange, ChartListener } from './ports.ts';
import { DayTotals } from './totals.ts';

export interface ChartRow {
  readonly apartment: ChartApartment;
  readonly calendar: CalendarModel | undefined;
  readonly bars: readonly Bar[];
  /** The last changes that this page has heard of, the newest last. */
  readonly recent: readonly Mark[];
  /** Those of them that are still pointed out. */
  readonly marks: readonly Mark[];
}

export interface ChartStoreOptions {
  /** Half-open night numbers. */
  readonly from: number;
  readonly to: number;
  readonly filter: ChartFilter;
  readonly nowMs: () => number;
  /** Runs the function before the next frame is drawn. */
  readonly beforeFrame: (draw: () => void) => void;
}

type Listener = () => void;

export class ChartStore implements ChartListener {
  readonly from: number;
  readonly to: number;
  readonly #options: ChartStoreOptions;
  #filter: ChartFilter;
  #rows = new Map<string, ChartRow>();
  #shown: readonly string[] = [];
  #known = false;
  #totals: DayTotals;
  #totalsVersion = 0;
  /** Shown rows that would not pass the filter any more, and others that would now. */
  #strays = new Set<string>();
  #isShown = new Set<string>();

  readonly #rowListeners = new Map<string, Set<Listener>>();
  readonly #shownListeners = new Set<Listener>();
  readonly #totalsListeners = new Set<Listener>();
  readonly #moved = new Set<string>();
  #shownMoved = false;
  #totalsMoved = false;
  #drawing = false;

  constructor(options: ChartStoreOptions) {
    this.from = options.from;
    this.to = options.to;
    this.#options = options;
    this.#filter = options.filter;
    this.#totals = new DayTotals(options.from, options.to);
  }

  /** False until the first whole picture. */
  get known(): boolean {
    return this.#known;
  }
  /** Ids of the rows that the filter lets through, in order; another array whenever they are others. */
  readonly shown = (): readonly string[] => this.#shown;
  readonly row = (id: string): ChartRow | undefined => this.#rows.get(id);
  get apartments(): ChartApartment[] {
    return [...this.#rows.values()].map(({ apartment }) => apartment);
  }
  get totals(): DayTotals {
    return this.#totals;
  }
  readonly totalsVersion = (): number => this.#totalsVersion;
  /** Rows that changes have made right or wrong for the filter since it was set: the list does not move by itself. */
  readonly strays = (): number => this.#strays.size;

  readonly onShown = (listener: Listener): Listener => subscribe(this.#shownListeners, listener);
  readonly onTotals = (listener: Listener): Listener => subscribe(this.#totalsListeners, listener);
  readonly onRow = (id: string, listener: Listener): Listener => {
    const listeners = this.#rowListeners.get(id) ?? new Set();
    this.#rowListeners.set(id, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#rowListeners.delete(id);
    };
  };

  whole(apartments: readonly ChartApartment[], calendars: ReadonlyMap<string, CalendarModel>): void {
    // A picture of other nights: what it does not reach would be taken for free.
    for (const calendar of calendars.values()) if (!reachesOver(calendar, this)) return;
    const before = this.#rows;
    this.#rows = new Map(apartments.map((one) => [one.id, following(before.get(one.id), one, calendars)]));
    const isAsBefore =
      this.#known && before.size === this.#rows.size && apartments.every(({ id }) => before.has(id));
    this.#known = true;
    for (const [id, row] of this.#rows) {
      if (isAsBefore) this.#follow(before.get(id) as ChartRow, row);
      else if (row !== before.get(id)) this.#moved.add(id);
    }
    if (isAsBefore) this.#draw();
    else this.#refilter();
  }

  changed(calendar: CalendarModel, change: ChartChange | undefined): void {
    const id = calendar.apartmentId;
    const before = this.#rows.get(id);
    if (before === undefined) return;
    const bars = barsOf(calendar);
    const nowMs = this.#options.nowMs();
    const recent = change === undefined ? before.recent : remembered(before.recent, change, nowMs);
    const row = { ...before, calendar, bars, recent, marks: fresh(recent, nowMs) };
    this.#rows.set(id, row);
    this.#follow(before, row);
    this.#draw();
  }

  /** Shows other rows; the same filter again takes up what has changed meanwhile. */
  filter(filter: ChartFilter): void {
    this.#filter = filter;
    this.#refilter();
  }

  /** Marks end. To be called every second or so. */
  sweep(): void {
    const nowMs = this.#options.nowMs();
    for (const [id, row] of this.#rows) {
      if (row.marks.length === 0) continue;
      const marks = fresh(row.recent, nowMs);
      if (marks.length === row.marks.length) continue;
      this.#rows.set(id, { ...row, marks });
      this.#moved.add(id);
    }
    if (this.#moved.size > 0) this.#draw();
  }

  #passes({ apartment, bars }: ChartRow): boolean {
    return matches(this.#filter, apartment) && fits(this.#filter, bars, this);
  }

  #refilter(): void {
    const shown: string[] = [];
    this.#totals = new DayTotals(this.from, this.to);
    for (const [id, row] of this.#rows) {
      if (!this.#passes(row)) continue;
      shown.push(id);
      this.#totals.add(row.bars);
    }
    this.#shown = shown;
    this.#isShown = new Set(shown);
    this.#strays = new Set();
    this.#shownMoved = true;
    this.#totalsMoved = true;
    this.#draw();
  }

  /** A row has become another one, where it stands. */
  #follow(before: ChartRow, row: ChartRow): void {
    if (row === before) return;
    const { id } = row.apartment;
    if (this.#isShown.has(id) && row.bars !== before.bars) {
      this.#totals.remove(before.bars);
      this.#totals.add(row.bars);
      this.#totalsMoved = true;
    }
    const strays = this.#strays.size;
    if (this.#passes(row) === this.#isShown.has(id)) this.#strays.delete(id);
    else this.#strays.add(id);
    if (this.#strays.size !== strays) this.#shownMoved = true;
    this.#moved.add(id);
  }

  #draw(): void {
    if (this.#drawing) return;
    this.#drawing = true;
    this.#options.beforeFrame(() => {
      this.#drawing = false;
      const moved = [...this.#moved];
      this.#moved.clear();
      if (this.#totalsMoved) {
        this.#totalsVersion += 1;
        for (const listener of this.#totalsListeners) listener();
      }
      if (this.#shownMoved) for (const listener of this.#shownListeners) listener();
      this.#totalsMoved = false;
      this.#shownMoved = false;
      for (const id of moved) for (const listener of this.#rowListeners.get(id) ?? []) listener();
    });
  }
}

const NEW = { recent: [], marks: [] };

/** The row as a whole picture has it; the one before where nothing of it is new. */
function following(
  before: ChartRow | undefined,
  apartment: ChartApartment,
  calendars: ReadonlyMap<string, CalendarModel>,
): ChartRow {
  const calendar = calendars.get(apartment.id);
  const { name, city } = apartment;
  const isKnown = before !== undefined && same(before.calendar, calendar);
  if (isKnown && before.apartment.name === name && before.apartment.city === city) return before;
  if (isKnown) return { ...before, apartment };
  return { ...(before ?? NEW), apartment, calendar, bars: calendar ? barsOf(calendar) : [] };
}

function same(a: CalendarModel | undefined, b: CalendarModel | undefined): boolean {
  return a?.version === b?.version && a?.from === b?.from && a?.nights.length === b?.nights.length;
}

/** @param nights half-open night numbers */
function reachesOver(
  calendar: CalendarModel,
  nights: { readonly from: number; readonly to: number },
): boolean {
  return calendar.from <= nights.from && nights.to <= calendar.from + calendar.nights.length;
}

function subscribe(listeners: Set<Listener>, listener: Listener): Listener {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
