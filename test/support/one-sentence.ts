import { expect } from 'vitest';
import type { Ended } from './program.ts';

/** What a person gets who asked for something that cannot be: one sentence that says so, exit code 1, no stack. */
export function expectOneSentence({ code, output }: Ended, sentence: RegExp): void {
  expect(output).toMatch(sentence);
  expect(output).not.toMatch(/\n\s+at /);
  expect(output.trim().split('\n')).toHaveLength(1);
  expect(code).toBe(1);
}
