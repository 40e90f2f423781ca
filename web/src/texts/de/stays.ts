import type { Texts } from '../en/index.ts';

export const stays: Texts['stays'] = { title: 'Meine Aufenthalte' };
