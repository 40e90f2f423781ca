import type { Texts } from '../en/index.ts';

export const find: Texts['find'] = { title: 'Finden, live reservieren' };
