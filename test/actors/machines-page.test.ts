import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { machinesPage } from '../../scripts/machines-page.ts';

it('docs/machines.md shows the machines as they are', async () => {
  const page = await readFile(new URL('../../docs/machines.md', import.meta.url), 'utf8');
  expect(page, 'run `npm run machines`').toBe(machinesPage());
});
