import { expect, it } from 'vitest';
import { meantCity } from '../../web/src/guest/find/meant-city.ts';

const CITIES = ['Kyoto', 'Tokyo', 'Porto', 'São Paulo', 'Los Angeles', 'Köln'];

it.each([
  ['kyo', 'Kyoto'],
  ['Kioto', 'Kyoto'],
  ['prto', 'Porto'],
  ['sao paolo', 'São Paulo'],
  ['Los Angelos', 'Los Angeles'],
  ['koeln', 'Köln'],
  ['Kolm', 'Köln'],
])('%s means %s', (typed, meant) => {
  expect(meantCity(typed, CITIES)).toBe(meant);
});

it.each(['', ' ', 'köln', 'KOLN', 'Reykjavík', 'x', 'Berlin'])('%s means none of them', (typed) => {
  expect(meantCity(typed, CITIES)).toBeUndefined();
});

it('means nothing where there is no city', () => {
  expect(meantCity('Porto', [])).toBeUndefined();
});
