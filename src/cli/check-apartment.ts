/** What `nightlatch verify` holds against each other: the journal, folded again, and what the other tables say. */

import { MACHINE_VERSION } from '../actors/apartment-machine.ts';
import { apply } from '../actors/calendar/apply.ts';
import { type Calendar, emptyCalendar } from '../actors/calendar/calendar.ts';
import type { RecordedApartment, RecordedSnapshot } from '../persistence/statements/recorded-apartments.ts';
import { dateOf } from '../protocol/nights.ts';

/** @returns one sentence for each contradiction, none where all agrees */
export function checkApartment(recorded: RecordedApartment): string[] {
  const problems: string[] = [];
  const calendar = emptyCalendar();
  // Only this program's: what another's says it cannot read.
  const snapshot = recorded.snapshots.find(({ machineVersion }) => machineVersion === MACHINE_VERSION);
  let atSnapshot: string | undefined;
  for (const entry of recorded.entries) {
    // I4 is checked by the fold: a gap or a repeat does not apply; I1 too: a claim over claimed nights does not.
    try {
      apply(calendar, entry);
    } catch (error) {
      problems.push(
        `version ${entry.version} (${entry.fact.kind}) does not follow: ${(error as Error).message}`,
      );
      return problems;
    }
    if (entry.version === snapshot?.version) atSnapshot = canonical(calendar);
  }
  problems.push(...overlaps(calendar));
  problems.push(...checkSnapshot(snapshot, atSnapshot, calendar.version));
  problems.push(...checkBookings(recorded, calendar));
  problems.push(...checkBlocks(recorded, calendar));
  if (recorded.entries.length > 0 && recorded.status === undefined) problems.push('has facts but no listing');
  if (recorded.status !== undefined && hasStatusFact(recorded) && recorded.status !== calendar.status) {
    problems.push(`is ${calendar.status} by its facts and ${recorded.status} in the listing`);
  }
  return problems;
}

/** I1, once more and by other means than the fold: no two claims share a night. */
function overlaps(calendar: Calendar): string[] {
  const owners = new Map<number, string>();
  const problems: string[] = [];
  for (const claim of calendar.claims) {
    for (let night = claim.from; night < claim.to; night++) {
      const owner = owners.get(night);
      if (owner !== undefined)
        problems.push(`night ${dateOf(night)} is claimed by ${owner} and by ${claim.id}`);
      owners.set(night, claim.id);
    }
  }
  return problems;
}

function checkSnapshot(
  snapshot: RecordedSnapshot | undefined,
  folded: string | undefined,
  version: number,
): string[] {
  if (snapshot === undefined) return [];
  if (snapshot.version > version)
    return [`snapshot ${snapshot.version} is ahead of the journal at ${version}`];
  if (snapshot.version === 0) return [];
  const stored = (snapshot.state as { calendar: Calendar }).calendar;
  return canonical(stored) === folded ? [] : [`snapshot ${snapshot.version} is not what its facts make`];
}

function checkBookings(recorded: RecordedApartment, calendar: Calendar): string[] {
  const problems: string[] = [];
  const claims = new Map(
    calendar.claims.filter((claim) => claim.kind === 'booking').map((claim) => [claim.id, claim]),
  );
  const refused = new Set(
    recorded.entries.map(({ fact }) =>
      fact.kind === 'settled' && fact.outcome === 'refused' ? fact.key : undefined,
    ),
  );
  const owed = new Set(calendar.settlements.map(({ bookingId }) => bookingId));
  const paying = new Set(
    calendar.claims.map((claim) => (claim.kind === 'hold' ? claim.payment?.bookingId : undefined)),
  );
  for (const row of recorded.bookings) {
    const claim = claims.get(row.id);
    claims.delete(row.id);
    if (row.status === 'confirmed') {
      if (claim === undefined)
        problems.push(`booking ${row.id} is confirmed in the table and not in the journal`);
      else if (claim.from !== row.from || claim.to !== row.to || claim.guestId !== row.guestId) {
        problems.push(`booking ${row.id} differs between the table and the journal`);
      }
      continue;
    }
    if (claim !== undefined)
      problems.push(`booking ${row.id} stands in the journal and is ${row.status} in the table`);
    // Stays until the operator has given the money back.
    if (refused.has(row.paymentKey)) continue;
    if (row.status === 'pending' && !owed.has(row.id) && !paying.has(row.id)) {
      problems.push(`booking ${row.id} is pending and no payment of it is under way`);
    }
    if (row.refundOwed !== (row.status === 'cancelled' && owed.has(row.id))) {
      problems.push(`booking ${row.id}: the table and the journal do not agree whether a refund is owed`);
    }
  }
  for (const id of claims.keys()) problems.push(`booking ${id} is in the journal and not in the table`);
  return problems;
}

function checkBlocks(recorded: RecordedApartment, calendar: Calendar): string[] {
  const text = (block: { id: string; from: number; to: number }) => `${block.id} ${block.from} ${block.to}`;
  const inJournal = new Set(calendar.claims.filter((claim) => claim.kind === 'block').map(text));
  const inTable = new Set(recorded.blocks.map(text));
  return [
    ...[...inTable]
      .filter((block) => !inJournal.has(block))
      .map((block) => `block ${block} is only in the table`),
    ...[...inJournal]
      .filter((block) => !inTable.has(block))
      .map((block) => `block ${block} is only in the journal`),
  ];
}

function hasStatusFact({ entries }: RecordedApartment): boolean {
  return entries.some(({ fact }) => ['paused', 'resumed', 'retired'].includes(fact.kind));
}

/** JSON with sorted keys: what was stored and what was folded may have been written in another order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
