/** What a command is to an apartment: all five questions that are asked of each, beside one another. */
import type { ApartmentAnswers } from '../../protocol/apartment-command.ts';
import type { CommittedChange } from '../../protocol/committed-change.ts';
import type { Subject } from '../../protocol/resources.ts';
import type { Calendar, Claim } from '../calendar/calendar.ts';
import type { Circumstances } from '../calendar/circumstances.ts';
import type { Command, Decision } from '../calendar/decision.ts';
import type { Fact, FactKind, JournalEntry } from '../facts.ts';
import type { Journal } from '../ports.ts';

export type CommandKind = keyof ApartmentAnswers;

export interface CommandRules<Kind extends CommandKind> {
  /** Facts or a refusal, on the latest calendar, durable or not. Pure. */
  readonly decide: (calendar: Calendar, command: Command<Kind>, at: Circumstances) => Decision;
  /**
   * What its asker is told once its last fact is on disk; undefined where that is the payment provider's to say.
   * @param claim that the fact made, changed or ended
   */
  readonly answer: (change: CommittedChange, claim: Claim | undefined) => ApartmentAnswers[Kind] | undefined;
  /** Whether a recorded fact is what this command would have caused (C2). */
  readonly sameAs: (command: Command<Kind>, entry: JournalEntry) => boolean;
  /**
   * Whether that subject may send it again and again, each time with effect, as it needs nothing that was begun before.
   * Where an apartment remembers very many requests, these need room (C9).
   */
  readonly isEndless: (by: Subject['kind']) => boolean;
  /** The same answer, made again from the journal alone (I3); undefined where none was given yet. */
  readonly again: (journal: Journal, entry: JournalEntry) => Promise<ApartmentAnswers[Kind] | undefined>;
}

export const always = () => true;
export const never = () => false;

/** The entry's fact, which `sameAs` has found to be of that kind. */
export function factOf<Kind extends FactKind>(
  { apartmentId, version, fact }: JournalEntry,
  kind: Kind,
): Extract<Fact, { kind: Kind }> {
  if (fact.kind === kind) return fact as Extract<Fact, { kind: Kind }>;
  throw new Error(`${apartmentId}: fact ${version} is ${fact.kind}, not ${kind}`);
}
