/** Loads a module of the program with a part of its text replaced: a guard taken out. */
import { registerHooks } from 'node:module';

/** @throws when the module is loaded and does not have that text: the guard is somewhere else now */
export function replaceIn(module: string, text: string, by: string): void {
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
