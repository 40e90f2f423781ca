/** How this program connects to Redis. */
import type { RedisOptions } from 'ioredis';
import { REDIS_COMMAND_TIMEOUT_MS, REDIS_RECONNECT_FIRST_MS, REDIS_RECONNECT_MAX_MS } from '../limits.ts';

export function reconnectAfterMs(attempt: number): number {
  return Math.min(REDIS_RECONNECT_FIRST_MS * 2 ** Math.min(attempt, 10), REDIS_RECONNECT_MAX_MS);
}

/** What cannot leave now is worth nothing later, so it is not queued; and a frozen Redis must not fill the memory. */
export const PUBLISHING = {
  enableOfflineQueue: false,
  enableAutoPipelining: true,
  commandTimeout: REDIS_COMMAND_TIMEOUT_MS,
} as const satisfies RedisOptions;

/** A subscriber tells each new connection itself what it listens to: the client keeps nothing and repeats nothing. */
export const LISTENING = {
  enableOfflineQueue: false,
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
} as const satisfies RedisOptions;
