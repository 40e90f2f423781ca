import { defineConfig } from 'vitest/config';

/**
 * `unit` needs nothing but Node and is part of `npm run check`; `system` runs real PostgreSQL, real sockets, real
 * processes and real browsers.
 */
const SYSTEM = [
  'test/{persistence,cluster,services,gateway,client,web,system,bench,cli}/**/*.test.ts',
  'test/{history,chaos}/system/**/*.test.ts',
];

export default defineConfig({
  test: {
    // Most tests wait for clocks, starts and browsers: two files at a time keep two cores busy, and are no flood of servers.
    maxWorkers: 2,
    reporters: ['default', './test/support/summary-reporter.ts'],
    projects: [
      { test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: SYSTEM, testTimeout: 30_000 } },
      {
        test: {
          name: 'system',
          include: SYSTEM,
          globalSetup: ['test/support/postgres.ts'],
          // A busy machine needs minutes for what an idle one does in seconds.
          testTimeout: 180_000,
          hookTimeout: 120_000,
          expect: { poll: { timeout: 15_000 } },
        },
      },
    ],
  },
});
