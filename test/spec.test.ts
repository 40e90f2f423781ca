/** `docs/SPEC.md` and the tests that prove it: each rule is quoted by the name of a test, and none is quoted that is not there. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const SPEC = readFileSync(new URL('../docs/SPEC.md', import.meta.url), 'utf8');

/** Each rule's number, with how it begins. */
const rules = new Map(
  [...SPEC.matchAll(/^- \*\*([A-Z]\d+)\b(.*)$/gm)].map(([, rule = '', text = '']) => [
    rule,
    text.replaceAll('**', '').trim().slice(0, 80),
  ]),
);

/** Files, by the rules that names in them quote: `it('[H4] …', …)`, `describe('[H4] …', …)`. */
function quotations(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const file of readdirSync(HERE, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue;
    const source = readFileSync(`${HERE}${file}`, 'utf8').replaceAll(/^\s*(\*|\/\/|\/\*).*$/gm, '');
    // A name is a string with something after it; nothing else that tests hand over looks like a rule's number.
    for (const [, , name = ''] of source.matchAll(/(['"`])((?:(?!\1).)*\[[A-Z]\d+\](?:(?!\1).)*)\1,/g)) {
      for (const [, rule = ''] of name.matchAll(/\[([A-Z]\d+)\]/g))
        found.set(rule, [...(found.get(rule) ?? []), file]);
    }
  }
  return found;
}

describe('the specification', () => {
  const quoted = quotations();

  it('has rules, each once', () => {
    expect(rules.size).toBeGreaterThan(40);
    expect(SPEC.match(/^- \*\*[A-Z]\d+\b/gm)).toHaveLength(rules.size);
  });

  it.each([...rules])('rule %s is quoted by a test: %s', (rule, text) => {
    const way = `write the test that proves it, and call it '[${rule}] …'`;
    expect(quoted.has(rule), `docs/SPEC.md says ${rule} (${text} …), and no test does; ${way}`).toBe(true);
  });

  it('has every rule that a test quotes', () => {
    for (const [rule, files] of quoted)
      expect(rules.has(rule), `${files.join(', ')} quotes [${rule}], which docs/SPEC.md does not have`).toBe(
        true,
      );
  });
});
