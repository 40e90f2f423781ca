/** What somebody has written from right to left takes nothing of the page's own sentence along. */
import { expect, it } from 'vitest';
import { isolated } from '../../web/src/texts/isolated.ts';

it.each(['שקט בלב העיר', 'دار الضيافة 7', 'Casa בית'])('%s is isolated in a sentence', (written) => {
  expect(isolated(written)).toBe(`\u2068${written}\u2069`);
});

it.each(['Casa Azul', 'Straße 7', '東京の家', 'Дом', ''])(
  '%j is left as it is, for who searches the page for it',
  (written) => {
    expect(isolated(written)).toBe(written);
  },
);
