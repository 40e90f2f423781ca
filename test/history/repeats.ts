/** Requests sent more than once: one effect (fold.ts), one answer, and no refusal beside an effect (I3). */
import type { FoldedApartment } from './apartment.ts';
import { personOf } from './history.ts';
import type { Operation } from './operations.ts';
import { isSame } from './same.ts';
import type { World } from './world.ts';

/** Refused before anybody looked whether the request had been seen. */
const AT_THE_DOOR: ReadonlySet<string> = new Set([
  'rate_limited',
  'unauthenticated',
  'forbidden',
  'invalid_request',
  'unreadable',
]);
const REMEMBERED_MS = 24 * 60 * 60_000;

export function checkRepeats(world: World): void {
  for (const all of world.operations.byRequest.values()) {
    for (const same of ofOneIntent(world, all)) {
      const apartment = world.apartment(apartmentOf(same[0]!));
      const effect = effectOf(apartment, same[0]!);
      countUnknown(world, same, effect);
      if (effect !== undefined) {
        checkRefused(world, apartment, same, effect);
        if (same.length > 1) checkContradicted(world, apartment, same, effect);
      }
      if (same.length > 1) checkEqual(world, apartment, same);
    }
  }
}

/** Of one subject on one apartment: elsewhere the same id is another request. */
function ofOneIntent({ run }: World, all: readonly Operation[]): readonly (readonly Operation[])[] {
  if (all.length === 1) return [all];
  const groups = Map.groupBy(
    all,
    (operation) => `${personOf(run, operation.asked.subject)} ${apartmentOf(operation)}`,
  );
  return [...groups.values()];
}

function apartmentOf({ asked }: Operation): string {
  return 'apartmentId' in asked.args ? asked.args.apartmentId : '';
}

interface Effect {
  /** At which it was there: for a confirm, that of the booking. */
  readonly version: number;
  /** When the request was decided, for a confirm: to be paid; by the system's clock. */
  readonly atMs: number;
  /** Of a booking that came of a hold which had expired, as its payment was found late (B3): when it came. */
  readonly lateMs?: number | undefined;
}

function effectOf(apartment: FoldedApartment, { asked }: Operation): Effect | undefined {
  for (const entry of apartment.causedBy(asked.subject, asked.requestId)) {
    if (entry.fact.kind !== 'confirming') return entry;
    const booking = apartment.bookings.get(entry.fact.booking);
    if (booking === undefined) continue;
    const { bornVersion: version } = booking;
    const ended = apartment.holds.get(entry.fact.hold)?.endVersion ?? version;
    const isLate = apartment.entry(ended)?.fact.kind === 'expired';
    return { version, atMs: entry.atMs, lateMs: isLate ? apartment.entry(version)?.atMs : undefined };
  }
  return undefined;
}

function countUnknown(world: World, same: readonly Operation[], effect: Effect | undefined): void {
  const unknown = same.filter(({ outcome }) => outcome === 'unknown' || outcome === 'open').length;
  if (effect === undefined) return;
  world.report.counts.unknownTookEffect += unknown;
}

function checkRefused(
  world: World,
  apartment: FoldedApartment,
  same: readonly Operation[],
  effect: Effect,
): void {
  const { excuses } = world.report;
  if (!same.every(({ outcome }) => outcome === 'refused')) return;
  const isSentOnce = same.every(({ asked }) => asked.sentOnce === true);
  if (excuses.for('unsent', !isSentOnce)) return;
  // Told that the hold had expired, and paid after all while its nights were free.
  const isToldExpired = same.some(({ error }) => error?.code === 'hold_expired');
  if (excuses.for('paid-late', isToldExpired)) return;
  const { asked, name, error } = same[0]!;
  world.report.add(
    'refused-took-effect',
    `${asked.command} ${name} was refused (${error?.code}) and took effect as version ${effect.version}`,
    { apartmentId: apartment.id, operations: [name], versions: [effect.version] },
  );
}

function checkContradicted(
  world: World,
  apartment: FoldedApartment,
  same: readonly Operation[],
  effect: Effect,
): void {
  const { excuses } = world.report;
  const isSameEach = same.every(({ asked }) => isSame(asked.args, same[0]!.asked.args));
  if (excuses.for('other-content', !isSameEach)) return;
  // Whatever comes after the decision waits for its answer (C3), also where nobody has heard of it yet.
  const decidedMs = world.clocks.runMax(effect.atMs);
  for (const [i, { asked, outcome, error, name }] of same.entries()) {
    if (outcome !== 'refused' || i === 0) continue;
    if (excuses.for('at-the-door', AT_THE_DOOR.has(error!.code))) continue;
    if (excuses.for('before-effect', asked.atMs <= decidedMs)) continue;
    if (excuses.for('day-passed', asked.atMs - decidedMs > REMEMBERED_MS)) continue;
    // Told that the hold had expired, by what was so until the payment was found.
    const { lateMs } = effect;
    const isLate = lateMs !== undefined && asked.atMs <= world.clocks.runMax(lateMs);
    if (excuses.for('told-expired', isLate && error!.code === 'hold_expired')) continue;
    const before = same.slice(0, i);
    const rule = before.some((other) => other.outcome === 'ok') ? 'two-answers' : 'unknown-both';
    world.report.add(
      rule,
      `${asked.command} ${name} was refused (${error!.code}) after the same request had taken effect as version ${effect.version}`,
      {
        apartmentId: apartment.id,
        operations: [...before.map((other) => other.name), name],
        versions: [effect.version],
      },
    );
  }
}

function checkEqual(world: World, apartment: FoldedApartment, same: readonly Operation[]): void {
  const answered = same.filter(({ outcome }) => outcome === 'ok');
  for (const again of answered.slice(1)) {
    const first = answered[0]!;
    world.report.counts.repeatsCompared += 1;
    if (isSame(first.data, again.data)) continue;
    world.report.add(
      'two-answers',
      `${again.asked.command} ${again.name} got another answer than ${first.name}, the same request`,
      { apartmentId: apartment.id, operations: [first.name, again.name] },
    );
  }
}
