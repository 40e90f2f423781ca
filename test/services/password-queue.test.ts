import { describe, expect, it } from 'vitest';
import type { PasswordTurn } from '../../src/gateway/ports.ts';
import {
  PASSWORD_HASHES_AT_ONCE,
  PASSWORD_HASHES_WAITING_MAX,
  PASSWORD_HASHES_WAITING_PER_ADDRESS_MAX,
} from '../../src/services/accounts/limits.ts';
import { PasswordQueue, type TooManyPasswords } from '../../src/services/accounts/password-queue.ts';

/** A queue whose places are all taken by work that ends when the test says so. */
async function busy() {
  const queue = new PasswordQueue();
  const done: string[] = [];
  const refused: string[] = [];
  const running: (() => void)[] = [];
  const work = () => new Promise<void>((end) => running.push(end));
  for (let n = 0; n < PASSWORD_HASHES_AT_ONCE; n++) void queue.run({ from: undefined, rank: 'known' }, work);
  return {
    done,
    refused,
    ask(name: string, rank: PasswordTurn['rank'], from: string | undefined = name) {
      queue
        .run({ from, rank }, async () => void done.push(name))
        .catch((error: TooManyPasswords) => refused.push(`${name}${error.isOwn ? ' for itself' : ''}`));
    },
    /** Everything waiting has its turn. */
    async go() {
      running.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

describe('[G3] passwords to check', () => {
  it('of known devices go first, then addresses that have not failed, each address in turn', async () => {
    const queue = await busy();
    for (const n of [1, 2, 3]) queue.ask(`wrong ${n}`, 'failed', 'x');
    for (const n of [1, 2, 3]) queue.ask(`many ${n}`, 'fresh', 'y');
    queue.ask('ben', 'fresh');
    queue.ask('ana', 'known');
    await queue.go();
    expect(queue.done).toEqual(['ana', 'many 1', 'ben', 'many 2', 'many 3', 'wrong 1', 'wrong 2', 'wrong 3']);
  });

  it('wait with a few of one address, whatever it was', async () => {
    const queue = await busy();
    const most = PASSWORD_HASHES_WAITING_PER_ADDRESS_MAX;
    for (let n = 0; n < most; n++) queue.ask(`${n}`, n < 3 ? 'fresh' : 'failed', 'x');
    queue.ask('one more', 'fresh', 'x');
    queue.ask('ben', 'fresh');
    await queue.go();
    expect(queue.refused).toEqual(['one more for itself']);
    expect(queue.done).toContain('ben');
  });

  it('make room for who stands better, and for who has fewer', async () => {
    const queue = await busy();
    const addresses = PASSWORD_HASHES_WAITING_MAX / PASSWORD_HASHES_WAITING_PER_ADDRESS_MAX;
    for (let n = 0; n < PASSWORD_HASHES_WAITING_MAX; n++) queue.ask(`x${n}`, 'fresh', `x${n % addresses}`);
    queue.ask('failed', 'failed');
    queue.ask('ana', 'known');
    queue.ask('ben', 'fresh');
    await queue.go();
    expect(queue.refused).toHaveLength(3);
    expect(queue.refused[0]).toBe('failed');
    expect(queue.done).toHaveLength(PASSWORD_HASHES_WAITING_MAX);
    expect(queue.done).toEqual(expect.arrayContaining(['ana', 'ben']));
    // Nobody makes room for an equal with as many.
    const full = await busy();
    for (let n = 0; n < PASSWORD_HASHES_WAITING_MAX; n++) full.ask(`x${n}`, 'fresh');
    full.ask('late', 'fresh');
    await full.go();
    expect(full.refused).toEqual(['late']);
  });

  it('go on after one that failed', async () => {
    const queue = new PasswordQueue();
    const turn: PasswordTurn = { from: 'x', rank: 'fresh' };
    const wrong = () => queue.run(turn, () => Promise.reject(new Error('no memory')));
    const all = Array.from({ length: PASSWORD_HASHES_WAITING_PER_ADDRESS_MAX }, wrong);
    expect((await Promise.allSettled(all)).every(({ status }) => status === 'rejected')).toBe(true);
    expect(await queue.run(turn, async () => 'well')).toBe('well');
  });
});
