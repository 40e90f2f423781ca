/**
 * What a fact speaks about. A fact names holds, bookings and blocks by their ids only; an id carries, in base 36, the
 * version at which it came to be (`h1c-…`), so that the fact that says more about it can be looked up.
 */
import type { JournalAnswer } from '../../../../src/client/index.ts';
import { dateOf } from '../../../../src/protocol/nights.ts';

export type JournalFact = JournalAnswer['facts'][number];

/** @returns undefined where the id says nothing */
export function bornAt(id: string): number | undefined {
  const digits = /^[hbk]([0-9a-z]+)-/.exec(id)?.[1];
  if (digits === undefined) return undefined;
  const version = Number.parseInt(digits, 36);
  return Number.isSafeInteger(version) && version > 0 ? version : undefined;
}

/** Ids of the holds, bookings and blocks in a fact. */
export function idsIn({ fact }: JournalFact): string[] {
  return [fact.hold, fact.booking, fact.block].filter((id) => typeof id === 'string');
}

export interface Spoken {
  /** Half-open dates. */
  readonly from: string;
  readonly to: string;
  /** Whose it is; of a block, who closed the nights. */
  readonly subjectId: string | undefined;
  readonly totalMinor?: number;
  readonly currency?: string;
}

/** The nights and whose they are, of the claim that a fact speaks about; undefined where its beginning is not known. */
export function spokenOf(
  fact: JournalFact,
  factAt: (version: number) => JournalFact | undefined,
): Spoken | undefined {
  const beginning = beginningOf(fact, factAt);
  if (beginning === undefined) return undefined;
  const { from, to, price } = beginning.fact;
  if (typeof from !== 'number' || typeof to !== 'number') return undefined;
  const total = totalOf(price);
  return { from: dateOf(from), to: dateOf(to), subjectId: beginning.subjectId, ...total };
}

/** The `held` or `blocked` behind a fact. */
function beginningOf(
  fact: JournalFact,
  factAt: (version: number) => JournalFact | undefined,
): JournalFact | undefined {
  if (fact.kind === 'held' || fact.kind === 'blocked') return fact;
  const { hold, booking, block } = fact.fact;
  for (const id of [hold, block, booking]) {
    const born = typeof id === 'string' ? bornAt(id) : undefined;
    if (born === undefined || born >= fact.version) continue;
    const earlier = factAt(born);
    return earlier === undefined ? undefined : beginningOf(earlier, factAt);
  }
  return undefined;
}

/** A price in the journal: `{ currency, lines: [[kind, count, amountMinor], …] }`. */
function totalOf(price: unknown): { totalMinor: number; currency: string } | undefined {
  if (typeof price !== 'object' || price === null) return undefined;
  const { currency, lines } = price as { currency?: unknown; lines?: unknown };
  if (typeof currency !== 'string' || !Array.isArray(lines)) return undefined;
  let totalMinor = 0;
  for (const line of lines) totalMinor += Number((line as readonly unknown[])[2]);
  return Number.isFinite(totalMinor) ? { totalMinor, currency } : undefined;
}
