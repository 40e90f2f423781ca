/** What a node takes from the process and the machine that it runs in; a simulation hands in its own. */
import { randomUUID } from 'node:crypto';
import { type Scheduler, TIMERS } from '../../time/scheduler.ts';
import { PROCESS_TIME, type TimeSources } from './database-clock.ts';
import { isKnownDead, type ProcessIdentity, thisProcess } from './process-identity.ts';

export interface NodeHost {
  readonly time: TimeSources;
  readonly scheduler: Scheduler;
  readonly identity: ProcessIdentity;
  /** False also where it cannot be known from here. */
  isKnownDead(other: {
    readonly host: string | null;
    readonly pid: number | null;
    readonly started: string | null;
  }): Promise<boolean>;
  /** New at each call. */
  newNodeId(): string;
}

export async function thisHost(): Promise<NodeHost> {
  const identity = await thisProcess();
  return {
    time: PROCESS_TIME,
    scheduler: TIMERS,
    identity,
    isKnownDead: (other) => isKnownDead(other, identity),
    newNodeId: () => `node_${randomUUID().slice(0, 8)}`,
  };
}

export function pause({ scheduler }: NodeHost, ms: number): Promise<void> {
  return new Promise((resolve) => void scheduler.after(ms, resolve));
}
