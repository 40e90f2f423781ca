/**
 * Wall clocks that jump: Debian's libfaketime, loaded into a process, reads how far it is to be wrong from a file. The
 * monotonic clock stays right, as it does on a machine whose time somebody sets.
 */
import { existsSync } from 'node:fs';

const LIBRARIES = [
  '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1',
  '/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1',
];
const library = LIBRARIES.find((file) => existsSync(file));

export const fakeTime = {
  isInstalled: library !== undefined,

  environment(file: string): Record<string, string> {
    if (library === undefined) return {};
    return {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      FAKETIME_CACHE_DURATION: '1',
    };
  },

  /** What the file is to say. */
  offset(aheadSeconds: number): string {
    return `${aheadSeconds < 0 ? '' : '+'}${aheadSeconds}\n`;
  },
};
