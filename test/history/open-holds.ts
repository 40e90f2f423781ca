/** How many holds each guest has open, over all apartments (H5). */
import { type Claim, deadlineOf, NEVER } from './claims.ts';
import type { Operation } from './operations.ts';
import { isUncounted, isUntold } from './unreadable.ts';
import type { World } from './world.ts';

export type GuestHolds = ReadonlyMap<string, HoldsOfGuest>;

interface HoldsOfGuest {
  /** In order of birth. */
  readonly held: OneHold[];
  /** Commands to hold of which the journal has nothing: a server may have counted one before it was lost. */
  readonly lost: Operation[];
}

export interface OneHold {
  readonly apartmentId: string;
  readonly claim: Claim;
}

export function holdsOfGuests(world: World): GuestHolds {
  const guests = new Map<string, HoldsOfGuest>();
  const of = (guestId: string): HoldsOfGuest => {
    const known = guests.get(guestId);
    if (known !== undefined) return known;
    const none: HoldsOfGuest = { held: [], lost: [] };
    guests.set(guestId, none);
    return none;
  };
  for (const apartment of world.apartments.values()) {
    for (const claim of apartment.holds.values()) {
      of(claim.guestId).held.push({ apartmentId: apartment.id, claim });
    }
  }
  for (const operation of world.operations.all) {
    const { asked, outcome } = operation;
    if (asked.command !== 'hold' || outcome === 'ok') continue;
    const effects = world.apartment(asked.args.apartmentId).causedBy(asked.subject, asked.requestId);
    if (effects.length === 0) of(asked.subject).lost.push(operation);
  }
  for (const { held } of guests.values()) {
    held.sort((a, b) => a.claim.hold!.bornAtMs - b.claim.hold!.bornAtMs);
  }
  return guests;
}

/** No guest over the limit, as far as instants of two nodes can be compared, and one can have heard of the other's. */
export function checkOpenHolds(world: World, guests: GuestHolds): void {
  const limit = world.run.holdsPerGuest;
  if (limit === undefined) return;
  // Two nodes' clocks differ by twice the skew at most: an end may have come before a beginning that much earlier.
  const slackMs = 2 * world.clocks.skewMs;
  for (const [guestId, { held: own }] of guests) {
    world.report.counts.guestsCounted += 1;
    const ends = own
      .map(({ claim }) => Math.max(claim.hold!.bornAtMs, countsUntilMs(claim) - slackMs))
      .sort((a, b) => a - b);
    let ended = 0;
    for (const [begun, { claim, apartmentId }] of own.entries()) {
      while (ended < ends.length && ends[ended]! <= claim.hold!.bornAtMs) ended += 1;
      const bornAtMs = claim.hold!.bornAtMs;
      const open = begun + 1 - ended;
      if (open <= limit) continue;
      let unheard = 0;
      for (const other of own.slice(0, begun)) {
        const { bornAtMs: otherMs } = other.claim.hold!;
        if (other.apartmentId === apartmentId || countsUntilMs(other.claim) - slackMs <= bornAtMs) continue;
        const heardMs = world.clocks.putOffSystem(otherMs, world.clocks.toldMs, other.apartmentId);
        const isUnknown =
          world.report.excuses.for('unheard', heardMs > bornAtMs) ||
          world.report.excuses.for('deaf', world.clocks.isDeaf(bornAtMs)) ||
          isUncounted(world, other.apartmentId, bornAtMs);
        if (isUnknown) unheard += 1;
      }
      if (open - unheard <= limit) continue;
      world.report.add(
        'too-many-open',
        `${guestId} has ${open} open holds with hold ${claim.id}, and ${limit} are the most`,
        {
          apartmentId,
          versions: [claim.bornVersion],
        },
      );
    }
  }
}

/** One that ran out counts until its deadline, however late somebody could write that down. */
function countsUntilMs({ hold }: Claim): number {
  const { endedBy, endedAtMs, steps } = hold!;
  if (endedBy !== 'expired') return endedAtMs;
  const step = steps.at(-1)!;
  return Math.min(endedAtMs, Math.max(deadlineOf(step), step.openAgainAtMs));
}

/** Whether a guest can have had as many holds as the limit when this was decided. */
export function couldHaveTooMany(
  world: World,
  operation: Operation,
  guests: GuestHolds,
  limit: number,
): boolean {
  const { clocks } = world;
  const { excuses } = world.report;
  const { asked, endedMs } = operation;
  const fromMs = clocks.systemMin(asked.atMs) - clocks.skewMs;
  const toMs = clocks.systemMax(endedMs) + clocks.skewMs;
  const { held = [], lost = [] } = guests.get(asked.subject) ?? {};
  let open = 0;
  for (const { claim, apartmentId } of held) {
    if (claim.hold!.bornAtMs > toMs) break;
    const { endedAtMs } = claim.hold!;
    const isUnheard = clocks.putOffSystem(endedAtMs, 0, apartmentId) >= fromMs;
    if (endedAtMs >= fromMs || excuses.for('end-unheard', isUnheard)) open += 1;
  }
  for (const other of lost) {
    if (other.asked.atMs > endedMs) break;
    const isOver = other.outcome === 'refused' && other.endedMs < asked.atMs;
    const isLost = excuses.for('lost-hold', other !== operation && !isOver);
    if (isLost || isKept(world, other, operation)) open += 1;
  }
  return open >= limit;
}

/** Whether its apartment keeps it counted until it can be read: it may be on disk. */
function isKept(world: World, { asked, error }: Operation, then: Operation): boolean {
  return (
    error?.code === 'unreadable' &&
    'apartmentId' in asked.args &&
    isUntold(world, then, asked.args.apartmentId)
  );
}

/** Holds that are still open at the end of the run, long after their deadline: nobody ended them. */
export function openOf(world: World): OneHold[] {
  const open: OneHold[] = [];
  for (const apartment of world.apartments.values()) {
    for (const claim of apartment.holds.values()) {
      if (claim.endVersion === NEVER) open.push({ apartmentId: apartment.id, claim });
    }
  }
  return open;
}
