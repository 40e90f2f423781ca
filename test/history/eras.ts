/**
 * A run in which an older copy of its database came has had several histories (ADR 20). Each is judged by itself, with what
 * was answered and told while it was the one; an acknowledgement whose fact the copy had as well holds for the next, too.
 *
 *   its own ── fromMs ── either, for a moment ── untilMs ── nothing is answered ── acceptedMs ── the next
 */
import type {
  Answer,
  Fail,
  History,
  HistoryEvent,
  Invoke,
  LostHistory,
  Ok,
  RecordedEntry,
  Resync,
  Unknown,
} from './history.ts';
import { isUnknown } from './operations.ts';
import type { Report } from './report.ts';

type End = Ok | Fail | Unknown;
type Told = Exclude<HistoryEvent, Invoke | End>;

/** One history of a run. */
export interface Era extends Omit<History, 'lost'> {
  /** Keys of payments of earlier ones that a fact was about which is not in this one. */
  readonly lostPayments: ReadonlySet<string>;
  /** Watches that were open when the one before ended. */
  readonly resumed: Resumed;
}

/** They are to be given a calendar anew: nothing that was known before counts. */
export interface Resumed {
  readonly sinceMs: number;
  readonly watches: readonly Watched[];
}
type Watched = Pick<Resync, 'process' | 'watch'> & { readonly apartmentId: string };

const NONE: Resumed = { sinceMs: 0, watches: [] };

/** In order; the last one is the history that is there at the end. */
export function erasOf(history: History, report: Report): readonly Era[] {
  const { lost = [], ...last } = history;
  if (lost.length === 0) return [{ ...last, lostPayments: new Set(), resumed: NONE }];
  const eras = new Eras(history, lost, report);
  const ends = new Map<string, End>();
  for (const event of history.events) if (isEnd(event)) ends.set(`${event.process}/${event.op}`, event);
  for (const event of history.events) {
    if (event.type === 'invoke') eras.operation(event, ends.get(`${event.process}/${event.op}`));
    else if (!isEnd(event)) eras.told(event);
  }
  const earlier = lost.map(({ fromMs }, i): Omit<History, 'lost'> => {
    // Watches are to be whole when their history ends.
    const ends = eras.openAtEndOf(i).map((watch) => ({ ...watch, type: 'unwatch' as const, atMs: fromMs }));
    const events = [...eras.events[i]!, ...ends];
    return { run: { ...history.run, isSettled: false }, events, journal: eras.journals[i]! };
  });
  return [...earlier, { ...last, events: eras.events.at(-1)! }].map((era, i) => {
    const outages = lost.slice(0, i).map(({ copyMs, acceptedMs }) => ({ fromMs: copyMs, toMs: acceptedMs }));
    const lostPayments = new Set(lost.slice(0, i).flatMap(paymentsLost));
    const resumed = i === 0 ? NONE : { sinceMs: lost[i - 1]!.acceptedMs, watches: eras.openAtEndOf(i - 1) };
    return {
      ...era,
      lostPayments,
      resumed,
      run: { ...era.run, outages: [...(era.run.outages ?? []), ...outages] },
    };
  });
}

class Eras {
  readonly events: readonly HistoryEvent[][];
  /** Of each, whole. */
  readonly journals: readonly (readonly RecordedEntry[])[];
  readonly #lost: readonly LostHistory[];
  readonly #report: Report;
  readonly #effects: readonly ReadonlySet<string>[];
  readonly #requests: readonly ReadonlySet<string | null>[];

  constructor(history: History, lost: readonly LostHistory[], report: Report) {
    this.#lost = lost;
    this.#report = report;
    this.events = [...lost, undefined].map(() => []);
    this.journals = wholeJournals(history.journal, lost);
    this.#effects = this.journals.map((journal) => new Set(journal.flatMap(effectsOf)));
    this.#requests = this.journals.map((journal) => new Set(journal.map(({ requestId }) => requestId)));
  }

  operation(asked: Invoke, end: End | undefined): void {
    const home = end === undefined ? undefined : this.#homeOf(asked, end);
    const isRead = asked.command === 'calendar' || asked.command === 'mine';
    for (const [era, events] of this.events.entries()) {
      if (era === home || (home !== undefined && home < era && this.#holdsStill(end!, home, era))) {
        events.push(asked, end!);
        continue;
      }
      // It may take effect in this one as well, and nobody says whether it did.
      const untilMs = this.#lost[era]?.fromMs ?? Number.POSITIVE_INFINITY;
      if (isRead || asked.atMs >= untilMs) continue;
      events.push(asked);
      const { process, op } = asked;
      if (end !== undefined && end.atMs < untilMs)
        events.push({ type: 'unknown', atMs: end.atMs, process, op });
    }
  }

  told(event: Told): void {
    const era = this.#eraAt(event.atMs);
    if (event.atMs < this.#beginOfNext(era)) this.events[era]!.push(event);
    else if (event.type === 'unwatch') this.events[era + 1]!.push(event);
    else this.#betweenTwo(event.atMs, era, event.process);
  }

  openAtEndOf(era: number): Watched[] {
    const open = new Map<string, Watched>();
    for (const event of this.events.slice(0, era + 1).flat()) {
      if (event.type !== 'calendar' && event.type !== 'availability' && event.type !== 'unwatch') continue;
      const { process, watch } = event;
      const apartmentId = event.type === 'calendar' ? event.calendar.apartmentId : event.apartmentId;
      const key = `${process}#${watch} ${apartmentId}`;
      if (event.type === 'unwatch') open.delete(key);
      else open.set(key, { process, watch, apartmentId });
    }
    return [...open.values()];
  }

  /** @returns the history that an answer rests on; undefined where that may be either */
  #homeOf({ requestId }: Invoke, end: End): number | undefined {
    const era = this.#eraAt(end.atMs);
    if (end.type === 'unknown' || (end.type === 'fail' && isUnknown(end.error)))
      return end.atMs < this.#beginOfNext(era) ? era : undefined;
    if (end.atMs < this.#beginOfNext(era)) return era;
    const place = end.type === 'ok' ? placeOf(end.data) : undefined;
    const isInTime = end.atMs <= this.#lost[era]!.untilMs;
    if (place === undefined || !isInTime) {
      this.#betweenTwo(end.atMs, era, `${end.process}/${end.op}`);
      return undefined;
    }
    const effect = effectOf(place.apartmentId, place.version, place.id);
    const isIn = (nth: number) => this.#effects[nth]!.has(effect);
    if (!isIn(era) || !isIn(era + 1)) return isIn(era + 1) ? era + 1 : era;
    // What had been asked for before the copy came may be asked for again, and have the same effect there.
    const isAskedIn = (nth: number) => requestId !== undefined && this.#requests[nth]!.has(requestId);
    return isAskedIn(era + 1) && !isAskedIn(era) ? era + 1 : era;
  }

  /** Whether what a client was told of a command is to be found in a later history as well. */
  #holdsStill(end: End, home: number, era: number): boolean {
    const place = end.type === 'ok' ? placeOf(end.data) : undefined;
    if (place === undefined) return false;
    let isLost = false;
    for (let i = home; i < era; i++) isLost ||= place.version > this.#headOf(i, place.apartmentId);
    return !this.#report.excuses.for('lost-history', isLost);
  }

  #betweenTwo(atMs: number, era: number, who: string): void {
    const { untilMs } = this.#lost[era]!;
    if (this.#report.excuses.for('two-histories', atMs <= untilMs)) return;
    const sentence = `${who} was answered or told something ${Math.round(atMs - untilMs)} ms after every server knew that the history is refused`;
    this.#report.add('served-refused', sentence, { operations: [who] });
  }

  #headOf(era: number, apartmentId: string): number {
    return this.#lost[era]!.heads[apartmentId] ?? 0;
  }

  #eraAt(atMs: number): number {
    const era = this.#lost.findIndex(({ acceptedMs }) => atMs < acceptedMs);
    return era < 0 ? this.#lost.length : era;
  }

  #beginOfNext(era: number): number {
    return this.#lost[era]?.fromMs ?? Number.POSITIVE_INFINITY;
  }
}

function isEnd(event: HistoryEvent): event is End {
  return event.type === 'ok' || event.type === 'fail' || event.type === 'unknown';
}

/** Which claim an answer is about, as of which version. */
interface Place {
  readonly apartmentId: string;
  readonly version: number;
  readonly id: string;
}

function placeOf(data: Answer): Place | undefined {
  if ('hold' in data) return data.hold;
  if ('booking' in data) return data.booking;
  return 'block' in data ? data.block : undefined;
}

function effectsOf({ apartmentId, version, fact }: RecordedEntry): string[] {
  const ids = [];
  if ('hold' in fact) ids.push(fact.hold);
  if ('booking' in fact) ids.push(fact.booking);
  if ('block' in fact) ids.push(fact.block);
  return ids.map((id) => effectOf(apartmentId, version, id));
}

function effectOf(apartmentId: string, version: number, id: string): string {
  return `${apartmentId} ${version} ${id}`;
}

/** Each begins with what its copy had of the one before. */
function wholeJournals(
  last: readonly RecordedEntry[],
  lost: readonly LostHistory[],
): readonly (readonly RecordedEntry[])[] {
  const journals = [last];
  for (const one of lost.toReversed()) {
    const own = new Set(one.journal.map(placeIn));
    const kept = journals[0]!.filter(
      (entry) => entry.version <= (one.heads[entry.apartmentId] ?? 0) && !own.has(placeIn(entry)),
    );
    journals.unshift([...kept, ...one.journal]);
  }
  return journals;
}

function placeIn({ apartmentId, version }: RecordedEntry): string {
  return `${apartmentId} ${version}`;
}

/** What the copy did not have. */
export function factsLost({ journal, heads }: LostHistory): readonly RecordedEntry[] {
  return journal.filter(({ apartmentId, version }) => version > (heads[apartmentId] ?? 0));
}

/** Keys of payments that a fact was about which the copy did not have. */
export function paymentsLost(lost: LostHistory): string[] {
  return factsLost(lost).flatMap(({ fact }) => ('key' in fact ? [fact.key] : []));
}
