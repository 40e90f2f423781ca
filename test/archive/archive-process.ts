/** Archives in a process of its own, which ends at a step: `node archive-process.ts <owner's url> <folder> <step>`. */
import { archiveVolumes } from '../../src/archive/archive-volumes.ts';

const [, , ownerUrl = '', folder = '', at] = process.argv;
await archiveVolumes({
  ...{ ownerUrl, folder, beforeMs: Number.MAX_SAFE_INTEGER / 1_000 },
  onStep(step) {
    if (step === at) process.kill(process.pid, 'SIGKILL');
  },
});
