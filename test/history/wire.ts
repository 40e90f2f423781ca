/** The checker's own idea of how claims look on the wire. */
import { dateOf, nightOf } from '../../src/protocol/nights.ts';
import type { Price } from '../../src/protocol/price.ts';
import type { Hold, HoldStatus, Quote, Range, RangeStatus } from '../../src/protocol/resources.ts';
import { type Claim, deadlineOf, type HoldStep, stepAt } from './claims.ts';

const EXTENSION_MS = 15 * 60_000;
const CAP_MS = 30 * 60_000;

export const SHOWN_AS = { hold: 'held', booking: 'booked', block: 'blocked' } as const satisfies Record<
  Claim['kind'],
  RangeStatus
>;

/** ISO 8601 UTC with milliseconds. */
export function instantOf(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

/** Until when a claim is shown as held at a version; undefined for what is no hold. */
export function heldUntil(claim: Claim, version: number): string | undefined {
  return claim.hold === undefined ? undefined : instantOf(deadlineOf(stepAt(claim.hold, version)));
}

export function isShownAs(claim: Claim, version: number, range: Range): boolean {
  return range.status === SHOWN_AS[claim.kind] && range.heldUntil === heldUntil(claim, version);
}

/** A claim at a version, clipped to [from, to). */
export function rangeOf(claim: Claim, version: number, from: number, to: number): Range {
  const until = heldUntil(claim, version);
  return {
    from: dateOf(Math.max(claim.from, from)),
    to: dateOf(Math.min(claim.to, to)),
    status: SHOWN_AS[claim.kind],
    ...(until !== undefined && { heldUntil: until }),
  };
}

export function isSameRange(a: Range, b: Range): boolean {
  return a.from === b.from && a.to === b.to && a.status === b.status && a.heldUntil === b.heldUntil;
}

export function rangeText({ from, to, status, heldUntil }: Range): string {
  return `${from} to ${to} ${status}${heldUntil === undefined ? '' : ` until ${heldUntil}`}`;
}

/** Night numbers of half-open dates. */
export function nightsOf({ from, to }: { from: string; to: string }): { from: number; to: number } {
  return { from: nightOf(from), to: nightOf(to) };
}

export function totalOf(price: Price): number {
  return price.lines.reduce((total, [, , amountMinor]) => total + amountMinor, 0);
}

/** Whether a quote is of a price, and adds up. */
export function isPriced({ currency, totalMinor, lines }: Quote, price: Price): boolean {
  const sum = lines.reduce((total, { amountMinor }) => total + amountMinor, 0);
  return currency === price.currency && totalMinor === totalOf(price) && sum === totalMinor;
}

/** How a hold view differs from a hold as it is at a step, status and version apart; undefined where it does not. */
export function holdDiffers(
  view: Hold,
  claim: Claim,
  step: HoldStep,
  status: HoldStatus,
): string | undefined {
  const life = claim.hold!;
  if (view.id !== claim.id) return `it is hold ${claim.id}`;
  if (view.checkIn !== dateOf(claim.from) || view.checkOut !== dateOf(claim.to))
    return `its nights are ${dateOf(claim.from)} to ${dateOf(claim.to)}`;
  if (view.guests !== life.guests) return `it is for ${life.guests}`;
  if (view.status !== status) return `its status is ${status}`;
  if (view.expiresAt !== instantOf(step.expiresAtMs)) return `it is until ${instantOf(step.expiresAtMs)}`;
  const latestMs = Math.min(step.expiresAtMs + EXTENSION_MS, life.firstHeldAtMs + CAP_MS);
  const extendable = status === 'held' && !step.extended && latestMs > step.expiresAtMs;
  if (view.extendable !== extendable) return extendable ? 'it can be extended' : 'it cannot be extended';
  return undefined;
}
