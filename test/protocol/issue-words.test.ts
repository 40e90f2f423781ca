import { expect, it } from 'vitest';
import { z } from 'zod';
import '../../src/protocol/issue-words.ts';

it.each([
  [z.string().max(3), 'abcd', 'has at most 3 characters, not 4'],
  [z.string().length(3), 'ab', 'has exactly 3 characters, not 2'],
  [z.string().min(1), '', 'is empty; send some characters'],
  [z.array(z.string()).min(1), [], 'has at least 1 entry, not 0'],
  [z.number().max(5), 7, 'is at most 5'],
  [z.number().gt(5), 5, 'is more than 5'],
  [z.number().int(), 1.5, 'is a whole number, not one with a fraction'],
  [z.number(), '1', 'is a number, not a text'],
  [z.coerce.number(), 'x', 'is a number, not something else'],
  [z.number().multipleOf(5), 7, 'is a multiple of 5'],
  [z.string(), undefined, 'is missing; send a text'],
  [z.string(), null, 'is a text, not null'],
  [z.array(z.string()), {}, 'is a list, not an object of fields'],
  [z.object({}), [], 'is an object of fields, not a list'],
  [z.strictObject({}), { zz: 1 }, 'has no field zz; leave it out'],
  [z.enum(['x', 'y']), 'z', 'is one of x, y'],
  [z.literal(true), false, 'is true'],
  [z.iso.date(), '3 March', 'is a date, as 2027-03-01'],
  [z.union([z.string(), z.number()]), true, 'fits none of the forms that it may have'],
])('says what is wrong in words, and never the value (%#)', (schema, value, words) => {
  expect(schema.safeParse(value).error?.issues[0]?.message).toBe(words);
});

it('leaves a schema its own words', () => {
  expect(z.string().max(3, 'is too long for a code').safeParse('abcd').error?.issues[0]?.message).toBe(
    'is too long for a code',
  );
});
