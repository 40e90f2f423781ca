import type { Reporter, TestModule } from 'vitest/node';

/** Ends a run with one plain line: `Tests: 12 passed, 0 failed`. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    let passed = 0;
    let failed = unhandled.length;
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        if (test.result().state === 'passed') passed += 1;
        else failed += 1;
      }
      if (module.errors().length > 0) failed += 1;
    }
    process.stdout.write(`\nTests: ${passed} passed, ${failed} failed\n`);
  }
}
