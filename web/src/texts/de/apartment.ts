import type { Texts } from '../en/index.ts';

export const apartment: Texts['apartment'] = { title: 'Wohnung' };
