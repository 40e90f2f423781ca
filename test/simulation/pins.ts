/**
 * At which seed each seeded bug is caught: the first one that finds the bug under one of its rules and is clean without
 * it. A change of the product that moves an instant moves the seeds too; `npm run simulate -- --pin` looks for them anew.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { BUGS } from './bugs.ts';
import { simulate } from './run.ts';

const FILE = fileURLToPath(new URL('pins.json', import.meta.url));

/** Seeds by the name of the bug. */
export function readPins(): Readonly<Record<string, number>> {
  return JSON.parse(readFileSync(FILE, 'utf8'));
}

/** @returns the bugs that no seed up to `seedsMax` catches; the pins of all others are written */
export async function pin(
  seedsMax: number,
  { nodes, minutes }: { readonly nodes: number; readonly minutes: number },
  print: (text: string) => void,
): Promise<string[]> {
  const pins: Record<string, number> = {};
  const uncaught: string[] = [];
  for (const name of Object.keys(BUGS)) {
    const seed = await firstCatch(name, seedsMax, { nodes, minutes });
    if (seed === undefined) uncaught.push(name);
    else pins[name] = seed;
    print(`${name}: ${seed ?? `not caught by ${seedsMax} seeds`}`);
  }
  writeFileSync(FILE, `${JSON.stringify(pins, null, 2)}\n`);
  return uncaught;
}

async function firstCatch(
  name: string,
  seedsMax: number,
  settings: { readonly nodes: number; readonly minutes: number },
): Promise<number | undefined> {
  const { parts, caughtAs, faults, isMixed } = BUGS[name]!;
  for (let seed = 1; seed <= seedsMax; seed++) {
    const { byRule } = await simulate({ seed, ...settings, bug: parts, faults, isMixed });
    if (!caughtAs.some((rule) => byRule.has(rule))) continue;
    if ((await simulate({ seed, ...settings, faults, isMixed })).findings.length === 0) return seed;
  }
  return undefined;
}
