/** Calendars that were read, or told to a watch: of their version, exactly. */
import { dateOf, nightOf } from '../../src/protocol/nights.ts';
import type { Calendar, Range } from '../../src/protocol/resources.ts';
import type { FoldedApartment } from './apartment.ts';
import type { Excuses } from './excuses.ts';
import { isShownAs } from './wire.ts';
import type { World } from './world.ts';

export function checkReads(world: World): void {
  for (const { asked, outcome, data, name, endedMs } of world.operations.all) {
    if (asked.command !== 'calendar' || outcome !== 'ok' || data === undefined) continue;
    if (!('calendar' in data)) continue;
    const { calendar } = data;
    const apartment = world.apartment(calendar.apartmentId);
    const { first, last } = apartment.currentBetween(asked.atMs, endedMs);
    const isRaced = world.report.excuses.for('raced', calendar.version >= first);
    if (calendar.version < last && !isRaced) {
      world.report.add(
        'read-stale',
        `${name} read version ${calendar.version} when ${first} had been told to somebody before`,
        { apartmentId: apartment.id, operations: [name], versions: [calendar.version, first] },
      );
    }
    if (calendar.version > last && calendar.version <= apartment.head) {
      world.report.add(
        'ahead-of-journal',
        `${name} read version ${calendar.version}, which cannot have been decided by then`,
        { apartmentId: apartment.id, operations: [name], versions: [calendar.version, last] },
      );
    }
    const { from, to } = asked.args;
    if (calendar.apartmentId !== asked.args.apartmentId || calendar.from !== from || calendar.to !== to) {
      world.report.add('read-mismatch', `${name} read another window than it asked for`, {
        apartmentId: apartment.id,
        operations: [name],
      });
    }
    compareCalendar(world, calendar, name, { isWire: true });
  }
}

/**
 * @param isWire as the server sends it, each claim a range of its own with `checkOutOnly`; otherwise as a client
 * library keeps it, neighbours of one kind run together
 */
export function compareCalendar(
  world: World,
  calendar: Calendar,
  who: string,
  { isWire }: { isWire: boolean },
): void {
  const apartment = world.apartment(calendar.apartmentId);
  const { version } = calendar;
  world.report.counts.calendarsCompared += 1;
  const wrong = differenceIn(apartment, calendar, isWire, world.report.excuses);
  if (wrong === undefined) return;
  world.report.add(wrong.rule, `${who} read version ${version}, ${wrong.why}`, {
    apartmentId: apartment.id,
    operations: [who],
    versions: [version],
  });
}

interface Difference {
  readonly rule: 'read-lost-ack' | 'read-mismatch';
  readonly why: string;
}

function differenceIn(
  apartment: FoldedApartment,
  calendar: Calendar,
  isWire: boolean,
  excuses: Excuses,
): Difference | undefined {
  const { version, taken } = calendar;
  const [from, to] = [nightOf(calendar.from), nightOf(calendar.to)];
  const order = disorderIn(taken, from, to);
  if (order !== undefined) return { rule: 'read-mismatch', why: order };
  let i = 0;
  // Outside of these nights there never was a claim, and a range there is one too many.
  const { nights } = apartment;
  for (let night = Math.max(from, nights.first); night < Math.min(to, nights.last + 1); night++) {
    while (i < taken.length && nightOf(taken[i]!.to) <= night) i += 1;
    const next = taken[i];
    const range = next !== undefined && nightOf(next.from) <= night ? next : undefined;
    const claim = nights.at(night, version);
    if (claim === undefined && range === undefined) continue;
    if (claim === undefined) return mismatch(`where ${dateOf(night)} is ${range!.status} and was free`);
    if (range === undefined || !isShownAs(claim, version, range)) {
      const shown = `where ${dateOf(night)} is ${range?.status ?? 'free'}`;
      const rule = claim.kind === 'booking' && range === undefined ? 'read-lost-ack' : 'read-mismatch';
      return { rule, why: `${shown} and was ${claim.kind} ${claim.id}` };
    }
    if (excuses.for('run-together', !isWire)) continue;
    const isFirst = night === Math.max(claim.from, from);
    const isLast = night === Math.min(claim.to, to) - 1;
    if ((nightOf(range.from) === night) !== isFirst || (nightOf(range.to) - 1 === night) !== isLast)
      return mismatch(`where ${claim.kind} ${claim.id} is not a range of its own`);
    const isArrivalOnly = claim.from >= from && nights.at(claim.from - 1, version) === undefined;
    if (isFirst && (range.checkOutOnly === true) !== isArrivalOnly)
      return mismatch(`where checkOutOnly on ${range.from} is ${range.checkOutOnly === true}`);
  }
  const beyond = taken.find(
    (range) => nightOf(range.from) < nights.first || nightOf(range.to) > nights.last + 1,
  );
  return beyond && mismatch(`where ${beyond.from} to ${beyond.to} is ${beyond.status} and was free`);
}

function mismatch(why: string): Difference {
  return { rule: 'read-mismatch', why };
}

/** Sorted, half-open, within the window, never `free`, never overlapping. */
function disorderIn(taken: readonly Range[], from: number, to: number): string | undefined {
  let last = from;
  for (const range of taken) {
    const [first, end] = [nightOf(range.from), nightOf(range.to)];
    if (first < last || end <= first || end > to || range.status === 'free')
      return `whose range ${range.from} to ${range.to} ${range.status} does not belong there`;
    last = end;
  }
  return undefined;
}
