/** Questions to apartments that change nothing, as promises. */
import type { StandingClaims } from '../protocol/claims.ts';
import { type Outcome, Refusal, refuse } from '../protocol/errors.ts';
import { epochMs, instant } from '../protocol/instant.ts';
import type { JournalAnswer, JournalQuery } from '../protocol/journal.ts';
import { localNight } from '../protocol/local-day.ts';
import type { NightRange } from '../protocol/nights.ts';
import type { Calendar as CalendarView, Hold } from '../protocol/resources.ts';
import type { Clock } from '../time/clock.ts';
import type { Scheduler } from '../time/scheduler.ts';
import { MACHINE_VERSION } from './apartment-machine.ts';
import type { Calendar } from './calendar/calendar.ts';
import { unknownApartment } from './calendar/decision.ts';
import { calendarView, claimsView, openHoldsView } from './calendar/views.ts';
import type { JournalEntry } from './facts.ts';
import { Histories, versionAt } from './history.ts';
import type { Journal, StoredBaseline } from './ports.ts';
import { unreadable } from './quarantine.ts';
import type { Registry } from './registry.ts';

export class ApartmentReads {
  readonly #registry: Registry;
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #histories: Histories;

  constructor(registry: Registry, journal: Journal, clock: Clock, scheduler: Scheduler) {
    this.#registry = registry;
    this.#journal = journal;
    this.#clock = clock;
    this.#histories = new Histories(journal, scheduler);
  }

  /**
   * The committed calendar, in order with the deltas that watchers get. Undefined where the apartment moved to another
   * node meanwhile, or its instance was lost: to be asked again.
   * @param sinceMs when it was asked for, in epoch milliseconds
   */
  calendar(
    apartmentId: string,
    window: NightRange,
    sinceMs: number,
  ): Promise<Outcome<CalendarView> | undefined> {
    return this.#read(apartmentId, sinceMs, (calendar) => calendarView(apartmentId, calendar, window));
  }

  /** The committed claims in a window; as `calendar`. */
  claims(
    apartmentId: string,
    window: NightRange,
    sinceMs: number,
  ): Promise<Outcome<StandingClaims> | undefined> {
    return this.#read(apartmentId, sinceMs, (calendar) => claimsView(calendar, window));
  }

  /**
   * A guest's open holds on all apartments, soonest deadline first. Rejects with a `Refusal` where one of them could
   * not be read: left out, its holds would be taken for gone.
   */
  async openHolds(guestId: string, apartmentIds: Iterable<string>): Promise<Hold[]> {
    const sinceMs = this.#clock.nowMs();
    const answers = await Promise.all(
      [...apartmentIds].map(async (id) => {
        const answer = await this.#read(id, sinceMs, (calendar) => openHoldsView(id, calendar, guestId));
        return answer ?? unreachable(id);
      }),
    );
    const holds = answers.flatMap((answer) => {
      if (answer.ok) return answer.data;
      const { code, message, ...details } = answer.error;
      if (code === 'not_found') return [];
      throw new Refusal(code, message, details);
    });
    return holds.sort((a, b) => (a.expiresAt < b.expiresAt ? -1 : 1));
  }

  /**
   * One apartment's facts in order, and its whole calendar as of then. `unavailable` where that lies too far from any
   * calendar that is known to be folded in one go: asked again, it goes on from there.
   */
  async history(apartmentId: string, query: JournalQuery): Promise<Outcome<JournalAnswer>> {
    const stored = await this.#journal.load(apartmentId, MACHINE_VERSION, 0);
    if (stored === undefined) return refuse('not_found', `there is no apartment ${apartmentId}`);
    const { lastVersion: latestVersion, baseline } = stored;
    const archivedVersion = baseline?.version ?? 0;
    const lastMs = query.at === undefined ? Number.POSITIVE_INFINITY : epochMs(query.at);
    if (baseline !== undefined && lastMs < baseline.atMs) return archived(apartmentId, baseline);
    const version =
      query.at === undefined
        ? Math.min(query.version ?? latestVersion, latestVersion)
        : await versionAt(this.#journal, apartmentId, lastMs, { archivedVersion, latestVersion });
    const calendar = await this.#histories.calendarAt(apartmentId, stored, version);
    if (calendar === 'archived') return archived(apartmentId, baseline!);
    if (calendar === 'unreadable') return unreadable(apartmentId);
    if (calendar === 'busy') return unreachable(apartmentId);
    const after = Math.max(Math.min(query.after ?? version - query.limit, version), archivedVersion);
    const facts = await this.#journal.entries(apartmentId, after, Math.min(query.limit, version - after));
    const nowMs = Math.min(lastMs, this.#clock.nowMs());
    const today = localNight(stored.terms.timeZone, nowMs);
    const first = calendar.claims[0]?.from ?? today;
    const last = calendar.claims.at(-1)?.to ?? today + 1;
    const window = { from: Math.min(first, today), to: Math.max(last, today + stored.terms.horizonNights) };
    return {
      ok: true,
      data: {
        latestVersion,
        ...(baseline !== undefined && { archivedVersion }),
        calendar: calendarView(apartmentId, calendar, window),
        facts: facts.map(factView),
      },
    };
  }

  #read<T>(
    apartmentId: string,
    sinceMs: number,
    look: (calendar: Calendar) => T,
  ): Promise<Outcome<T> | undefined> {
    return new Promise((resolve) => {
      this.#registry.with(
        apartmentId,
        sinceMs,
        (apartment) => apartment.read(look, (found) => resolve(found && { ok: true, data: found })),
        (why) => {
          if (why === 'moved') resolve(undefined);
          else if (why === 'unknown') resolve(unknownApartment(apartmentId));
          else resolve(why === 'unreadable' ? unreadable(apartmentId) : unreachable(apartmentId));
        },
      );
    });
  }
}

function factView({ version, fact, atMs, subjectId }: JournalEntry): JournalAnswer['facts'][number] {
  return {
    version,
    kind: fact.kind,
    at: instant(atMs),
    ...(subjectId !== null && { subjectId }),
    fact: { ...fact },
  };
}

function archived(apartmentId: string, { version, atMs }: StoredBaseline) {
  const until = `up to version ${version}, of ${instant(atMs)},`;
  return refuse(
    'not_found',
    `the facts of apartment ${apartmentId} ${until} are archived; ask for a later one, or look into the archive`,
  );
}

function unreachable(apartmentId: string) {
  return refuse('unavailable', `apartment ${apartmentId} could not be read in time; ask again`, {
    retryAfterMs: 500,
  });
}
