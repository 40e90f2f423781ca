import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const HERE = fileURLToPath(new URL('.', import.meta.url));
/** Fixtures that begin a PostgreSQL, a Redis, a Chromium or a process of the program. */
const MORE_THAN_NODE = /from '[^']*\/support\/(postgres|redis|browser|program|server|servers)\.ts'/;

it('a test that needs more than Node is called `*.system.test.ts`, so that `npm run check` needs nothing else', () => {
  const tests = readdirSync(HERE, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.test.ts') && !file.endsWith('.system.test.ts'),
  );
  expect(tests.length).toBeGreaterThan(50);
  for (const file of tests) {
    const [, needs] = MORE_THAN_NODE.exec(readFileSync(`${HERE}${file}`, 'utf8')) ?? [];
    const name = file.replace(/\.test\.ts$/, '.system.test.ts');
    expect(needs, `test/${file} imports test/support/${needs}.ts; call it test/${name}`).toBeUndefined();
  }
});
