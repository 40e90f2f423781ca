/** Draws the machines of the product into docs/machines.md: `npm run machines`. A test says so where they have changed since. */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { machinesPage } from './machines-page.ts';

const PAGE = fileURLToPath(new URL('../docs/machines.md', import.meta.url));
const before = await readFile(PAGE, 'utf8').catch(() => '');
const page = machinesPage();
await writeFile(PAGE, page);
console.log(`docs/machines.md ${page === before ? 'is as it was' : 'is drawn anew'}`);
