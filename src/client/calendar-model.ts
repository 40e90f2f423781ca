/**
 * One apartment's calendar as a watcher knows it: pure functions, no clock, no I/O. A model is never changed,
 * only followed by another, so that a page may compare two by identity.
 */
import type { Availability } from '../protocol/events.ts';
import { dateOf, nightOf } from '../protocol/nights.ts';
import type { Calendar, Range, RangeStatus } from '../protocol/resources.ts';

export interface Night {
  readonly status: Exclude<RangeStatus, 'free'>;
  readonly heldUntil?: string;
}

export interface CalendarModel {
  readonly apartmentId: string;
  readonly version: number;
  /** Night number of `nights[0]`. */
  readonly from: number;
  /** Undefined where the night is free. */
  readonly nights: readonly (Night | undefined)[];
}

export type Step =
  /** The version after the known one: `model` has it. */
  | { readonly kind: 'applied'; readonly model: CalendarModel }
  /** Nothing new: an old delta, or a beacon that agrees. */
  | { readonly kind: 'known' }
  /** Something was missed; only the server can tell what. */
  | { readonly kind: 'behind' };

export function modelOf(calendar: Calendar): CalendarModel {
  const from = nightOf(calendar.from);
  const nights: (Night | undefined)[] = new Array(Math.max(0, nightOf(calendar.to) - from)).fill(undefined);
  for (const range of calendar.taken) write(nights, from, range);
  return { apartmentId: calendar.apartmentId, version: calendar.version, from, nights };
}

/**
 * What a delta does to a model. One without changes may be a beacon about a delta that was lost, so it is never
 * applied: newer than the model, it means that the model is behind.
 */
export function step(model: CalendarModel, { version, changes }: Availability): Step {
  if (version <= model.version) return { kind: 'known' };
  if (version !== model.version + 1 || changes.length === 0) return { kind: 'behind' };
  const nights = model.nights.slice();
  for (const range of changes) write(nights, model.from, range);
  return { kind: 'applied', model: { ...model, version, nights } };
}

/** Undefined where the night is free, or outside of the model: see `covers`. */
export function nightAt(model: CalendarModel, night: number): Night | undefined {
  return model.nights[night - model.from];
}

export function covers(model: CalendarModel, night: number): boolean {
  return night >= model.from && night < model.from + model.nights.length;
}

/** True where every night of [from, to) is in the model and free. */
export function isFree(model: CalendarModel, from: number, to: number): boolean {
  for (let night = from; night < to; night++) {
    if (!covers(model, night) || nightAt(model, night) !== undefined) return false;
  }
  return from < to;
}

/**
 * True where the night is taken and the one before it free: a stay may end on that day but not begin. Worked out
 * from the nights rather than kept from the wire, where a later delta about the day before would make it wrong.
 */
export function isCheckOutOnly(model: CalendarModel, night: number): boolean {
  return nightAt(model, night) !== undefined && isFree(model, night - 1, night);
}

/** The taken nights as sorted ranges, each as long as it can be. */
export function takenOf(model: CalendarModel): Range[] {
  const ranges: Range[] = [];
  let start = 0;
  for (let i = 1; i <= model.nights.length; i++) {
    const first = model.nights[start];
    if (i < model.nights.length && continues(first, model.nights[i])) continue;
    if (first !== undefined) {
      ranges.push({ from: dateOf(model.from + start), to: dateOf(model.from + i), ...first });
    }
    start = i;
  }
  return ranges;
}

function continues(first: Night | undefined, next: Night | undefined): boolean {
  if (first === undefined || next === undefined) return first === next;
  return first.status === next.status && first.heldUntil === next.heldUntil;
}

function write(nights: (Night | undefined)[], modelFrom: number, range: Range): void {
  const { status, heldUntil } = range;
  const night = status === 'free' ? undefined : { status, ...(heldUntil === undefined ? {} : { heldUntil }) };
  const from = Math.max(0, nightOf(range.from) - modelFrom);
  const to = Math.min(nightOf(range.to) - modelFrom, nights.length);
  if (from < to) nights.fill(night, from, to);
}
