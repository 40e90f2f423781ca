import type { z } from 'zod';
import { type ErrorBody, errorBody } from './errors.ts';
import './issue-words.ts';

/** What zod found, as the wire says it: at most 20 fields, paths joined by dots. */
export function invalidRequest(issues: readonly z.core.$ZodIssue[]): ErrorBody {
  const fields = issues
    .slice(0, 20)
    .map((issue) => ({ path: issue.path.join('.') || '(payload)', message: issue.message }));
  const first = fields[0];
  return errorBody('invalid_request', `${first?.path ?? '(payload)'}: ${first?.message ?? 'does not fit'}`, {
    fields,
  });
}
