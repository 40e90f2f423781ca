/** Nights of a window as they are sold: what is available, booked and blocked, and the money of it, by currency. */
import type { Pool } from 'pg';
import {
  blockedNights,
  listedNights,
  type NightsChange,
  soldNights,
} from '../../persistence/statements/figures.ts';
import type { NightRange } from '../../protocol/nights.ts';

/** Of each night of the window, in order. */
export interface Nights {
  readonly available: Float64Array;
  readonly booked: Float64Array;
  readonly blocked: Float64Array;
  /** In minor units and fractions of them. */
  readonly revenueMinor: Float64Array;
}

/** By currency, in order of code. */
export async function nightsOf(
  pool: Pool,
  window: NightRange,
  city: string | undefined,
): Promise<ReadonlyMap<string, Nights>> {
  const [listed, blocked, sold] = await Promise.all([
    listedNights(pool, window, city),
    blockedNights(pool, window, city),
    soldNights(pool, window, city),
  ]);
  const length = window.to - window.from;
  const byCurrency = new Map<string, Nights>();
  for (const currency of [...new Set([...listed, ...sold].map(({ currency }) => currency))].sort()) {
    const from = <Change extends NightsChange>(rows: readonly Change[], amount: (row: Change) => number) => {
      const changes = new Float64Array(length + 1);
      for (const row of rows) {
        if (row.currency === currency) changes[row.night - window.from]! += amount(row);
      }
      return runningSum(changes).subarray(0, length);
    };
    const closed = from(blocked, ({ nights }) => nights);
    const unlisted = from(sold, (row) => row.unlisted);
    byCurrency.set(currency, {
      available: from(listed, ({ nights }) => nights).map((all, i) => all - closed[i]! + unlisted[i]!),
      booked: from(sold, ({ nights }) => nights),
      blocked: closed,
      revenueMinor: from(sold, ({ minor }) => minor),
    });
  }
  return byCurrency;
}

function runningSum(changes: Float64Array): Float64Array {
  let sum = 0;
  return changes.map((change) => {
    sum += change;
    return sum;
  });
}
