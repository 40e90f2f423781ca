/** No excuse without a history that needs it and a bug that would be missed if it were wider; none that README.md does not list. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { check } from './check.ts';
import { EXCUSED } from './excused.ts';
import { EXCUSES, type Excuse } from './excuses.ts';

const NAMES = Object.keys(EXCUSES) as Excuse[];
const HERE = new URL('.', import.meta.url);

describe('an excuse', () => {
  it.each(NAMES)('is needed, and as narrow as it is: %s', (name) => {
    const { legal, broken, rule } = EXCUSED[name];
    expect(check(legal).violations).toEqual([]);
    expect(check(legal, { [name]: 'none' }).violations, 'nothing needs it').not.toEqual([]);
    expect([...check(broken).byRule.keys()], 'the bug is not caught').toContain(rule);
    const bent = check(broken, { [name]: 'any' });
    expect([...bent.byRule.keys()], 'the bug would be caught all the same').not.toContain(rule);
  });

  it('is listed with its bug', () => {
    const readme = readFileSync(new URL('README.md', HERE), 'utf8');
    const [, table = ''] = readme.split('## Excuses');
    const listed = [...table.matchAll(/^\| `([a-z-]+)` \| (.+) \| (.+) \|$/gm)].map(([, ...cells]) => cells);
    const expected = NAMES.map((name) => [name, EXCUSES[name], EXCUSED[name].bug]);
    expect(listed).toEqual(expected);
  });

  it('is one that the checker makes', () => {
    const made = new Set<string>();
    for (const file of readdirSync(HERE).filter((one) => one.endsWith('.ts') && !one.endsWith('.test.ts'))) {
      const source = readFileSync(new URL(file, HERE), 'utf8');
      for (const [, name = ''] of source.matchAll(/\.(?:for|toleranceMs|versions)\(\s*'([a-z-]+)'/g))
        made.add(name);
    }
    expect([...made].sort()).toEqual([...NAMES].sort());
  });
});
