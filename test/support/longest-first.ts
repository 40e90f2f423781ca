import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that take long, the longest first, so that none of them is still at work when all others are done. Of the others
 * vitest knows how long they took last time, or how large they are.
 */
const LONG = [
  'chaos/chaos.system',
  'system/kill.system',
  'system/restart.system',
  'cli/interrupted-start.system',
  'cli/local-cluster/cluster.system',
  'cluster/frozen.system',
  'web/apartment.system',
  'web/axe.system',
  'web/booking.system',
  'simulation/simulation',
  'cli/start.system',
  'persistence/postgres-faults.system',
  'web/admin.system',
  'system/several-servers.system',
  'cluster/takeover.system',
  'web/stays.system',
  'persistence/embedded.system',
];

export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification) => {
      const at = LONG.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
      return at === -1 ? LONG.length : at;
    };
    return sorted.sort((a, b) => rank(a) - rank(b));
  }
}
