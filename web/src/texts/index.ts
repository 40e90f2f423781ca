/**
 * Everything that the pages say, by language: `t.find.title`. Each language is a module of its own, loaded when it
 * is spoken; a language that lacks a text of the English one does not compile. A change of language mounts the
 * pages anew, so `t` is read while rendering and never kept.
 */

import { Part } from '../part.ts';
import type { Texts } from './en/index.ts';
import { type Language, language, speak } from './language.ts';

export const TEXTS: Record<Language, Part<{ texts: Texts }>> = {
  en: new Part(() => import('./en/index.ts')),
  de: new Part(() => import('./de/index.ts')),
};

export let t: Texts;

/** To be awaited before the first page is drawn. Where they cannot be loaded, the language stays what it was. */
export async function loadTexts(wanted: Language = language()): Promise<void> {
  const { texts } = await TEXTS[wanted].load();
  t = texts;
  speak(wanted);
}
