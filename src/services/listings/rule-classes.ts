/**
 * Apartments whose rules are the same are of one class, so that a search asks the rules once a class and not once
 * an apartment. A catalogue has few: hosts choose from the same minimum nights, weekdays and seasons.
 */
import type { Terms } from '../../protocol/terms.ts';

interface RuleClass {
  readonly id: number;
  readonly key: string;
  members: number;
}

export class RuleClasses {
  /** Terms of any member, by class: rules are asked of these. */
  readonly terms: Terms[] = [];
  #ofSlot = new Int32Array(64);
  readonly #classes: RuleClass[] = [];
  readonly #byKey = new Map<string, RuleClass>();
  readonly #free: number[] = [];

  get count(): number {
    return this.#classes.length;
  }

  /** Class of each slot that was put; others read 0 and must not be asked. */
  get ofSlot(): Int32Array {
    return this.#ofSlot;
  }

  put(slot: number, terms: Terms, isNew: boolean): void {
    const key = keyOf(terms);
    const before = isNew ? undefined : this.#classes[this.#ofSlot[slot]!];
    if (before?.key === key) return;
    if (before !== undefined && --before.members === 0) {
      this.#byKey.delete(before.key);
      this.#free.push(before.id);
    }
    let own = this.#byKey.get(key);
    if (own === undefined) {
      own = { id: this.#free.pop() ?? this.#classes.length, key, members: 0 };
      this.#byKey.set(key, own);
      this.#classes[own.id] = own;
      this.terms[own.id] = terms;
    }
    own.members++;
    if (slot >= this.#ofSlot.length) {
      const grown = new Int32Array(Math.max(slot + 1, this.#ofSlot.length * 2));
      grown.set(this.#ofSlot);
      this.#ofSlot = grown;
    }
    this.#ofSlot[slot] = own.id;
  }
}

/** Everything but what a stay costs and how it is cancelled: a rule added to the terms splits classes by itself. */
function keyOf(terms: Terms): string {
  const {
    currency: _currency,
    nightlyMinor: _nightly,
    weekendMinor: _weekend,
    weekendDays: _weekendDays,
    includedGuests: _included,
    extraGuestMinor: _extra,
    cityTax: _cityTax,
    cleaningMinor: _cleaning,
    taxBasisPoints: _tax,
    stayDiscounts: _discounts,
    holdTtlSeconds: _ttl,
    cancellationPolicy: _policy,
    seasons,
    ...rules
  } = terms;
  const seasonal = seasons
    .map(({ name: _name, nightlyMinor: _nightly, weekendMinor: _weekend, ...season }) => season)
    .filter((season) => Object.keys(season).length > DATES);
  return JSON.stringify([entriesOf(rules), seasonal.map(entriesOf)]);
}

/** Fields of a season that says nothing but when it is. */
const DATES = 2;

function entriesOf(rules: object): [string, unknown][] {
  return Object.entries(rules).sort(byName);
}

function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}
