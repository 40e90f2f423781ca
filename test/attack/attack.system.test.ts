/** Every attack for a moment, against a server with its limits on (README.md). */
import { expect, it } from 'vitest';
import { ATTACKS } from './attacks/index.ts';
import { broken, tableOf } from './report.ts';
import { run } from './run.ts';

it('[S1] one client who attacks is cut, costs little, and is noticed by nobody else', async () => {
  const all = await run({ attacks: Object.keys(ATTACKS), seconds: 1 });
  expect(broken(all), tableOf(all)).toEqual([]);
});
