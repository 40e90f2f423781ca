/**
 * The budgets of all servers as one, in Redis. Each is kept as the instant at which it will be full again (GCRA), by
 * Redis' own clock; a key that is not there is a full budget, so keys end by themselves.
 */
import { BUDGET_OWED_BURSTS_MAX } from '../limits.ts';
import type { PromptRedis } from '../redis/prompt-redis.ts';
import type { Rate, Share } from './budgets.ts';

/**
 * Takes what was spent, also where it is not there: it has been let through, and is owed, up to a bound (another node's
 * clock may be far ahead after a failover). One key, so that it works on a cluster. All in microseconds: whole numbers,
 * exact in Lua. Answers how long until full.
 */
const SPEND = `
  local time = redis.call('time')
  local now = time[1] * 1000000 + time[2]
  local token, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
  local full_at = math.max(tonumber(redis.call('get', KEYS[1])) or now, now) + ARGV[3] * token
  full_at = math.min(full_at, now + tonumber(ARGV[4]) * burst * token)
  redis.call('set', KEYS[1], string.format('%.0f', full_at), 'px', math.ceil((full_at - now) / 1000))
  return full_at - now`;

/** @param name of these budgets' own, part of their keys in Redis */
export function shareThrough(redis: PromptRedis, name: string, { perSecond, burst }: Rate) {
  const tokenUs = Math.round(1_000_000 / perSecond);
  return (id: string): Share =>
    async (spent) => {
      // Asked each time: names change with the secret that they are made with.
      const key = redis.keyOf(name, id);
      const fullInUs = await redis.ask(
        key,
        (client) =>
          client.eval(SPEND, 1, key, tokenUs, burst, spent, BUDGET_OWED_BURSTS_MAX) as Promise<number>,
      );
      return fullInUs === undefined
        ? undefined
        : { left: burst - fullInUs / tokenUs, atMs: performance.now() };
    };
}
