/**
 * What stands of an apartment at the end of a volume, by two folds that share no code: the judge's, whose baseline is kept,
 * and the program's, which will have to go on from it. Where they do not agree, or the judge finds anything against a fact,
 * nothing may be archived.
 */
import { isDeepStrictEqual } from 'node:util';
import { calendarOf } from '../actors/baseline.ts';
import { apply } from '../actors/calendar/apply.ts';
import { type Calendar, emptyCalendar } from '../actors/calendar/calendar.ts';
import { follow } from '../actors/chain.ts';
import type { Fact } from '../actors/facts.ts';
import { HOLD_CAP_MS } from '../actors/limits.ts';
import type { StoredBaseline } from '../actors/ports.ts';
import { type Baseline, baselineOf, readBaseline } from '../verify/baseline.ts';
import { type Entry, entryOf } from '../verify/facts.ts';
import { Fold } from '../verify/fold.ts';
import { textOf } from '../verify/problem.ts';
import { Sequence } from '../verify/sequence.ts';
import type { ArchivedFact } from './volume-file.ts';

/** Of the listing: what it is says nothing of a fact, and both folds are told the same. */
const LISTED = 'listed';

export class TwoFolds {
  readonly apartmentId: string;
  readonly #fold: Fold;
  readonly #sequence: Sequence;
  readonly #calendar: Calendar;
  #head: number | undefined;
  #last: Entry | undefined;

  /** @param from of the volumes before; undefined where none of its facts is archived */
  constructor(apartmentId: string, from: StoredBaseline | undefined) {
    this.apartmentId = apartmentId;
    const says = (
      rule: Parameters<typeof textOf>[0]['rule'],
      version: number | undefined,
      sentence: string,
    ) => {
      throw new Error(
        `${textOf({ apartmentId, version, rule, sentence })}; nothing of this volume is archived`,
      );
    };
    this.#sequence = new Sequence(apartmentId, says);
    if (from === undefined) {
      this.#fold = new Fold(says);
      this.#calendar = emptyCalendar(LISTED);
      return;
    }
    const read = readBaseline(apartmentId, { ...from, hash: from.hash ?? null }, says);
    if (typeof read === 'string')
      throw new Error(`${apartmentId}: ${read}; nothing of this volume is archived`);
    this.#fold = read.fold;
    this.#sequence.startAfter(read.row);
    this.#calendar = calendarOf(apartmentId, from, LISTED);
    this.#head = from.hash;
  }

  take([apartmentId, version, kind, subjectId, requestId, atMs, text, hash]: ArchivedFact): void {
    const place = { version, subjectId, requestId, atMs };
    const entry = entryOf({ ...place, kind, fact: text, hash });
    if (typeof entry === 'string') throw new Error(`${apartmentId} version ${version}: ${entry}`);
    this.#sequence.take(entry);
    this.#sequence.follow(entry);
    this.#fold.take(entry);
    const fact = { kind, ...JSON.parse(text) } as Fact;
    const own = { ...place, apartmentId, fact, ...(hash !== null && { hash }) };
    this.#head = follow(this.#head, [own]);
    apply(this.#calendar, own);
    this.#last = entry;
  }

  /** @throws where the program would go on from something else than it does now */
  end(volume: number): Baseline {
    const { version, atMs, hash } = this.#last!;
    const baseline = baselineOf(this.apartmentId, this.#fold, { version, volume, atMs, hash });
    const { hash: _, ...row } = baseline;
    const read = calendarOf(this.apartmentId, { ...row, hash: hash ?? undefined }, LISTED);
    if (!isDeepStrictEqual(plain(read, atMs), plain(this.#calendar, atMs)))
      throw new Error(
        `${this.apartmentId}: what stands at version ${version} is ${JSON.stringify(plain(read, atMs))} by the judge and ${JSON.stringify(plain(this.#calendar, atMs))} by the program; nothing of this volume is archived`,
      );
    return baseline;
  }
}

/** Without what has no value, and without ended holds that decide nothing any more. */
function plain({ past, ...calendar }: Calendar, atMs: number): unknown {
  const { guestIds = [], figures = [] } = past ?? {};
  const ended = guestIds.map((guestId, i) => [guestId, ...figures.slice(i * 4, i * 4 + 4)]);
  const counting = ended.filter((one) => atMs < Number(one[4]) + HOLD_CAP_MS);
  return JSON.parse(JSON.stringify({ ...calendar, counting }));
}
