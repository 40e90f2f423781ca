import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const PROGRAM = fileURLToPath(new URL('./long-journal.ts', import.meta.url));

it('judges an apartment of a million facts in 24 MB of heap, where the facts alone would take ten times that', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--max-old-space-size=24', PROGRAM]);
  expect(JSON.parse(stdout)).toEqual({
    apartments: 1,
    facts: 999_996,
    unread: 0,
    standingBookings: 0,
    problems: 0,
  });
}, 120_000);
