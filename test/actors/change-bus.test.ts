import { expect, it } from 'vitest';
import { ChangeBus } from '../../src/actors/change-bus.ts';
import type { CommittedChange } from '../../src/protocol/committed-change.ts';

it('tells the others where one of those who listen throws', () => {
  const faults: unknown[] = [];
  const bus = new ChangeBus((event, { version }) => void faults.push([event, version]));
  const heard: number[] = [];
  bus.subscribe(() => {
    throw new Error('a defect');
  });
  bus.subscribe(({ version }) => void heard.push(version));
  for (const version of [1, 2]) bus.committed({ apartmentId: 'a1', version } as CommittedChange);
  expect(heard).toEqual([1, 2]);
  expect(faults).toEqual([1, 2].map((version) => ['change.not_heard', version]));
});
