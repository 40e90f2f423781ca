/**
 * Totals of stays, from one flat array: a search without a city prices every free apartment, and `priceOf`
 * walks objects and nights. The same integers as `totalMinor(priceOf(terms, stay))`, always; a property test
 * holds the two together. Quotes that a guest sees are made by `priceOf` itself.
 */
import type { NightRange } from '../../protocol/nights.ts';
import { seasonRange, share } from '../../protocol/price.ts';
import type { Terms } from '../../protocol/terms.ts';

/** A row: nightly, weekend, cleaning, tax, seasons, discounts, then 3 a season (from, to, price), 2 a discount. */
const HEAD = 6;

export class PriceTable {
  #rows = new Float64Array(1_024);
  #used = 0;
  #offsets = new Int32Array(64);
  /** Room of each row, so that changed terms are written in place where they fit. */
  #rooms = new Int32Array(64);

  set(slot: number, terms: Terms): void {
    const row = rowOf(terms);
    if (slot >= this.#offsets.length) this.#growSlots(slot + 1);
    if (row.length > this.#rooms[slot]!) {
      if (this.#used + row.length > this.#rows.length) this.#growRows(row.length);
      this.#offsets[slot] = this.#used;
      this.#rooms[slot] = row.length;
      this.#used += row.length;
    }
    this.#rows.set(row, this.#offsets[slot]);
  }

  nightlyMinor(slot: number): number {
    return this.#rows[this.#offsets[slot]!]!;
  }

  totalMinor(slot: number, from: number, to: number): number {
    const rows = this.#rows;
    const at = this.#offsets[slot]!;
    const nightly = rows[at]!;
    const extra = rows[at + 1]! - nightly;
    let rent = nightly * (to - from) + extra * (weekendsBefore(to) - weekendsBefore(from));

    let next = at + HEAD;
    for (let left = rows[at + 4]!; left > 0; left--, next += 3) {
      const start = Math.max(from, rows[next]!);
      const end = Math.min(to, rows[next + 1]!);
      if (start >= end) continue;
      rent += (rows[next + 2]! - nightly) * (end - start);
      rent -= extra * (weekendsBefore(end) - weekendsBefore(start));
    }

    let discount = 0;
    for (let left = rows[at + 5]!; left > 0; left--, next += 2) {
      if (rows[next]! > to - from) break;
      discount = rows[next + 1]!;
    }
    const sum = rent - share(rent, discount) + rows[at + 2]!;
    return sum + share(sum, rows[at + 3]!);
  }

  #growSlots(slots: number): void {
    const size = Math.max(slots, this.#offsets.length * 2);
    const offsets = new Int32Array(size);
    offsets.set(this.#offsets);
    this.#offsets = offsets;
    const rooms = new Int32Array(size);
    rooms.set(this.#rooms);
    this.#rooms = rooms;
  }

  /** Rows that outgrew their room leave a hole; the holes are closed when room runs out. */
  #growRows(wanted: number): void {
    let live = 0;
    for (const room of this.#rooms) live += room;
    const rows = new Float64Array(Math.max((live + wanted) * 2, this.#rows.length));
    let used = 0;
    for (let slot = 0; slot < this.#offsets.length; slot++) {
      const offset = this.#offsets[slot]!;
      const room = this.#rooms[slot]!;
      rows.set(this.#rows.subarray(offset, offset + room), used);
      this.#offsets[slot] = used;
      used += room;
    }
    this.#rows = rows;
    this.#used = used;
  }
}

function rowOf(terms: Terms): number[] {
  const seasons = disjointSeasons(terms);
  const discounts = [...terms.stayDiscounts]
    .sort((a, b) => a.minNights - b.minNights)
    .filter((discount, i, all) => i === 0 || discount.minNights !== all[i - 1]?.minNights);
  const row = [
    terms.nightlyMinor,
    terms.weekendMinor ?? terms.nightlyMinor,
    terms.cleaningMinor,
    terms.taxBasisPoints,
    seasons.length,
    discounts.length,
  ];
  for (const season of seasons) row.push(season.from, season.to, season.nightlyMinor);
  for (const discount of discounts) row.push(discount.minNights, discount.basisPoints);
  return row;
}

interface PricedRange extends NightRange {
  readonly nightlyMinor: number;
}

/** Of seasons that overlap the first counts: each later one keeps what the earlier ones leave. */
function disjointSeasons(terms: Terms): PricedRange[] {
  const placed: PricedRange[] = [];
  for (const season of terms.seasons) {
    if (season.nightlyMinor === undefined) continue;
    let pieces: NightRange[] = [seasonRange(season)].filter(({ from, to }) => from < to);
    for (const { from, to } of placed) {
      pieces = pieces.flatMap((piece) =>
        piece.from < to && from < piece.to
          ? [
              { from: piece.from, to: from },
              { from: to, to: piece.to },
            ].filter((rest) => rest.from < rest.to)
          : [piece],
      );
    }
    for (const piece of pieces) placed.push({ ...piece, nightlyMinor: season.nightlyMinor });
  }
  return placed;
}

/** Friday and Saturday nights before a night, counted from some Monday; 1970-01-01 was a Thursday. */
function weekendsBefore(night: number): number {
  const day = night + 3;
  const week = Math.floor(day / 7);
  const rest = day - week * 7;
  return week * 2 + (rest > 5 ? 2 : rest > 4 ? 1 : 0);
}
