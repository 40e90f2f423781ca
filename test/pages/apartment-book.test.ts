import { expect, it } from 'vitest';
import type { Apartment } from '../../src/client/index.ts';
import { type Outcome, refuse } from '../../src/protocol/errors.ts';
import { ApartmentBook } from '../../web/src/shared/live/apartment-book.ts';

const named = (name: string): Outcome<Apartment> => ({ ok: true, data: { id: 'a', name } as Apartment });
const AWAY = refuse('unavailable', 'not reached');
const GONE = refuse('not_found', 'there is no apartment a');

it('shows what is known, asks again for what is older, and keeps what has not changed', async () => {
  let nowMs = 0;
  const answers: Outcome<Apartment>[] = [];
  let asked = 0;
  const book = new ApartmentBook(
    async () => {
      asked += 1;
      return answers.shift() as Outcome<Apartment>;
    },
    () => nowMs,
  );
  expect(book.known('a')).toBeUndefined();
  answers.push(AWAY, named('Loft'));
  expect(await book.look('a')).toEqual(AWAY);
  // A refusal is never fresh; those who ask at once share one question.
  const [first, other] = await Promise.all([book.look('a'), book.look('a')]);
  expect([first, other, asked]).toEqual([named('Loft'), named('Loft'), 2]);
  expect(await book.look('a')).toBe(first);
  expect(asked).toBe(2);

  nowMs = 5_000;
  answers.push(named('Loft'));
  expect(await book.look('a')).toBe(first);
  expect(asked).toBe(3);

  nowMs = 10_000;
  answers.push(AWAY);
  expect(await book.look('a')).toBe(first);
  answers.push(named('Dearer loft'));
  expect(await book.look('a')).toEqual(named('Dearer loft'));
  expect(book.known('a')).toEqual(named('Dearer loft'));

  nowMs = 20_000;
  answers.push(GONE);
  expect(await book.look('a')).toEqual(GONE);
});
