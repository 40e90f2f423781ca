import type { Rule } from '../history/report.ts';
import type { Bug } from './bug.ts';
import type { EndRule } from './run.ts';

export interface SeededBug {
  readonly parts: Bug;
  readonly caughtAs: readonly (Rule | EndRule)[];
}
export const BUGS: Record<string, SeededBug> = {};
