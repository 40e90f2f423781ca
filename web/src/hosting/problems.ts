/** What is wrong with a draft, by field: found here before it is sent, and by the server after. */
import type { FieldError } from '../../../src/protocol/errors.ts';
import { termsProblems } from '../../../src/protocol/listing-rules.ts';
import { sentence } from '../parts/refusal.tsx';
import { t } from '../texts/index.ts';
import { type Draft, type DraftPath, PATHS, valueAt } from './draft.ts';
import { fieldOf } from './field-places.ts';

export interface Problem {
  /** The field, or a part of it: `terms.seasons.0.to`. */
  readonly path: string;
  readonly message: string;
}

const NEEDED: readonly DraftPath[] = ['name', 'city'];

export function problemsOf(draft: Draft): Problem[] {
  const missing = PATHS.filter((path) => {
    const value = valueAt(draft, path);
    return Number.isNaN(value) || (NEEDED.includes(path) && String(value).trim() === '');
  });
  if (missing.length > 0) return missing.map((path) => ({ path, message: t.hosting.form.missing }));
  return localized(
    termsProblems(draft.terms).map(({ path, message }) => ({ path: `terms.${path}`, message })),
  );
}

/** In the language of the page as far as it has a sentence for the field. */
export function localized(fields: readonly FieldError[]): Problem[] {
  return fields.map(({ path, message }) => {
    const field = fieldOf(path);
    const own = field === undefined ? undefined : t.hosting.wrong[field];
    return { path, message: own ?? sentence(message) };
  });
}
