/**
 * What is wrong with a value, in words for who sent it, where its schema has none of its own: the library's are for who
 * wrote the schema ('Too big: expected string to have <=200 characters'). A value itself is never in them: it may be a
 * password. Set once, with this import, for every schema there is.
 */
import { z } from 'zod';

z.config({ customError: issueWords });

const COUNTED: Record<string, readonly [one: string, other: string]> = {
  string: ['character', 'characters'],
  array: ['entry', 'entries'],
  object: ['field', 'fields'],
};
const KINDS: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  nan: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object of fields',
  record: 'an object of fields',
};
const FORMATS: Record<string, string> = {
  date: 'a date, as 2027-03-01',
  datetime: 'an instant, as 2027-03-01T12:00:00.000Z',
  uuid: 'a UUID, as 3f2a0c9e-8d1b-4c55-9a70-2b6f1e0d4c88',
  email: 'an e-mail address, as ana@example.com',
  url: 'an address, as https://example.com/',
};

/** @returns undefined for what has no words here */
export function issueWords(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type': {
      const expected = KINDS[issue.expected];
      if (expected === undefined) return undefined;
      if (issue.input === undefined) return `is missing; send ${expected}`;
      return `is ${expected}, not ${kindOf(issue.input)}`;
    }
    case 'too_big':
      return bound('at most', 'less than', issue.origin, issue.maximum, issue);
    case 'too_small':
      if (issue.origin === 'string' && issue.minimum === 1) return 'is empty; send some characters';
      return bound('at least', 'more than', issue.origin, issue.minimum, issue);
    case 'invalid_format': {
      const format = FORMATS[issue.format];
      return format && `is ${format}`;
    }
    case 'invalid_union':
      return 'fits none of the forms that it may have';
    case 'not_multiple_of':
      return `is a multiple of ${issue.divisor}`;
    case 'unrecognized_keys':
      return `has no field ${issue.keys.join(', ')}; leave it out`;
    case 'invalid_value':
      return `is ${issue.values.length === 1 ? '' : 'one of '}${issue.values.map(String).join(', ')}`;
    default:
      return undefined;
  }
}

function bound(
  inclusive: string,
  exclusive: string,
  origin: string,
  limit: number | bigint,
  issue: { readonly inclusive?: boolean; readonly exact?: boolean; readonly input?: unknown },
): string {
  const counted = COUNTED[origin];
  const range = issue.exact === true ? 'exactly' : issue.inclusive === false ? exclusive : inclusive;
  if (counted === undefined) return `is ${range} ${limit}`;
  const length = (issue.input as { readonly length?: unknown } | undefined)?.length;
  const but = typeof length === 'number' ? `, not ${length}` : '';
  return `has ${range} ${limit} ${counted[Number(limit) === 1 ? 0 : 1]}${but}`;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (Number.isNaN(value)) return 'something else';
  if (typeof value === 'number') return Number.isInteger(value) ? 'a whole number' : 'one with a fraction';
  return KINDS[typeof value] ?? 'that';
}
