/** What a delta may say: the nights that its fact changed, as they are after it. */
import { dateOf } from '../../src/protocol/nights.ts';
import type { Range } from '../../src/protocol/resources.ts';
import type { FoldedApartment } from './apartment.ts';
import type { Delta } from './history.ts';
import { isSameRange, isShownAs, nightsOf, rangeOf, rangeText } from './wire.ts';
import type { World } from './world.ts';

export function checkDelta(world: World, delta: Delta, who: string): void {
  const { apartmentId, version, changes, applied } = delta;
  const { excuses } = world.report;
  const apartment = world.apartment(apartmentId);
  if (apartment.entry(version) === undefined) return;
  if (excuses.for('beacon', changes.length === 0 && applied !== true)) return;
  world.report.counts.deltasCompared += 1;
  const expected = expectedOf(apartment, version);
  const isPlain = changes.length === expected.length && changes.every((c, i) => isSameRange(c, expected[i]!));
  if (isPlain) return;
  const wrong = wrongIn(apartment, version, changes, expected);
  if (excuses.for('other-words', wrong === undefined)) return;
  world.report.add('delta-mismatch', `${who} was told as version ${version} that ${wrong}`, {
    apartmentId,
    operations: [who],
    versions: [version],
  });
}

/** A step that frees and takes no night: its delta is as empty as a beacon. */
export function changesNoNight(world: World, { apartmentId, version }: Delta): boolean {
  const apartment = world.apartment(apartmentId);
  return apartment.entry(version) !== undefined && expectedOf(apartment, version).length === 0;
}

const expectedByApartment = new WeakMap<FoldedApartment, Map<number, readonly Range[]>>();

/** What a fact changed, what it freed before what it took. Thousands of watchers are told the same: kept. */
function expectedOf(apartment: FoldedApartment, version: number): readonly Range[] {
  let known = expectedByApartment.get(apartment);
  if (known === undefined) {
    known = new Map();
    expectedByApartment.set(apartment, known);
  }
  let expected = known.get(version);
  if (expected === undefined) {
    expected = changesOf(apartment, version);
    known.set(version, expected);
  }
  return expected;
}

function changesOf(apartment: FoldedApartment, version: number): Range[] {
  const fact = apartment.entry(version)!.fact;
  const free = (of: { from: number; to: number } | undefined): Range[] =>
    of === undefined ? [] : [{ from: dateOf(of.from), to: dateOf(of.to), status: 'free' }];
  const as = (map: ReadonlyMap<string, Parameters<typeof rangeOf>[0]>, id: string): Range[] => {
    const claim = map.get(id);
    return claim === undefined ? [] : [rangeOf(claim, version, claim.from, claim.to)];
  };
  switch (fact.kind) {
    case 'held': {
      const freed = (fact.replaces ?? []).flatMap((id) => free(apartment.holds.get(id)));
      return [...freed, ...as(apartment.holds, fact.hold)];
    }
    case 'extended':
    case 'confirming':
    case 'authorised':
    case 'declined':
      return as(apartment.holds, fact.hold);
    case 'confirmed':
      return as(apartment.bookings, fact.booking);
    case 'released':
    case 'expired':
      return free(apartment.holds.get(fact.hold));
    case 'cancelled':
      return free(apartment.bookings.get(fact.booking));
    case 'blocked':
      return as(apartment.blocks, fact.block);
    case 'unblocked':
      return free(apartment.blocks.get(fact.block));
    // No night changed: what has become another's is said again.
    case 'adopted':
      return [...apartment.holds.values(), ...apartment.bookings.values()]
        .filter(({ before, endVersion }) => before?.untilVersion === version && endVersion > version)
        .toSorted((a, b) => a.from - b.from)
        .map((claim) => rangeOf(claim, version, claim.from, claim.to));
    default:
      return [];
  }
}

/** Said in other words, such as the whole calendar again: every night as it is, none of the changed ones left out. */
function wrongIn(
  apartment: FoldedApartment,
  version: number,
  changes: readonly Range[],
  expected: readonly Range[],
): string | undefined {
  const { nights } = apartment;
  const said = new Map<number, Range>();
  for (const range of changes) {
    const { from, to } = nightsOf(range);
    // Outside of these there never was a claim.
    if (range.status !== 'free' && (from < nights.first || to > nights.last + 1)) return rangeText(range);
    for (let night = Math.max(from, nights.first); night < Math.min(to, nights.last + 1); night++) {
      said.set(night, range);
    }
  }
  for (const [night, range] of said) {
    const claim = nights.at(night, version);
    const isRight = claim === undefined ? range.status === 'free' : isShownAs(claim, version, range);
    if (!isRight) return `${dateOf(night)} is ${range.status}, and it is ${claim?.kind ?? 'free'}`;
  }
  for (const range of expected) {
    const { from, to } = nightsOf(range);
    for (let night = from; night < to; night++) {
      if (!said.has(night)) return `${changes.map(rangeText).join(', ')}, and not that ${rangeText(range)}`;
    }
  }
  return undefined;
}
