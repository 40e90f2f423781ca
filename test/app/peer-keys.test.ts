import { expect, it, vi } from 'vitest';
import { PEER_KEY_KEPT_MS } from '../../src/app/limits.ts';
import { PeerKeys } from '../../src/app/peer-keys.ts';

const FIRST = { id: '1', secret: 'first', fromMs: 0 };
const SECOND = { id: '2', secret: 'second', fromMs: 1_000 };
const THIRD = { id: '3', secret: 'third', fromMs: 2_000 };

it('[S10] uses one once it has begun, accepts it before, and the one before it for a while', () => {
  let nowMs = 0;
  const keys = new PeerKeys([FIRST], () => nowMs);
  expect([keys.current(), keys.accepted()]).toEqual(['first', ['first']]);
  keys.replace([FIRST, SECOND]);
  const both = ['second', 'first'];
  const at = (ms: number) => {
    nowMs = ms;
    return [keys.current(), keys.accepted()];
  };
  expect(at(999)).toEqual(['first', both]);
  expect(at(1_000)).toEqual(['second', both]);
  expect(at(999 + PEER_KEY_KEPT_MS)).toEqual(['second', both]);
  expect(at(1_000 + PEER_KEY_KEPT_MS)).toEqual(['second', ['second']]);
  // The first that is read may not have begun by this clock.
  nowMs = 0;
  expect(new PeerKeys([SECOND, THIRD], () => nowMs).current()).toBe('second');
});

it('[S10] tells when one is refused before its time, and not when another follows it', () => {
  let nowMs = 0;
  const keys = new PeerKeys([FIRST], () => nowMs);
  const forgotten = vi.fn();
  keys.onForgotten(forgotten);
  keys.replace([FIRST, SECOND]);
  nowMs = 1_000 + PEER_KEY_KEPT_MS;
  keys.replace([SECOND, FIRST, THIRD]);
  expect(keys.accepted()).toEqual(['third', 'second']);
  expect(forgotten).not.toHaveBeenCalled();
  keys.replace([{ ...SECOND, forgottenMs: 2_000 }, THIRD]);
  expect([keys.current(), keys.accepted()]).toEqual(['third', ['third']]);
  expect(forgotten).toHaveBeenCalledTimes(1);
});
