import type { Texts } from '../en/index.ts';

export const chart: Texts['chart'] = { title: 'Belegung live' };
