/**
 * Totals of stays, from one flat array: a search without a city prices every free apartment, and `priceOf`
 * walks objects and nights. The same integers as `totalMinor(priceOf(terms, stay, party))`, always; a property test
 * holds the two together. Quotes that a guest sees are made by `priceOf` itself.
 */
import { GUESTS_MAX, HORIZON_NIGHTS_MAX } from '../../protocol/limits.ts';
import type { NightRange } from '../../protocol/nights.ts';
import type { Party } from '../../protocol/party.ts';
import { ownPrice, seasonRange, share, weekendDaysOf } from '../../protocol/price.ts';
import type { Terms } from '../../protocol/terms.ts';

/**
 * A row: nightly, weekend, cleaning, tax, weekend days, seasons, discounts, fields by guests; those (included guests, an extra
 * one, city tax of a person and night, nights it is due for, whether of adults alone) where there are any; then 4 a season
 * (from, to, nightly, weekend), 2 a discount.
 */
const HEAD = 8;
const SEASON = 4;

export class PriceTable {
  #rows = new Float64Array(1_024);
  #used = 0;
  #offsets = new Int32Array(64);
  /** Room of each row, so that changed terms are written in place where they fit. */
  #rooms = new Int32Array(64);

  /** The stay that was asked about last, and its weekend nights by what is weekend; -1: not counted yet. */
  #stay: NightRange | undefined;
  readonly #weekends = new Int16Array(128);

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

  totalMinor(slot: number, stay: NightRange, party: Party): number {
    if (this.#stay !== stay) {
      this.#stay = stay;
      this.#weekends.fill(-1);
    }
    const { from, to } = stay;
    const rows = this.#rows;
    const at = this.#offsets[slot]!;
    const nightly = rows[at]!;
    const more = rows[at + 1]! - nightly;
    const days = rows[at + 4]!;
    if (this.#weekends[days] === -1) {
      this.#weekends[days] = weekendsBefore(to, days) - weekendsBefore(from, days);
    }
    let rent = nightly * (to - from) + more * this.#weekends[days]!;

    const byGuests = at + HEAD;
    let next = byGuests + rows[at + 7]!;
    for (let left = rows[at + 5]!; left > 0; left--, next += SEASON) {
      const start = Math.max(from, rows[next]!);
      const end = Math.min(to, rows[next + 1]!);
      if (start >= end) continue;
      const own = rows[next + 2]!;
      rent += (own - nightly) * (end - start);
      const weekends = weekendsBefore(end, days) - weekendsBefore(start, days);
      rent += (rows[next + 3]! - own - more) * weekends;
    }

    let discount = 0;
    for (let left = rows[at + 6]!; left > 0; left--, next += 2) {
      if (rows[next]! > to - from) break;
      discount = rows[next + 1]!;
    }
    let sum = rent - share(rent, discount) + rows[at + 2]!;
    if (rows[at + 7] === 0) return sum + share(sum, rows[at + 3]!);
    const { guests, adults = guests } = party;
    sum += Math.max(0, guests - rows[byGuests]!) * (to - from) * rows[byGuests + 1]!;
    const persons = rows[byGuests + 4] === 1 ? adults : guests;
    const cityTax = persons * Math.min(to - from, rows[byGuests + 3]!) * rows[byGuests + 2]!;
    return sum + share(sum, rows[at + 3]!) + cityTax;
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
  const seasons = pricedRanges(terms);
  const byGuests = fieldsByGuests(terms);
  const discounts = [...terms.stayDiscounts]
    .sort((a, b) => a.minNights - b.minNights)
    .filter((discount, i, all) => i === 0 || discount.minNights !== all[i - 1]?.minNights);
  const row = [
    terms.nightlyMinor,
    terms.weekendMinor ?? terms.nightlyMinor,
    terms.cleaningMinor,
    terms.taxBasisPoints,
    weekendDaysOf(terms).reduce((days, day) => days | (1 << (day - 1)), 0),
    seasons.length,
    discounts.length,
    byGuests.length,
    ...byGuests,
  ];
  for (const season of seasons) row.push(season.from, season.to, season.nightly, season.weekend);
  for (const discount of discounts) row.push(discount.minNights, discount.basisPoints);
  return row;
}

function fieldsByGuests({ includedGuests, extraGuestMinor = 0, cityTax }: Terms): number[] {
  if (includedGuests === undefined && cityTax === undefined) return [];
  const { perPersonNightMinor = 0, maxNights = HORIZON_NIGHTS_MAX, adultsOnly = false } = cityTax ?? {};
  return [
    ...[includedGuests ?? GUESTS_MAX, extraGuestMinor],
    ...[perPersonNightMinor, maxNights, Number(adultsOnly)],
  ];
}

interface PricedRange extends NightRange {
  readonly nightly: number;
  readonly weekend: number;
}

/** Where nights cost something else than usual, in order: of seasons that overlap the first that has such a price counts. */
function pricedRanges(terms: Terms): PricedRange[] {
  const seasons = terms.seasons
    .filter(({ nightlyMinor, weekendMinor }) => nightlyMinor !== undefined || weekendMinor !== undefined)
    .map((season) => ({ season, ...seasonRange(season) }));
  const edges = [...new Set(seasons.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  const placed: PricedRange[] = [];
  for (const [i, to] of edges.entries()) {
    const from = edges[i - 1];
    if (from === undefined) continue;
    const here = seasons.filter((one) => one.from <= from && one.to >= to);
    if (here.length === 0) continue;
    const price = (isWeekend: boolean) => {
      const decides = here.find(({ season }) => ownPrice(season, isWeekend) !== undefined)?.season ?? terms;
      return ownPrice(decides, isWeekend) ?? terms.nightlyMinor;
    };
    placed.push({ from, to, nightly: price(false), weekend: price(true) });
  }
  return placed;
}

/** How many nights before this one are weekend, counted from some Monday; 1970-01-01 was a Thursday. */
function weekendsBefore(night: number, days: number): number {
  const day = night + 3;
  const week = Math.floor(day / 7);
  return week * DAYS_BELOW[days * 8 + 7]! + DAYS_BELOW[days * 8 + day - week * 7]!;
}

/** How many of a set of weekdays (a bit each, Monday the lowest) are among the first 0 to 7 of a week, at `days * 8 + first`. */
const DAYS_BELOW = Uint8Array.from({ length: 128 * 8 }, (_, at) => {
  let count = 0;
  for (let day = 0; day < (at & 7); day++) count += ((at >> 3) >> day) & 1;
  return count;
});
