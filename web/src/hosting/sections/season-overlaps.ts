/** Where seasons cover the same nights the first in the list counts: shown, so that no price comes as a surprise. */
import { dateOf, overlaps } from '../../../../src/protocol/nights.ts';
import { seasonRange } from '../../../../src/protocol/price.ts';
import type { Season } from '../../../../src/protocol/terms.ts';

export interface SeasonOverlap {
  /** Index of the season above it, which counts. */
  readonly above: number;
  /** Half-open dates. */
  readonly from: string;
  readonly to: string;
}

/** The nights of the season at `index` that a season above it decides. */
export function overlapsAbove(seasons: readonly Season[], index: number): SeasonOverlap[] {
  const season = seasons[index];
  if (season === undefined) return [];
  const own = seasonRange(season);
  return seasons.slice(0, index).flatMap((other, above) => {
    const range = seasonRange(other);
    if (!overlaps(own, range)) return [];
    return [{ above, from: dateOf(Math.max(own.from, range.from)), to: dateOf(Math.min(own.to, range.to)) }];
  });
}
