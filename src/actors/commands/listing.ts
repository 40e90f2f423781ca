/** `pause`, `resume` and `retire`: whether they may is the apartment machine's to say. */
import type { ListingStatus } from '../../protocol/terms.ts';
import type { Decision } from '../calendar/decision.ts';
import type { JournalEntry } from '../facts.ts';
import { always, type CommandRules, never } from './rules.ts';

export const pause: CommandRules<'pause'> = becomes('paused', 'paused');
export const resume: CommandRules<'resume'> = becomes('listed', 'resumed');
export const retire: CommandRules<'retire'> = becomes('retired', 'retired');

function becomes<Status extends ListingStatus>(status: Status, kind: 'paused' | 'resumed' | 'retired') {
  return {
    decide: (): Decision => ({ facts: [{ fact: { kind } }] }),
    answer: () => ({ status }),
    sameAs: (_: unknown, { fact }: JournalEntry) => fact.kind === kind,
    isEndless: status === 'retired' ? never : always,
    again: async () => ({ status }),
  };
}
