import type { Gateway } from '../gateway/gateway.ts';
import { DRAIN_DEADLINE_MS } from '../gateway/limits.ts';
import type { Log } from '../observability/log.ts';
import { TIMERS } from '../time/scheduler.ts';
import { within } from '../time/within.ts';
import type { ApartmentsNode } from './apartments-node.ts';
import { DRAIN_GRACE_MS, STOP_DEADLINE_MS } from './limits.ts';

/** Leaves without an error seen outside, then closes; what that leaves undone after STOP_DEADLINE_MS is logged. */
export async function drain(
  { membership, registry }: ApartmentsNode,
  gateway: Gateway,
  close: () => Promise<void>,
  log: Log,
): Promise<void> {
  const isLast = membership.peers().length === 0;
  // Shards first, while everybody is still served: then nobody waits for them when this node is gone.
  let step = 'handing over';
  const steps = async () => {
    await membership.leave();
    step = 'asking sockets to leave';
    await gateway.drain(isLast ? 0 : DRAIN_GRACE_MS);
    step = 'answering';
    await registry.settle(DRAIN_DEADLINE_MS);
    step = 'closing';
    await close();
  };
  if (!(await within(TIMERS, STOP_DEADLINE_MS, steps()))) log.warn({ event: 'server.stop_abandoned', step });
}
