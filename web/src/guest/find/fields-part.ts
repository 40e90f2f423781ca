/**
 * The fields of the search are a part of their own: on a phone, where one line says what they would, they come when
 * somebody opens it, and the first result is there sooner.
 */
import { Part } from '../../part.ts';

export const FIELDS = new Part(() => import('./fields.tsx'));
