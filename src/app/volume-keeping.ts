/** Closes a volume of the journal when it is old or large enough, whichever server looks first (ADR 21). */
import type { Storage } from '../persistence/index.ts';
import { createPool, endPool } from '../persistence/pool.ts';
import { turnJournal } from '../persistence/statements/volumes.ts';
import { TIMERS } from '../time/scheduler.ts';
import type { ApartmentsNode } from './apartments-node.ts';
import {
  VOLUME_BYTES_MAX,
  VOLUMES_AGAIN_MS,
  VOLUMES_LOCK_TIMEOUT_MS,
  VOLUMES_LOOK_EVERY_MS,
} from './limits.ts';
import type { Start } from './start.ts';

export interface VolumeKeeping {
  /** Resolves when nothing is under way: what was is undone by PostgreSQL, and done by the next one. */
  stop(): Promise<void>;
}

export function keepVolumes(
  { config, onFault }: Pick<Start, 'config' | 'onFault'>,
  { url }: Pick<Storage, 'url'>,
  { membership }: Pick<ApartmentsNode, 'membership'>,
): VolumeKeeping {
  const limits = { days: config.NIGHTLATCH_VOLUME_DAYS, bytes: VOLUME_BYTES_MAX };
  const pool = createPool(url, {
    ...{ max: 1, name: 'volumes', statementTimeoutMs: 0, lockTimeoutMs: VOLUMES_LOCK_TIMEOUT_MS },
  });
  let isStopped = false;
  let callOff = () => {};

  async function look(): Promise<void> {
    let nextMs = VOLUMES_LOOK_EVERY_MS;
    try {
      if (membership.mayWrite('a journal in volumes')) await turnJournal(pool, limits);
    } catch (cause) {
      nextMs = VOLUMES_AGAIN_MS;
      if (!isStopped) onFault('journal.not_turned', { cause });
    }
    if (!isStopped) callOff = TIMERS.after(nextMs, look);
  }

  callOff = TIMERS.after(0, look);
  return {
    async stop() {
      isStopped = true;
      callOff();
      await endPool(pool);
    },
  };
}
