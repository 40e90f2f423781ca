/** What the pages say of a refusal: their own words, where the server's are for who calls the API. */
import { expect, it } from 'vitest';
import { ERRORS } from '../../src/protocol/errors.ts';
import { refusal as german } from '../../web/src/texts/de/refusal.ts';
import { refusal as english } from '../../web/src/texts/en/refusal.ts';

/** In English the server's sentence says more: it names the field, or what a rule without words here wants. */
const LEFT_TO_THE_SERVER = ['invalid_request', 'rule_violation'];

it('has words in English for every code but those that are about a field, and for every house rule', () => {
  const codes = Object.keys(ERRORS).filter((code) => !LEFT_TO_THE_SERVER.includes(code));
  expect(Object.keys(english.says).sort()).toEqual(codes.sort());
  expect(Object.keys(english.rules).sort()).toEqual(Object.keys(german.rules).sort());
});

it('has words in German for all, as the server speaks English', () => {
  expect(Object.keys(german.says).sort()).toEqual(Object.keys(ERRORS).sort());
});
