/** Finds and changes things in a history without touching the original. */
import type { Fact, FactKind } from '../../../src/actors/facts.ts';
import type { Answer, Fail, History, HistoryEvent, Invoke, Ok, RecordedEntry, Unknown } from '../history.ts';

export type EntryOf<Kind extends FactKind> = RecordedEntry & { readonly fact: Extract<Fact, { kind: Kind }> };

/** Journal entries of a kind, in order. */
export function entriesOf<Kind extends FactKind>({ journal }: History, kind: Kind): EntryOf<Kind>[] {
  return journal.filter(({ fact }) => fact.kind === kind) as EntryOf<Kind>[];
}

export function withEntry(history: History, old: RecordedEntry, change: Partial<RecordedEntry>): History {
  const journal = history.journal.map((entry) => (entry === old ? { ...entry, ...change } : entry));
  return { ...history, journal };
}

export function withFact<Kind extends FactKind>(
  history: History,
  old: EntryOf<Kind>,
  change: Partial<Extract<Fact, { kind: Kind }>>,
): History {
  return withEntry(history, old, { fact: { ...old.fact, ...change } as Fact });
}

export function withoutEntry(history: History, old: RecordedEntry): History {
  return { ...history, journal: history.journal.filter((entry) => entry !== old) };
}

export function lastOf({ journal }: History, apartmentId: string): RecordedEntry {
  return journal.findLast((entry) => entry.apartmentId === apartmentId)!;
}

/** One fact more, at the end of an apartment's journal. */
export function appended(
  history: History,
  apartmentId: string,
  fact: Fact,
  by: Pick<RecordedEntry, 'subjectId' | 'requestId'> = { subjectId: null, requestId: null },
): History {
  const { version, atMs, epoch } = lastOf(history, apartmentId);
  const entry = {
    apartmentId,
    version: version + 1,
    fact,
    ...by,
    atMs,
    ...(epoch !== undefined && { epoch }),
  };
  return { ...history, journal: [...history.journal, entry] };
}

/** The entry that ends a hold, where there is one. */
export function endOf({ journal }: History, held: EntryOf<'held'>): RecordedEntry | undefined {
  return journal.find(({ apartmentId, version, fact }) => {
    if (apartmentId !== held.apartmentId || version <= held.version) return false;
    if (fact.kind === 'held') return fact.replaces?.includes(held.fact.hold) === true;
    const ends = fact.kind === 'released' || fact.kind === 'expired' || fact.kind === 'confirmed';
    return ends && fact.hold === held.fact.hold;
  });
}

export interface Pair<Command extends Invoke['command'] = Invoke['command']> {
  readonly asked: Extract<Invoke, { command: Command }>;
  readonly end: Ok | Fail | Unknown;
}

/** Operations of a command with their ends, in order of their questions. */
export function pairsOf<Command extends Invoke['command']>(
  { events }: History,
  ...commands: readonly Command[]
): Pair<Command>[] {
  const ends = new Map<string, Pair['end']>();
  for (const event of events) {
    if (event.type === 'ok' || event.type === 'fail' || event.type === 'unknown')
      ends.set(`${event.process}/${event.op}`, event);
  }
  return events.flatMap((event) => {
    if (event.type !== 'invoke' || !(commands as readonly string[]).includes(event.command)) return [];
    const end = ends.get(`${event.process}/${event.op}`);
    return end === undefined ? [] : [{ asked: event as Pair<Command>['asked'], end }];
  });
}

/** Those that were answered ok, with that answer. */
export function okOf<Command extends Invoke['command']>(
  history: History,
  ...commands: readonly Command[]
): { asked: Pair<Command>['asked']; end: Ok }[] {
  return pairsOf(history, ...commands).filter(
    (pair): pair is { asked: Pair<Command>['asked']; end: Ok } => pair.end.type === 'ok',
  );
}

export function refusedOf<Command extends Invoke['command']>(
  history: History,
  code: Fail['error']['code'],
  ...commands: readonly Command[]
): { asked: Pair<Command>['asked']; end: Fail }[] {
  return pairsOf(history, ...commands).filter(
    (pair): pair is { asked: Pair<Command>['asked']; end: Fail } =>
      pair.end.type === 'fail' && pair.end.error.code === code,
  );
}

/** Answered ok, and the only one of its request. */
export function onlyOkOf<Command extends Invoke['command']>(
  history: History,
  ...commands: readonly Command[]
) {
  const count = Map.groupBy(pairsOf(history, ...commands), ({ asked }) => asked.requestId);
  return okOf(history, ...commands).filter(({ asked }) => count.get(asked.requestId)?.length === 1);
}

export function withEvent(history: History, old: HistoryEvent, change: object): History {
  const events = history.events.map((event) =>
    event === old ? ({ ...event, ...change } as HistoryEvent) : event,
  );
  return { ...history, events };
}

export function withoutEvents(history: History, isGone: (event: HistoryEvent) => boolean): History {
  return { ...history, events: history.events.filter((event) => !isGone(event)) };
}

export function withEvents(history: History, ...more: readonly HistoryEvent[]): History {
  const events = [...history.events, ...more].sort((a, b) => a.atMs - b.atMs);
  return { ...history, events };
}

export function refusal(code: Fail['error']['code'], more: object = {}): Fail['error'] {
  return { code, message: code, retryable: false, ...more };
}

/** The same question asked again after everything, and what came of it. */
export function askedAgain(
  history: History,
  asked: Invoke,
  end: { data: Answer } | { error: Fail['error'] },
): History {
  const atMs = history.events.at(-1)!.atMs + 100;
  const op = 10_000;
  const answer = 'data' in end ? { type: 'ok' as const, ...end } : { type: 'fail' as const, ...end };
  return withEvents(
    history,
    { ...asked, atMs, op },
    { ...answer, atMs: atMs + 1, process: asked.process, op },
  );
}

/** A question of its own at an instant, refused at once. */
export function refusedAt(history: History, atMs: number, asked: Invoke, error: Fail['error']): History {
  const op = 20_000;
  const requestId = '00000000-0000-4000-8000-ffffffffffff';
  const { process } = asked;
  return withEvents(history, { ...asked, atMs, op, requestId } as Invoke, {
    type: 'fail',
    atMs,
    process,
    op,
    error,
  });
}
