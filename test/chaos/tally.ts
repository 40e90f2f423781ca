/**
 * What a run's events tell about speed: answer times by command and over time, and after each fault how long it was until
 * the apartments it struck answered. One pass over the events in the order in which they were written; memory is bounded
 * by what is under way, not by the length of the run.
 */
import { build, type Histogram } from 'hdr-histogram-js';
import type { Answer, HistoryEvent, Invoke } from '../history/history.ts';
import type { Struck } from './inject.ts';
import type { FaultKind } from './schedule.ts';

/** Of one kind of command. */
export interface Answers {
  ok: number;
  refused: number;
  unknown: number;
  /** In tenths of a millisecond. */
  readonly times: Histogram;
}
export interface Slice extends Answers {
  readonly fromMs: number;
}
export interface Recovery {
  readonly struck: Struck;
  /** From the fault until the first of its apartments was answered ok. */
  firstMs: number | undefined;
  /** From the fault until each of its apartments was answered, in the order in which they were. */
  readonly eachMs: number[];
  /** From when it was undone until every watch knew what had been told to anybody by then; Redis only. */
  watchersMs: number | undefined;
  /** How long holds of other apartments took that were asked for and answered meanwhile; of locks and of what cannot be read. */
  readonly othersMs: number[];
  /** Commands without an answer, or with one that no guest can do anything about, that were under way during it. */
  failed: number;
  /** Answers that an apartment of its own cannot be read. */
  unreadable: number;
}

/** Slices of the timeline at most: what a page is wide. */
const SLICES = 600;
const SLICE_MS_MIN = 500;
/** Commands that fail so long after a fault was undone are still its. */
const AFTERMATH_MS = 5_000;
/** Refusals that no guest is to blame for. */
const FAULTY: ReadonlySet<string> = new Set([
  ...['internal', 'unauthenticated', 'forbidden', 'invalid_request', 'rate_limited', 'idempotency_conflict'],
  'unreadable',
]);

/** An apartment that runs is answered from what is known of it, until it is decided about. */
const LATER_FELT: ReadonlySet<FaultKind> = new Set(['poison', 'history']);
/** Faults that strike some apartments alone, whoever owns them. */
const MEANWHILE: ReadonlySet<FaultKind> = new Set(['lock', 'poison']);

export class Tally {
  readonly byCommand = new Map<string, Answers>();
  readonly refusals = new Map<string, number>();
  readonly slices: Slice[];
  readonly recoveries: readonly Recovery[];
  /** Ended without an answer, or with one that no guest is to blame for. */
  failed = 0;
  readonly sliceMs: number;
  readonly #startMs: number;
  readonly #underWay = new Map<string, Invoke>();
  readonly #open: { recovery: Recovery; waiting: Set<string> }[];
  readonly #told = new Map<string, number>();
  readonly #watches = new Map<string, number>();
  readonly #behind: { recovery: Recovery; watches: Map<string, number> | undefined }[];

  constructor(struck: readonly Struck[], startMs: number, endMs: number) {
    this.#startMs = startMs;
    this.sliceMs = Math.max(SLICE_MS_MIN, (endMs - startMs) / SLICES);
    const count = Math.ceil((endMs - startMs) / this.sliceMs);
    this.slices = Array.from({ length: count }, (_, i) => ({
      fromMs: startMs + i * this.sliceMs,
      ...noAnswers(),
    }));
    this.recoveries = struck.map((one) => ({
      ...{
        struck: one,
        firstMs: undefined,
        eachMs: [],
        othersMs: [],
        watchersMs: undefined,
        failed: 0,
        unreadable: 0,
      },
    }));
    this.#open = this.recoveries.map((recovery) => ({
      recovery,
      waiting: new Set(recovery.struck.apartmentIds),
    }));
    this.#behind = this.recoveries
      .filter(({ struck: { fault } }) => fault.kind === 'redis')
      .map((recovery) => ({ recovery, watches: undefined }));
  }

  take(event: HistoryEvent): void {
    switch (event.type) {
      case 'invoke':
        this.#underWay.set(`${event.process} ${event.op}`, event);
        return;
      case 'ok':
      case 'fail':
      case 'unknown':
        this.#ended(event);
        return;
      case 'calendar':
        this.#heard(`${event.process}#${event.watch}`, event.calendar, event.atMs);
        return;
      case 'availability':
        this.#heard(`${event.process}#${event.watch}`, event, event.atMs);
    }
  }

  /** Until when the owners of a fault's apartments may have been down: until each had answered. */
  outageEndMs({ struck, eachMs }: Recovery, endMs: number): number {
    const isWhole = eachMs.length === struck.apartmentIds.length;
    return isWhole ? Math.max(struck.backMs, struck.fromMs + (eachMs.at(-1) ?? 0)) : endMs;
  }

  #ended(event: Extract<HistoryEvent, { type: 'ok' | 'fail' | 'unknown' }>): void {
    const key = `${event.process} ${event.op}`;
    const asked = this.#underWay.get(key);
    if (asked === undefined) return;
    this.#underWay.delete(key);
    const answers = this.byCommand.get(asked.command) ?? noAnswers();
    this.byCommand.set(asked.command, answers);
    const slice = this.slices[Math.floor((event.atMs - this.#startMs) / this.sliceMs)];
    for (const each of slice === undefined ? [answers] : [answers, slice]) {
      each[event.type === 'fail' ? 'refused' : event.type] += 1;
      each.times.recordValue(Math.round((event.atMs - asked.atMs) * 10));
    }
    if (event.type === 'fail')
      this.refusals.set(event.error.code, (this.refusals.get(event.error.code) ?? 0) + 1);
    const hasFailed = event.type === 'unknown' || (event.type === 'fail' && FAULTY.has(event.error.code));
    if (hasFailed) this.#failed(asked.atMs, event.atMs);
    if (event.type === 'fail' && event.error.code === 'unreadable' && 'apartmentId' in asked.args)
      this.#unreadable(asked.args.apartmentId, asked.atMs, event.atMs);
    // A calendar is read also where nothing can be decided.
    else if ('apartmentId' in asked.args && asked.command !== 'calendar') {
      if (asked.command === 'hold') this.#held(asked.args.apartmentId, asked.atMs, event.atMs);
      this.#answered(asked.args.apartmentId, asked.atMs, event.atMs, event.type);
    }
    if (event.type === 'ok') for (const thing of versionedIn(event.data)) this.#tell(thing);
  }

  #failed(askedMs: number, endedMs: number): void {
    this.failed += 1;
    for (const recovery of this.recoveries) {
      const { fromMs, backMs } = recovery.struck;
      if (askedMs <= backMs + AFTERMATH_MS && endedMs >= fromMs) recovery.failed += 1;
    }
  }

  #unreadable(apartmentId: string, askedMs: number, endedMs: number): void {
    for (const recovery of this.of('poison')) {
      const { fromMs, backMs, apartmentIds } = recovery.struck;
      if (askedMs <= backMs && endedMs >= fromMs && apartmentIds.includes(apartmentId))
        recovery.unreadable += 1;
    }
  }

  #held(apartmentId: string, askedMs: number, atMs: number): void {
    for (const { struck, othersMs } of this.recoveries) {
      if (!MEANWHILE.has(struck.fault.kind)) continue;
      const isMeanwhile = askedMs >= struck.fromMs && atMs <= struck.backMs;
      if (isMeanwhile && !struck.apartmentIds.includes(apartmentId)) othersMs.push(atMs - askedMs);
    }
  }

  /** Counts for a fault where it was asked after it: of what is not felt at once, after it was undone. */
  #answered(apartmentId: string, askedMs: number, atMs: number, type: 'ok' | 'fail' | 'unknown'): void {
    for (const { recovery, waiting } of this.#open) {
      const { fault, fromMs, backMs, apartmentIds } = recovery.struck;
      if (askedMs < (LATER_FELT.has(fault.kind) ? backMs : fromMs)) continue;
      if (type === 'ok' && recovery.firstMs === undefined && apartmentIds.includes(apartmentId))
        recovery.firstMs = atMs - fromMs;
      if (waiting.delete(apartmentId)) recovery.eachMs.push(atMs - fromMs);
    }
  }

  #heard(watch: string, { apartmentId, version }: { apartmentId: string; version: number }, atMs: number) {
    this.#catchUp(atMs);
    const key = `${watch} ${apartmentId}`;
    this.#watches.set(key, version);
    this.#tell({ apartmentId, version });
    for (const { recovery, watches } of this.#behind) {
      if (watches === undefined || version < (watches.get(key) ?? Number.POSITIVE_INFINITY)) continue;
      watches.delete(key);
      recovery.watchersMs = atMs - recovery.struck.backMs;
    }
  }

  /** At the first event after Redis is back: who is behind what. */
  #catchUp(atMs: number): void {
    for (const waiting of this.#behind) {
      if (waiting.watches !== undefined || atMs < waiting.recovery.struck.backMs) continue;
      waiting.recovery.watchersMs = 0;
      waiting.watches = new Map(
        [...this.#watches].flatMap(([key, version]) => {
          const told = this.#told.get(key.slice(key.indexOf(' ') + 1)) ?? 0;
          return version < told ? [[key, told]] : [];
        }),
      );
    }
  }

  #tell({ apartmentId, version }: { apartmentId: string; version: number }): void {
    if (version > (this.#told.get(apartmentId) ?? -1)) this.#told.set(apartmentId, version);
  }

  /** Faults of one kind. */
  of(kind: FaultKind): Recovery[] {
    return this.recoveries.filter(({ struck }) => struck.fault.kind === kind);
  }
}

/** The highest version that an answer shows of each apartment is all that counts here. */
function versionedIn(data: Answer): readonly { readonly apartmentId: string; readonly version: number }[] {
  if ('hold' in data) return [data.hold];
  if ('booking' in data) return [data.booking];
  if ('calendar' in data) return [data.calendar];
  return [];
}

function noAnswers(): Answers {
  const times = build({ numberOfSignificantValueDigits: 2, bitBucketSize: 32 });
  return { ok: 0, refused: 0, unknown: 0, times };
}
