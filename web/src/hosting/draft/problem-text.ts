/** What is wrong with a field, in the language of the page as far as it has a sentence for it. */
import type { FieldError } from '../../../../src/protocol/errors.ts';
import { sentence } from '../../shared/refusal.tsx';
import { t } from '../../texts/index.ts';
import { fieldOf } from './field-places.ts';

export function localized(fields: readonly FieldError[]): FieldError[] {
  return fields.map(({ path, message }) => {
    const field = fieldOf(path);
    const own = field === undefined ? undefined : t.hosting.wrong[field];
    return { path, message: own ?? sentence(message) };
  });
}
