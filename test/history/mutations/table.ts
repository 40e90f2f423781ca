/**
 * Every rule with the bugs that it is there for: each mutation makes of a legal history one as a program with that
 * bug would leave it, or says that the history has nothing to break. The table is total: a rule without one does
 * not compile.
 */
import type { History } from '../history.ts';
import type { Rule } from '../report.ts';
import { ANSWERS } from './answers.ts';
import { JOURNAL } from './journal.ts';
import { MONEY } from './money.ts';
import { VIEWS } from './views.ts';

export interface Mutation {
  /** The bug that it stands for. */
  readonly bug: string;
  /** @returns undefined where the history has nothing that the bug would change */
  readonly apply: (history: History) => History | undefined;
}

export const MUTATIONS: Record<Rule, readonly Mutation[]> = { ...JOURNAL, ...ANSWERS, ...VIEWS, ...MONEY };
