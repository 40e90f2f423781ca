/** What all checks share: the folded journal, the operations, and who knew what when. */
import { FoldedApartment } from './apartment.ts';
import { Clocks } from './clocks.ts';
import { iso } from './deadlines.ts';
import type { Era } from './eras.ts';
import { fold } from './fold.ts';
import { type Answer, type HistoryEvent, personOf, type RecordedEntry, type Run } from './history.ts';
import { type Operations, operationsOf } from './operations.ts';
import type { Report } from './report.ts';

export interface World {
  readonly run: Run;
  readonly clocks: Clocks;
  readonly report: Report;
  readonly events: readonly HistoryEvent[];
  readonly operations: Operations;
  readonly apartments: ReadonlyMap<string, FoldedApartment>;
  /** One without facts where the journal has none. */
  apartment(id: string): FoldedApartment;
  /** Keys of payments that a fact was about which went with its history. */
  readonly lostPayments: ReadonlySet<string>;
  /** Of the last event, by the run's clock. */
  readonly endMs: number;
}

export function worldOf(history: Era, report: Report): World {
  const { run, lostPayments } = history;
  const clocks = new Clocks(run, report.excuses);
  const events = inOrder(history.events);
  const operations = operationsOf(events, report);
  const apartments = new Map<string, FoldedApartment>();
  const askedMs = (entry: RecordedEntry) => causeOf({ run, operations }, entry)?.askedMs;
  for (const [id, entries] of byApartment(history.journal)) {
    apartments.set(id, fold(id, entries, { run, clocks, report, askedMs }));
  }
  report.counts.apartments = Math.max(report.counts.apartments, apartments.size);
  const none = new Map<string, FoldedApartment>();
  const world: World = {
    run,
    clocks,
    report,
    events,
    operations,
    apartments,
    lostPayments,
    apartment(id) {
      const known = apartments.get(id) ?? none.get(id);
      if (known !== undefined) return known;
      const empty = new FoldedApartment(id, run);
      none.set(id, empty);
      return empty;
    },
    endMs: events.at(-1)?.atMs ?? 0,
  };
  for (const apartment of apartments.values()) begin(world, apartment);
  tellAll(world);
  for (const apartment of apartments.values()) end(world, apartment);
  return world;
}

function inOrder(events: readonly HistoryEvent[]): readonly HistoryEvent[] {
  const isSorted = events.every((event, i) => i === 0 || events[i - 1]!.atMs <= event.atMs);
  return isSorted ? events : events.toSorted((a, b) => a.atMs - b.atMs);
}

function byApartment(journal: readonly RecordedEntry[]): Map<string, RecordedEntry[]> {
  const found = new Map<string, RecordedEntry[]>();
  for (const entry of journal) {
    const same = found.get(entry.apartmentId);
    if (same === undefined) found.set(entry.apartmentId, [entry]);
    else same.push(entry);
  }
  return found;
}

/** When the command that caused an entry was first sent and first answered ok; undefined where no client sent it. */
function causeOf(
  { run, operations }: Pick<World, 'run' | 'operations'>,
  { apartmentId, subjectId, requestId }: RecordedEntry,
): { askedMs: number; okMs: number; name: string } | undefined {
  if (requestId === null) return undefined;
  let cause: { askedMs: number; okMs: number; name: string } | undefined;
  for (const { asked, outcome, endedMs, name } of operations.byRequest.get(requestId) ?? []) {
    const isTheirs = personOf(run, asked.subject) === personOf(run, subjectId);
    if (!isTheirs || !('apartmentId' in asked.args)) continue;
    if (asked.args.apartmentId !== apartmentId) continue;
    cause ??= { askedMs: asked.atMs, okMs: Number.POSITIVE_INFINITY, name };
    if (outcome === 'ok') cause.okMs = Math.min(cause.okMs, endedMs);
  }
  return cause;
}

function begin(world: World, apartment: FoldedApartment): void {
  const { clocks, report } = world;
  apartment.beginBounds((entry) => {
    const cause = causeOf(world, entry);
    const runMs = clocks.runMin(entry.atMs);
    if (cause === undefined) return runMs;
    const { askedMs, okMs, name } = cause;
    if (entry.atMs < clocks.systemMin(askedMs) || entry.atMs > clocks.systemMax(okMs)) {
      report.add(
        'clock-off',
        `version ${entry.version} was decided at ${iso(entry.atMs)}, and its command ran from ${iso(clocks.systemMin(askedMs))}${okMs === Number.POSITIVE_INFINITY ? '' : ` to ${iso(clocks.systemMax(okMs))}`} at most`,
        { apartmentId: apartment.id, operations: [name], versions: [entry.version] },
      );
    }
    return Math.max(runMs, askedMs);
  });
}

function end(world: World, apartment: FoldedApartment): void {
  apartment.endBounds();
  for (const entry of apartment.entries) {
    const cause = causeOf(world, entry);
    if (cause === undefined || apartment.knownSinceMs(entry.version) >= cause.askedMs) continue;
    const { name } = cause;
    world.report.add(
      'told-before-fact',
      `version ${entry.version} or a later one was told to somebody before the command that made it was sent`,
      { apartmentId: apartment.id, operations: [name], versions: [entry.version] },
    );
  }
}

/** Every version that anybody was told, and when. */
function tellAll(world: World): void {
  const tell = (apartmentId: string, version: number, atMs: number, who: string) => {
    const apartment = world.apartment(apartmentId);
    if (version > apartment.head) {
      const sentence = `${who} was told version ${version}, and the journal ends at ${apartment.head}`;
      world.report.add('ahead-of-journal', sentence, { apartmentId, operations: [who], versions: [version] });
    } else {
      apartment.told(version, atMs);
    }
  };
  for (const { data, outcome, endedMs, name } of world.operations.all) {
    if (outcome !== 'ok' || data === undefined) continue;
    for (const { apartmentId, version } of versionedIn(data)) tell(apartmentId, version, endedMs, name);
  }
  for (const event of world.events) {
    const { atMs, process } = event;
    switch (event.type) {
      case 'calendar':
        tell(event.calendar.apartmentId, event.calendar.version, atMs, `${process}#${event.watch}`);
        break;
      case 'availability':
        tell(event.apartmentId, event.version, atMs, `${process}#${event.watch}`);
        break;
      case 'hold':
        tell(event.hold.apartmentId, event.hold.version, atMs, process);
        break;
      case 'booking':
        tell(event.booking.apartmentId, event.booking.version, atMs, process);
    }
  }
}

function versionedIn(data: Answer): readonly { readonly apartmentId: string; readonly version: number }[] {
  if ('hold' in data) return [data.hold];
  if ('booking' in data) return [data.booking];
  if ('block' in data) return [data.block];
  if ('calendar' in data) return [data.calendar];
  return [...data.holds, ...data.bookings];
}
