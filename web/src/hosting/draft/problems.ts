/** What is wrong with a draft, found before it is sent by the server's own rules. */
import type { FieldError } from '../../../../src/protocol/errors.ts';
import { termsProblems } from '../../../../src/protocol/listing-rules.ts';
import { t } from '../../texts/index.ts';
import { type Draft, type DraftPath, PATHS, valueAt } from './draft.ts';

const NEEDED: readonly DraftPath[] = ['name', 'city'];

/** What is missing; where nothing is, what does not go together. Paths are the server's: `terms.seasons.0.to`. */
export function problemsOf(draft: Draft): FieldError[] {
  const missing = PATHS.filter((path) => {
    const value = valueAt(draft, path);
    return Number.isNaN(value) || (NEEDED.includes(path) && String(value).trim() === '');
  });
  if (missing.length > 0) return missing.map((path) => ({ path, message: t.hosting.form.missing }));
  return termsProblems(draft.terms).map(({ path, message }) => ({ path: `terms.${path}`, message }));
}
