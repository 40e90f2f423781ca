/**
 * The history checker: what clients did and saw, against what the journal says and the provider has. Pure, in one
 * pass of each kind: n log n in operations and facts together.
 *
 *   journal ──fold──> claims at every version ──┐
 *   events ──> operations, watches ─────────────┼──> answers, repeats, refusals, reads, watchers ──> report
 *          └─> who knew which version when ─────┘
 *   provider's books, bookings table ─────────────> payments, refunds, rows
 */
import { checkAnswers } from './answers.ts';
import { checkReads } from './calendars.ts';
import { NEVER } from './claims.ts';
import { checkEndedInTime } from './deadlines.ts';
import { type Era, erasOf } from './eras.ts';
import type { Bend } from './excuses.ts';
import type { History } from './history.ts';
import { checkMine } from './mine.ts';
import { checkOpenHolds, holdsOfGuests, openOf } from './open-holds.ts';
import { checkPayments, checkRefunds } from './payments.ts';
import { checkRefusals } from './refusals.ts';
import { checkRepeats } from './repeats.ts';
import { Report } from './report.ts';
import { checkTable } from './table.ts';
import { checkUnreadable } from './unreadable.ts';
import { checkWatchers } from './watchers.ts';
import { type World, worldOf } from './world.ts';

/** @param bend for the tests of excuses alone */
export function check(history: History, bend?: Bend): Report {
  const report = new Report(bend);
  for (const era of erasOf(history, report)) checkEra(era, report);
  return report;
}

function checkEra(era: Era, report: Report): void {
  const world = worldOf(era, report);
  const guests = holdsOfGuests(world);
  checkAnswers(world);
  checkRepeats(world);
  checkRefusals(world, guests);
  checkReads(world);
  checkMine(world);
  checkWatchers(world, era.resumed);
  checkUnreadable(world);
  checkOpenHolds(world, guests);
  checkNeverEnded(world);
  checkLeftBehind(world);
  const { bookings, payments } = era;
  if (payments !== undefined) checkPayments(world, payments);
  if (bookings !== undefined) {
    checkTable(world, bookings);
    checkRefunds(world, new Map(bookings.map((row) => [`${row.apartmentId} ${row.id}`, row.policy])));
  }
}

/** By the end of a run, which waited for it; and from when on nobody looked any more. */
function checkLeftBehind({ run, report, clocks, apartments }: World): void {
  const { adopted = {}, adoptedByMs = {}, isSettled } = run;
  if (isSettled !== true) return;
  for (const { id: apartmentId, holds, bookings } of apartments.values()) {
    for (const { kind, id, guestId, bornVersion, hold } of [...holds.values(), ...bookings.values()]) {
      const by = adopted[guestId];
      const overMs = clocks.systemMax(adoptedByMs[guestId] ?? Number.POSITIVE_INFINITY);
      const hasEnded = hold !== undefined && hold.endedAtMs !== NEVER && hold.endedAtMs <= overMs;
      if (by === undefined || hasEnded) continue;
      const sentence = `${kind} ${id} is ${guestId}'s still, whom ${by} took along`;
      report.add('left-behind', sentence, { apartmentId, versions: [bornVersion] });
    }
  }
}

/** Until the last event the servers were up, declared outages apart. */
function checkNeverEnded(world: World): void {
  const { clocks, report, endMs } = world;
  for (const { apartmentId, claim } of openOf(world)) {
    checkEndedInTime(apartmentId, claim, clocks.systemMin(endMs), undefined, clocks, report);
  }
}
