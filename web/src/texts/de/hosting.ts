import type { Texts } from '../en/index.ts';

export const hosting: Texts['hosting'] = { title: 'Meine Wohnungen' };
