/** Looks whether the database still has what was acknowledged, and takes this server out where it has not. */
import type { Gateway } from '../gateway/gateway.ts';
import type { Log } from '../observability/log.ts';
import { HistoryRefused } from '../persistence/history.ts';
import type { Storage } from '../persistence/index.ts';
import { type Scheduler, TIMERS } from '../time/scheduler.ts';
import type { ApartmentsNode } from './apartments-node.ts';
import { HISTORY_LOOK_EVERY_MS } from './limits.ts';

export interface HistoryWatch {
  /** Resolves when an operator has accepted a history other than the one served: this server is to begin anew. */
  readonly replaced: Promise<void>;
  /** Resolves when nothing is under way. */
  stop(): Promise<void>;
}

/** @param scheduler default: the timers of this process */
export function watchHistory(
  { pool, history }: Pick<Storage, 'pool' | 'history'>,
  node: { readonly membership: Pick<ApartmentsNode['membership'], 'abandon'> },
  gateway: Pick<Gateway, 'refuseAll'>,
  log: Pick<Log, 'fatal'>,
  scheduler: Scheduler = TIMERS,
): HistoryWatch {
  const replaced = Promise.withResolvers<void>();
  let isStopped = false;

  void history.refused.then((refusal) => {
    if (isStopped) return;
    node.membership.abandon();
    const { message: meaning } = new HistoryRefused(refusal);
    gateway.refuseAll(meaning);
    log.fatal({ event: 'history.refused', ...refusal, meaning });
  });

  async function look(): Promise<void> {
    if (history.refusal === undefined && (await history.recognise(pool))) return;
    if (await history.refuse(pool)) replaced.resolve();
  }

  let looking = Promise.resolve();
  let callOff = () => {};
  function lookLater(): void {
    callOff = scheduler.after(HISTORY_LOOK_EVERY_MS, () => {
      // PostgreSQL is away: whatever it is when it comes back, it is asked before anything is appended.
      looking = look()
        .catch(() => {})
        .then(() => {
          if (!isStopped) lookLater();
        });
    });
  }
  lookLater();
  return {
    replaced: replaced.promise,
    async stop() {
      isStopped = true;
      callOff();
      await looking;
    },
  };
}
