/**
 * One apartment's journal as far as it has been read: facts by version, calendars as of a version. Neither ever
 * changes, so what has been read once is not asked for again; only the end moves, and it is followed.
 */
import {
  type CalendarModel,
  type CallOptions,
  calendarModel,
  type JournalAnswer,
} from '../../../../src/client/index.ts';
import type { ErrorBody } from '../../../../src/protocol/errors.ts';
import { plusDays, todayIn } from '../../format.ts';
import { client } from '../../shared/live/client.ts';
import { bornAt, idsIn, type JournalFact } from './claim-lookup.ts';

/** Facts on one page of the table. */
export const FACTS_PAGE = 50;
/** Facts read at once to catch up. */
const CATCH_UP = 500;
/** Calendars kept; the slider comes back to those nearby. */
const CALENDARS_MAX = 120;
/** Facts kept: past it the book is begun anew, a long way of scrolling from there. */
const FACTS_MAX = 5_000;

/** The versions of a page of facts, from just after the first number to the second: none where all of it is archived. */
export function pageOf(
  version: number,
  { archived, latest }: Pick<JournalBook, 'archived'> & { latest: number },
): { after: number; last: number } {
  const first = Math.floor((version - 1) / FACTS_PAGE) * FACTS_PAGE;
  return { after: Math.max(first, archived), last: Math.min(latest, first + FACTS_PAGE) };
}

export class JournalBook {
  readonly #apartmentId: string;
  readonly #facts = new Map<number, JournalFact>();
  readonly #calendars = new Map<number, CalendarModel>();
  readonly #listeners = new Set<() => void>();
  /** Questions under way, by what they ask, so that none is asked twice at once. */
  readonly #asked = new Set<string>();
  readonly #ended = new AbortController();
  #latest: number | undefined;
  #archived = 0;
  /** The newest version that the server has spoken of: its fact may have missed the answer that was on its way. */
  #heard = 0;
  #error: ErrorBody | undefined;
  #wanted: number | undefined;
  #frame = 0;
  #edition = 0;
  #stop: (() => void) | undefined;

  constructor(apartmentId: string) {
    this.#apartmentId = apartmentId;
  }

  /** The version of the last fact, 0 where nothing has happened yet; undefined until that is known. */
  get latest(): number | undefined {
    return this.#latest;
  }
  /** The facts up to this version are archived, and calendars of before it are not to be had; 0 where none are. */
  get archived(): number {
    return this.#archived;
  }
  get error(): ErrorBody | undefined {
    return this.#error;
  }
  /** Another number with whatever has been read since. */
  get edition(): number {
    return this.#edition;
  }
  fact(version: number): JournalFact | undefined {
    return this.#facts.get(version);
  }
  calendar(version: number): CalendarModel | undefined {
    return this.#calendars.get(version);
  }

  open(): void {
    void this.#catchUp();
    const today = todayIn('UTC', client.clock.nowMs());
    // Any window will do: what is followed is the version.
    this.#stop = client.watch([this.#apartmentId], today, plusDays(today, 1), {
      update: ({ calendar }) => {
        this.#heard = Math.max(this.#heard, calendar.version);
        if (this.#latest !== undefined && this.#heard > this.#latest) void this.#catchUp();
      },
    });
  }

  close(): void {
    this.#stop?.();
    this.#ended.abort();
    cancelAnimationFrame(this.#frame);
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Asks again after a refusal; until then nothing is asked. */
  retry(): void {
    this.#error = undefined;
    this.#asked.clear();
    this.#changed();
    void this.#catchUp();
  }

  /** Makes sure of the page of facts that has this version, and of what its facts speak about. */
  wantPage(version: number): void {
    if (this.#error !== undefined) return;
    const latest = this.#latest ?? 0;
    const { after, last } = pageOf(version, { archived: this.#archived, latest });
    for (let one = after + 1; one <= last; one++) {
      if (this.#facts.has(one)) continue;
      void this.#ask(`page ${after}`, { version: last, after, limit: FACTS_PAGE });
      return;
    }
    this.#wantBirths(after, last);
  }

  /** Makes sure of the calendar as of this version and the one before, of the last one asked for first. */
  wantCalendars(version: number): void {
    this.#wanted = version;
    if (this.#error !== undefined) return;
    void this.#readCalendars();
  }

  /**
   * The calendar as of an instant, with the last fact up to then; `archived` where that cannot be told any more. Rejects once
   * the signal is aborted.
   */
  async asOf(
    at: string,
    options: CallOptions = {},
  ): Promise<{ version: number; calendar: CalendarModel } | ErrorBody | 'archived'> {
    const answer = await client.management.journal(this.#apartmentId, { at, limit: 1 }, options);
    options.signal?.throwIfAborted();
    if (!answer.ok)
      return answer.error.code === 'not_found' && this.#archived > 0 ? 'archived' : answer.error;
    this.#keep(answer.data);
    const { calendar } = answer.data;
    return { version: calendar.version, calendar: calendarModel.modelOf(calendar) };
  }

  async #readCalendars(): Promise<void> {
    if (this.#asked.has('calendar')) return;
    this.#asked.add('calendar');
    try {
      for (;;) {
        const wanted = this.#wanted;
        const missing = [wanted, wanted === undefined ? undefined : wanted - 1].find(
          (one) => one !== undefined && one >= Math.max(1, this.#archived) && !this.#calendars.has(one),
        );
        if (missing === undefined) return;
        const answer = await client.management.journal(
          this.#apartmentId,
          { version: missing, limit: 1 },
          { signal: this.#ended.signal },
        );
        if (!answer.ok) {
          this.#refused(answer.error);
          return;
        }
        this.#keep(answer.data);
        this.#calendars.set(missing, calendarModel.modelOf(answer.data.calendar));
        const oldest = this.#calendars.keys().next().value;
        if (this.#calendars.size > CALENDARS_MAX && oldest !== undefined) this.#calendars.delete(oldest);
        this.#changed();
      }
    } catch {
      // Closed.
    } finally {
      this.#asked.delete('calendar');
    }
  }

  async #catchUp(): Promise<void> {
    if (this.#asked.has('end')) return;
    this.#asked.add('end');
    try {
      for (;;) {
        const known = this.#latest;
        const answer = await client.management.journal(
          this.#apartmentId,
          known === undefined ? { limit: FACTS_PAGE } : { after: known, limit: CATCH_UP },
          { signal: this.#ended.signal },
        );
        if (!answer.ok) {
          this.#refused(answer.error);
          return;
        }
        const { latestVersion, facts, calendar } = answer.data;
        this.#keep(answer.data);
        this.#error = undefined;
        const reached = known === undefined ? latestVersion : (facts.at(-1)?.version ?? latestVersion);
        this.#latest = reached;
        if (reached === latestVersion && calendar.version === latestVersion) {
          this.#calendars.set(latestVersion, calendarModel.modelOf(calendar));
        }
        this.#changed();
        if (reached >= latestVersion && reached >= this.#heard) return;
      }
    } catch {
      // Closed.
    } finally {
      this.#asked.delete('end');
    }
  }

  /** What facts of a page speak about came to be in facts before it: read by the versions that their ids carry. */
  #wantBirths(after: number, last: number): void {
    const births = new Set<number>();
    for (let version = after + 1; version <= last; version++) this.#addBirths(version, births);
    for (const version of births) void this.#ask(`fact ${version}`, { version, limit: 1 });
  }

  #addBirths(version: number, births: Set<number>): void {
    const fact = this.#facts.get(version);
    if (fact === undefined) return;
    for (const id of idsIn(fact)) {
      const born = bornAt(id);
      if (born === undefined || born >= version || born <= this.#archived) continue;
      if (!this.#facts.has(born)) births.add(born);
      // A booking came to be with its payment, which names the hold.
      else this.#addBirths(born, births);
    }
  }

  async #ask(name: string, question: { version: number; after?: number; limit: number }): Promise<void> {
    if (this.#asked.has(name)) return;
    this.#asked.add(name);
    try {
      const answer = await client.management.journal(this.#apartmentId, question, {
        signal: this.#ended.signal,
      });
      if (answer.ok) this.#keep(answer.data);
      else this.#error = answer.error;
      this.#asked.delete(name);
      this.#changed();
    } catch {
      // Closed.
    }
  }

  #keep({ facts, archivedVersion = 0 }: JournalAnswer): void {
    this.#archived = Math.max(this.#archived, archivedVersion);
    if (this.#facts.size > FACTS_MAX) this.#facts.clear();
    for (const fact of facts) this.#facts.set(fact.version, fact);
  }

  #refused(error: ErrorBody): void {
    this.#error = error;
    this.#changed();
  }

  #changed(): void {
    this.#edition += 1;
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      for (const listener of this.#listeners) listener();
    });
  }
}
