import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import LongestFirst from './test/support/longest-first.ts';

/**
 * `unit` needs nothing but Node and is part of `npm run check`; `system` runs real PostgreSQL, real sockets, real
 * processes and real browsers.
 */
const SYSTEM = 'test/**/*.system.test.ts';
const COMPILE_CACHE = fileURLToPath(new URL('node_modules/.cache/nightlatch-tests', import.meta.url));

export default defineConfig({
  test: {
    // Most tests wait for clocks, starts and browsers: three files at a time keep two cores busy.
    maxWorkers: 3,
    maxConcurrency: 3,
    sequence: { sequencer: LongestFirst },
    reporters: ['default', './test/support/summary-reporter.ts'],
    projects: [
      { test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: [SYSTEM], testTimeout: 30_000 } },
      {
        test: {
          name: 'system',
          include: [SYSTEM],
          globalSetup: ['test/support/postgres.ts', 'test/support/chromium.ts'],
          // Hundreds of processes of the program start in a run: what the first has compiled the others read.
          env: { NODE_COMPILE_CACHE: COMPILE_CACHE },
          // A busy machine needs minutes for what an idle one does in seconds.
          testTimeout: 180_000,
          hookTimeout: 120_000,
          expect: { poll: { timeout: 15_000 } },
        },
      },
    ],
  },
});
