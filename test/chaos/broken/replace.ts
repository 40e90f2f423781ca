/** Loads a module of the program with a part of its text replaced: a guard taken out. */
import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';

/** @throws when there is no such module, or it is loaded and does not have that text: the guard is somewhere else now */
export function replaceIn(module: string, text: string, by: string): void {
  if (!existsSync(new URL(`../../..${module}`, import.meta.url))) throw new Error(`there is no ${module}`);
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      if (!url.endsWith(module)) return loaded;
      const source = String(loaded.source);
      if (!source.includes(text)) throw new Error(`${module} has no longer: ${text}`);
      return { ...loaded, source: source.replace(text, by) };
    },
  });
}
