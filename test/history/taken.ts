/** `nights_unavailable`: what it names must have been so, all of it, at one version between question and answer. */
import { dateOf, nightOf } from '../../src/protocol/nights.ts';
import type { Range } from '../../src/protocol/resources.ts';
import { type Claim, ownerAt, stepAt } from './claims.ts';
import type { Excuses } from './excuses.ts';
import type { Judged } from './refusals.ts';
import { isSameRange, rangeOf, rangeText } from './wire.ts';

/** Ranges that a refusal names at most (H9). */
const NAMED_MAX = 20;

interface Stay {
  readonly from: number;
  readonly to: number;
}

/**
 * @returns why it is not justified: at no version in question was any of the nights anybody else's. That it was
 * justified and told wrongly is reported here.
 */
export function checkTaken(judged: Judged): string | undefined {
  const stay = stayOf(judged);
  if (stay === undefined) return 'it asked for no nights';
  const versions = versionsThatMatter(judged, stay);
  const taken = versions.filter((version) => conflictsAt(judged, stay, version).length > 0);
  const { first, last } = judged;
  if (taken.length === 0) {
    const nights = `${dateOf(stay.from)} to ${dateOf(stay.to)}`;
    return `${nights} were nobody else's from version ${first} to ${last}`;
  }
  const named = judged.operation.error?.conflicts ?? [];
  const { excuses } = judged.world.report;
  const meant = taken.filter((version) => isNamed(named, conflictsAt(judged, stay, version), excuses));
  if (meant.length === 0) {
    const was = conflictsAt(judged, stay, taken.at(-1)!).map(rangeText).join(', ');
    says(judged, 'refusal-misnamed', `names ${named.map(rangeText).join(', ') || 'nothing'}; it was ${was}`);
    return undefined;
  }
  if (!meant.some((version) => areFree(judged, version))) {
    says(judged, 'alternative-taken', `offers nights that were not free from version ${first} to ${last}`);
  }
  return undefined;
}

function stayOf({ operation: { asked } }: Judged): Stay | undefined {
  if (asked.command === 'hold')
    return { from: nightOf(asked.args.checkIn), to: nightOf(asked.args.checkOut) };
  if (asked.command === 'block') return { from: nightOf(asked.args.from), to: nightOf(asked.args.to) };
  return undefined;
}

/** The first version in question, and each at which a claim on the nights, or on an alternative's, changed. */
function versionsThatMatter(judged: Judged, stay: Stay): number[] {
  const { apartment, first, last } = judged;
  const versions = new Set([first]);
  const ranges = [stay, ...alternativesOf(judged)];
  for (const { from, to } of last === first ? [] : ranges) {
    for (let night = from; night < to; night++) {
      for (const claim of apartment.nights.during(night, first, last)) {
        versions.add(claim.bornVersion).add(claim.endVersion);
        // Whose it is decides whether it is in the way.
        if (claim.before !== undefined) versions.add(claim.before.untilVersion);
        for (const { version } of claim.hold?.steps ?? []) versions.add(version);
      }
    }
  }
  return [...versions].filter((version) => version >= first && version <= last);
}

/** What stands in the way at a version: all claims, for a hold all but the guest's own open ones. */
function conflictsAt({ apartment, operation: { asked } }: Judged, stay: Stay, version: number): Range[] {
  const ranges: Range[] = [];
  let before: Claim | undefined;
  for (let night = stay.from; night < stay.to; night++) {
    const claim = apartment.nights.at(night, version);
    if (claim === undefined || claim === before) continue;
    before = claim;
    if (asked.command === 'hold' && isOwnOpen(claim, asked.subject, version)) continue;
    ranges.push(rangeOf(claim, version, stay.from, stay.to));
  }
  return ranges;
}

function isOwnOpen(claim: Claim, subject: string, version: number): boolean {
  if (claim.hold === undefined || ownerAt(claim, version) !== subject) return false;
  return stepAt(claim.hold, version).payment === undefined;
}

function isNamed(named: readonly Range[], conflicts: readonly Range[], excuses: Excuses): boolean {
  const isMany = named.length === NAMED_MAX && conflicts.length > NAMED_MAX;
  if (named.length < conflicts.length && !excuses.for('many-conflicts', isMany)) return false;
  if (named.length > conflicts.length) return false;
  return named.every((range, i) => isSameRange(range, conflicts[i]!));
}

function alternativesOf({ operation }: Judged): Stay[] {
  return (operation.error?.alternatives ?? []).map(({ checkIn, checkOut }) => ({
    from: nightOf(checkIn),
    to: nightOf(checkOut),
  }));
}

function areFree(judged: Judged, version: number): boolean {
  return alternativesOf(judged).every((other) => conflictsAt(judged, other, version).length === 0);
}

function says(
  { world, apartment, operation: { asked, name }, first, last }: Judged,
  rule: 'refusal-misnamed' | 'alternative-taken',
  sentence: string,
): void {
  world.report.add(rule, `the refusal of ${asked.command} ${name} ${sentence}`, {
    apartmentId: apartment.id,
    operations: [name],
    versions: [first, last],
  });
}
