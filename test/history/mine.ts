/** `mine`: all of the caller's open holds and future bookings, nothing else, each as it is. */
import type { MineAnswer } from '../../src/protocol/commands.ts';
import type { Booking, Hold } from '../../src/protocol/resources.ts';
import { bookingDiffers } from './answers.ts';
import type { FoldedApartment } from './apartment.ts';
import { type Claim, ownerAt, stepAt } from './claims.ts';
import type { Operation } from './operations.ts';
import { isUntold } from './unreadable.ts';
import { holdDiffers, isPriced } from './wire.ts';
import type { World } from './world.ts';

/** Future bookings that one answer has at most. */
const BOOKINGS_MAX = 200;
const DAY_MS = 86_400_000;

interface Owned {
  readonly apartment: FoldedApartment;
  readonly claim: Claim;
  readonly knownSinceMs: number;
  /** From which version on it is theirs no more, as it has ended or was taken along. */
  readonly untilVersion: number;
}

export function checkMine(world: World): void {
  const reads = world.operations.all.filter(
    ({ asked, outcome }) => asked.command === 'mine' && outcome === 'ok',
  );
  const bySubject = Map.groupBy(reads, ({ asked }) => asked.subject);
  if (bySubject.size === 0) return;
  const owned = ownedBy(world, bySubject);
  for (const [subject, own] of bySubject) {
    const waiting = (owned.get(subject) ?? []).sort((a, b) => a.knownSinceMs - b.knownSinceMs);
    let next = 0;
    let standing: Owned[] = [];
    for (const read of own.toSorted((a, b) => a.asked.atMs - b.asked.atMs)) {
      while (next < waiting.length && waiting[next]!.knownSinceMs < read.asked.atMs) {
        standing.push(waiting[next]!);
        next += 1;
      }
      standing = standing.filter(
        ({ apartment, untilVersion }) => apartment.notBeforeMs(untilVersion) > read.asked.atMs,
      );
      checkOne(world, read, read.data as MineAnswer, standing);
    }
  }
}

function ownedBy(world: World, subjects: ReadonlyMap<string, unknown>): Map<string, Owned[]> {
  const owned = new Map<string, Owned[]>();
  for (const apartment of world.apartments.values()) {
    for (const claim of [...apartment.holds.values(), ...apartment.bookings.values()]) {
      const { guestId, before, bornVersion, endVersion } = claim;
      const sinceVersion = Math.max(bornVersion, before?.untilVersion ?? 0);
      const ofOwners = [
        { guestId, sinceVersion, untilVersion: endVersion },
        ...(before === undefined
          ? []
          : [
              {
                guestId: before.guestId,
                sinceVersion: bornVersion,
                untilVersion: Math.min(before.untilVersion, endVersion),
              },
            ]),
      ];
      for (const { guestId: owner, sinceVersion: since, untilVersion } of ofOwners) {
        if (!subjects.has(owner) || since >= untilVersion) continue;
        const one = { apartment, claim, untilVersion, knownSinceMs: apartment.knownSinceMs(since) };
        const own = owned.get(owner);
        if (own === undefined) owned.set(owner, [one]);
        else own.push(one);
      }
    }
  }
  return owned;
}

/** @param standing of the caller, known to somebody before they asked */
function checkOne(world: World, read: Operation, answer: MineAnswer, standing: readonly Owned[]): void {
  const { asked, endedMs, name } = read;
  const { excuses } = world.report;
  world.report.counts.mineCompared += 1;
  const shown = new Set(
    [...answer.holds, ...answer.bookings].map(({ apartmentId, id }) => `${apartmentId} ${id}`),
  );
  const isCut = answer.bookings.length >= BOOKINGS_MAX;
  const yesterday = Math.floor(world.clocks.systemMax(endedMs) / DAY_MS) - 1;
  for (const { apartment, claim, untilVersion } of standing) {
    if (shown.has(`${apartment.id} ${claim.id}`)) continue;
    if (excuses.for('ended-meanwhile', apartment.notBeforeMs(untilVersion) <= endedMs)) continue;
    // Bookings are read from a table.
    if (claim.kind === 'hold' && isUntold(world, read, apartment.id)) continue;
    const isPast = claim.kind === 'booking' && (isCut || claim.to <= yesterday + 2);
    if (excuses.for('past-stay', isPast)) continue;
    world.report.add('mine-omits', `${name} does not have ${claim.kind} ${claim.id} of ${asked.subject}`, {
      apartmentId: apartment.id,
      operations: [name],
      versions: [claim.bornVersion],
    });
  }
  for (const hold of answer.holds) says(world, read, hold, wrongHold(world, read, hold));
  for (const booking of answer.bookings) says(world, read, booking, wrongBooking(world, read, booking));
}

function wrongHold(world: World, { asked, endedMs }: Operation, hold: Hold): string | undefined {
  const apartment = world.apartment(hold.apartmentId);
  const claim = apartment.holds.get(hold.id);
  const { version } = hold;
  if (claim === undefined || ownerAt(claim, version) !== asked.subject) return 'is no hold of theirs';
  const { first, last } = apartment.currentBetween(asked.atMs, endedMs);
  const isRaced = world.report.excuses.for('raced', version >= first);
  if ((version < last && !isRaced) || version > last)
    return `is as of version ${version}, not of ${first} to ${last}`;
  if (version < claim.bornVersion || version >= claim.endVersion) return `was not open at version ${version}`;
  const step = stepAt(claim.hold!, version);
  const differs = holdDiffers(hold, claim, step, step.payment === undefined ? 'held' : 'confirming');
  if (differs !== undefined) return `is shown otherwise: ${differs}`;
  return isPriced(hold.quote, claim.hold!.price) ? undefined : 'has another price';
}

function wrongBooking(world: World, { asked, endedMs }: Operation, booking: Booking): string | undefined {
  const apartment = world.apartment(booking.apartmentId);
  const claim = apartment.bookings.get(booking.id);
  const { first, last } = apartment.currentBetween(asked.atMs, endedMs);
  const isTheirs =
    claim !== undefined && [first, last].some((version) => ownerAt(claim, version) === asked.subject);
  if (!isTheirs) return 'is no booking of theirs';
  if (claim.bornVersion > last || claim.endVersion <= first) return 'did not stand';
  if (booking.version !== claim.bornVersion) return `is as of version ${booking.version}`;
  return bookingDiffers(booking, claim, 'confirmed')?.[1];
}

function says(
  world: World,
  { name }: Operation,
  { id, apartmentId, version }: Hold | Booking,
  wrong: string | undefined,
): void {
  if (wrong === undefined) return;
  const where = { apartmentId, operations: [name], versions: [version] };
  world.report.add('mine-mismatch', `${name} has ${id}, which ${wrong}`, where);
}
