/** Apartments whose facts cannot be read (C8): refused as long as they are damaged, and nothing is told about them. */
import type { Damage, Span } from './history.ts';
import type { Operation } from './operations.ts';
import type { World } from './world.ts';

/** From the specification (C8), not from the program: the first pause before it is tried again, in milliseconds. */
const FIRST_PAUSE_MS = 1_000;

/** Whether an apartment may be said to be unreadable in answer to this. */
export function isDamaged(world: World, operation: Operation): boolean {
  const { args } = operation.asked;
  const isSo = 'apartmentId' in args && isUnreadableDuring(world, args.apartmentId, operation);
  return world.report.excuses.for('damaged', isSo);
}

/** Whether this may leave out what a guest holds in an apartment: whoever owns it by now may not have read it. */
export function isUntold(world: World, operation: Operation, apartmentId: string): boolean {
  return world.report.excuses.for('untold', isUnreadableDuring(world, apartmentId, operation));
}

/** Whether what a guest holds in an apartment may not be counted at an instant of the system's clock. */
export function isUncounted(world: World, apartmentId: string, systemMs: number): boolean {
  const isSo = unreadableIn(world, apartmentId).some((span) => world.clocks.mayBeIn(span, systemMs));
  return world.report.excuses.for('untold', isSo);
}

function isUnreadableDuring(world: World, apartmentId: string, { asked, endedMs }: Operation): boolean {
  const spans = unreadableIn(world, apartmentId);
  return spans.some(({ fromMs, toMs }) => fromMs <= endedMs && asked.atMs <= toMs);
}

function unreadableIn(world: World, apartmentId: string): Span[] {
  return damagesOf(world, apartmentId).map((damage) => ({
    fromMs: damage.fromMs,
    toMs: triedAgainMs(world, damage, apartmentId),
  }));
}

/** Each pause is at most twice as long as the one before: together they are no longer than the damage was, and one more. */
function triedAgainMs({ clocks }: World, { fromMs, toMs }: Damage, apartmentId: string): number {
  return clocks.putOff(toMs, toMs - fromMs + FIRST_PAUSE_MS + clocks.lateMs, apartmentId);
}

/** Who was told that it cannot be read is told nothing else until it has been put right. */
export function checkUnreadable(world: World): void {
  const { report } = world;
  const answered = world.operations.all
    .filter(({ outcome, endedMs }) => outcome !== 'open' && Number.isFinite(endedMs))
    .toSorted((a, b) => a.endedMs - b.endedMs);
  const sinceMs = new Map<Damage, Map<string, number>>();
  for (const { asked, outcome, endedMs, error, name } of answered) {
    if (!('apartmentId' in asked.args)) continue;
    const { apartmentId } = asked.args;
    const isRefused = error?.code === 'unreadable';
    for (const damage of damagesOf(world, apartmentId)) {
      if (endedMs < damage.fromMs || endedMs >= damage.toMs) continue;
      const told = sinceMs.get(damage) ?? new Map<string, number>();
      sinceMs.set(damage, told);
      const toldMs = told.get(apartmentId);
      if (isRefused && toldMs === undefined) told.set(apartmentId, endedMs);
      if (outcome !== 'ok' || toldMs === undefined || asked.atMs <= toldMs) continue;
      report.add(
        'told-unreadable',
        `${asked.command} ${name} was answered ok ${Math.round(asked.atMs - toldMs)} ms after its apartment had been said to be unreadable, and nobody had put it right`,
        { apartmentId, operations: [name] },
      );
    }
  }
}

function damagesOf({ run }: World, apartmentId: string): readonly Damage[] {
  return (run.damages ?? []).filter(({ apartmentIds }) => apartmentIds.includes(apartmentId));
}
