/**
 * Refusals that rest on claims or facts: justified if, at some version that can have been current between question
 * and answer, that claim stood. What rests on rules, rates or tokens is counted as not judged.
 */
import { nightOf } from '../../src/protocol/nights.ts';
import type { FoldedApartment } from './apartment.ts';
import { type Claim, NEVER, ownerAt } from './claims.ts';
import { personOf } from './history.ts';
import { couldHaveTooMany, type GuestHolds } from './open-holds.ts';
import type { Operation } from './operations.ts';
import { isSame } from './same.ts';
import { checkTaken } from './taken.ts';
import { isDamaged } from './unreadable.ts';
import type { World } from './world.ts';

const EXTENSION_MS = 15 * 60_000;
const CAP_MS = 30 * 60_000;

export interface Judged {
  readonly world: World;
  readonly operation: Operation;
  readonly apartment: FoldedApartment;
  /** Versions of which one was decided on. */
  readonly first: number;
  readonly last: number;
}

/** Why a refusal is not justified; `undefined` where it is, `'not judged'` where nothing here can tell. */
type Verdict = string | undefined | 'not judged';

export function checkRefusals(world: World, guests: GuestHolds): void {
  for (const operation of world.operations.all) {
    const { asked, outcome, error, name } = operation;
    if (outcome !== 'refused' || error === undefined) continue;
    const verdict = judge(world, operation, guests);
    if (world.report.excuses.for('not-judged', verdict === 'not judged')) {
      world.report.counts.refusalsNotJudged += 1;
      continue;
    }
    if (verdict === undefined) {
      world.report.counts.refusalsJustified += 1;
      continue;
    }
    const apartmentId = 'apartmentId' in asked.args ? asked.args.apartmentId : undefined;
    const { first, last } = inQuestion(world, world.apartment(apartmentId ?? ''), operation);
    world.report.add(
      'refusal-unjustified',
      `${asked.command} ${name} was refused (${error.code}), and ${verdict}`,
      { apartmentId, operations: [name], versions: [first, last] },
    );
  }
}

function inQuestion(world: World, apartment: FoldedApartment, { asked, endedMs }: Operation) {
  const between = apartment.currentBetween(asked.atMs, endedMs);
  return world.report.excuses.versions('raced', between, apartment.head);
}

function judge(world: World, operation: Operation, guests: GuestHolds): Verdict {
  const { asked, error } = operation;
  if (!('apartmentId' in asked.args)) return 'not judged';
  const apartment = world.apartment(asked.args.apartmentId);
  const judged: Judged = {
    world,
    operation,
    apartment,
    ...inQuestion(world, apartment, operation),
  };
  switch (error!.code) {
    case 'nights_unavailable':
      return checkTaken(judged);
    case 'too_many_holds':
      return tooManyHolds(judged, guests);
    case 'hold_expired':
      return holdExpired(judged);
    case 'hold_not_open':
      return notOpen(judged);
    case 'not_found':
      return notFound(judged);
    case 'payment_declined':
      return declined(judged, 'declined');
    case 'payment_action_required':
      return declined(judged, 'action_required');
    case 'idempotency_conflict':
      return conflicting(judged);
    case 'unreadable':
      return isDamaged(world, operation) ? undefined : 'its apartment could be read';
    default:
      return 'not judged';
  }
}

function tooManyHolds({ world, operation }: Judged, guests: GuestHolds): Verdict {
  const limit = world.run.holdsPerGuest;
  if (limit === undefined) return 'not judged';
  return couldHaveTooMany(world, operation, guests, limit)
    ? undefined
    : `${operation.asked.subject} had fewer than ${limit} open holds`;
}

/** The hold that the command names, where the caller has one of that name. */
function ownHold({ world, operation, apartment }: Judged): Claim | undefined {
  const { args, subject, command } = operation.asked;
  const hold = 'holdId' in args ? apartment.holds.get(args.holdId) : undefined;
  const isAdmins = command !== 'confirm' && world.run.admins?.includes(subject) === true;
  const isTheirs = hold !== undefined && personOf(world.run, hold.guestId) === personOf(world.run, subject);
  return isTheirs || isAdmins ? hold : undefined;
}

/** At some version in question. */
function isTheirsIn(claim: Claim, subject: string, { first, last }: Judged): boolean {
  return [first, last].some((version) => ownerAt(claim, version) === subject);
}

function holdExpired(judged: Judged): Verdict {
  const hold = ownHold(judged);
  if (hold === undefined) return 'there is no such hold of theirs';
  return hold.hold!.expiredVersion <= judged.last ? undefined : 'the hold had not expired';
}

function notOpen(judged: Judged): Verdict {
  const { operation, apartment, world, first, last } = judged;
  const { asked } = operation;
  if (asked.command === 'cancel') {
    const booking = apartment.bookings.get(asked.args.bookingId);
    const isCancelled = booking !== undefined && booking.endVersion <= last;
    return isCancelled ? undefined : 'the booking was not cancelled';
  }
  if (asked.command === 'hold') {
    const own = holdsRemembered(judged);
    const latestMs = world.clocks.systemMax(operation.endedMs);
    const isCapped = own.some(({ hold }) => hold!.firstHeldAtMs + CAP_MS <= latestMs);
    return isCapped ? undefined : 'no hold of theirs has come to its cap';
  }
  const hold = ownHold(judged);
  if (hold === undefined) return 'there is no such hold of theirs';
  if (hold.endVersion <= last) return undefined;
  const steps = hold.hold!.steps.filter(({ version }, i, all) => {
    const until = all[i + 1]?.version ?? NEVER;
    return version <= last && until > first;
  });
  if (steps.some(({ payment }) => payment !== undefined)) return undefined;
  if (asked.command !== 'extend') return 'the hold was open';
  const earliestMs = world.clocks.systemMin(asked.atMs);
  const { minutes } = asked.args;
  if (minutes !== undefined || !isTheirsIn(hold, asked.subject, judged)) {
    const grantMs = minutes === undefined ? EXTENSION_MS : minutes * 60_000;
    const isLater = steps.every(({ expiresAtMs }) => earliestMs + grantMs > expiresAtMs);
    return isLater ? 'an admin could lengthen the hold' : undefined;
  }
  const isAtCap = steps.some(
    ({ extended, expiresAtMs }) =>
      extended || Math.min(earliestMs + EXTENSION_MS, hold.hold!.firstHeldAtMs + CAP_MS) <= expiresAtMs,
  );
  return isAtCap ? undefined : 'the hold could be extended';
}

/** The caller's own of some of these nights that count for the cap: open, or ended within it (H3). */
function holdsRemembered(judged: Judged): Claim[] {
  const { world, operation, apartment, last } = judged;
  const { args, subject, atMs } = operation.asked;
  if (!('checkIn' in args)) return [];
  const [from, to] = [nightOf(args.checkIn), nightOf(args.checkOut)];
  const sinceMs = world.clocks.systemMin(atMs) - CAP_MS;
  return [...apartment.holds.values()].filter(
    (claim) =>
      isTheirsIn(claim, subject, judged) &&
      claim.bornVersion <= last &&
      claim.hold!.endedAtMs > sinceMs &&
      claim.from < to &&
      from < claim.to,
  );
}

function notFound(judged: Judged): Verdict {
  const { operation, apartment, first, last } = judged;
  const { asked } = operation;
  if (asked.command === 'unblock') {
    const block = apartment.blocks.get(asked.args.blockId);
    const stood = block !== undefined && block.bornVersion <= first && block.endVersion > last;
    return stood ? 'the block stood' : undefined;
  }
  const claim = asked.command === 'cancel' ? apartment.bookings.get(asked.args.bookingId) : ownHold(judged);
  const isTheirs =
    claim !== undefined && [first, last].every((version) => ownerAt(claim, version) === asked.subject);
  const isKnown = isTheirs && claim.bornVersion <= first;
  return isKnown ? `${claim.kind} ${claim.id} is theirs` : undefined;
}

function declined(judged: Judged, reason: 'declined' | 'action_required'): Verdict {
  const { run } = judged.world;
  const { subject, requestId } = judged.operation.asked;
  const isAnswer = ownHold(judged)?.hold?.payments.some(
    ({ confirming, declinedFor, declinedVersion }) =>
      personOf(run, confirming.subjectId) === personOf(run, subject) &&
      (requestId ?? null) === confirming.requestId &&
      declinedFor === reason &&
      declinedVersion <= judged.last,
  );
  return isAnswer === true ? undefined : 'the journal has no such answer of the provider';
}

function conflicting({ operation, apartment, world, last }: Judged): Verdict {
  const { asked } = operation;
  const effect = apartment.causedBy(asked.subject, asked.requestId)[0];
  if (effect === undefined || effect.version > last) return 'its request id had not been used';
  const others = world.operations.byRequest.get(asked.requestId ?? '') ?? [];
  const isOnlyUse = others.every(
    ({ asked: other }) =>
      other.subject !== asked.subject || (other.command === asked.command && isSame(other.args, asked.args)),
  );
  return isOnlyUse ? 'its request id was used for nothing else' : undefined;
}
