/** `adopt`. */
import { decideAdopt } from '../calendar/decide-adopt.ts';
import { type CommandRules, never } from './rules.ts';

export const adopt: CommandRules<'adopt'> = {
  decide: decideAdopt,
  answer: () => ({}),
  sameAs: ({ guestId }, { fact }) => fact.kind === 'adopted' && fact.guest === guestId,
  isEndless: never,
  again: async () => ({}),
};
