import { describe, expect, it } from 'vitest';
import { onlySecret } from '../../src/cluster/peers/ports.ts';
import { SEAL_AGE_MAX_MS, SEAL_SENDERS_MAX, SEAL_WINDOW } from '../../src/gateway/limits.ts';
import { Seal } from '../../src/gateway/redis/seal.ts';

const SECRET = 's'.repeat(32);
const MESSAGE = Buffer.from('{"guest":"ana@example.com"}');
let nowMs = 1_800_000_000_000;
const seal = (secret = SECRET) => new Seal(onlySecret(secret), () => nowMs);

describe('what a server says through Redis', () => {
  it('is read by servers that know the secret, and tells nobody else anything', () => {
    const sealed = seal().seal('room', MESSAGE);
    expect(sealed.includes('ana')).toBe(false);
    expect(seal().open('room', sealed)).toEqual({ message: MESSAGE });
    expect(seal().open('room', seal().seal('room', Buffer.alloc(0)))).toEqual({ message: Buffer.alloc(0) });
  });

  it('is refused where a bit of it is another, or the room, or the secret', () => {
    const sealed = seal().seal('room', MESSAGE);
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      changed[at]! ^= 1;
      expect(seal().open('room', changed), `byte ${at}`).toEqual({
        refused: at === 0 ? 'not_sealed' : 'forged',
      });
    }
    expect(seal().open('another room', sealed)).toEqual({ refused: 'forged' });
    expect(seal('t'.repeat(32)).open('room', sealed)).toEqual({ refused: 'forged' });
  });

  it('[S10] is read while one secret follows another, whichever of the two it is sealed with, and once as ever', () => {
    const [old, next] = ['s'.repeat(32), 't'.repeat(32)];
    let [current, accepted] = [old, [next, old]];
    const rotating = { current: () => current, accepted: () => accepted, onForgotten: () => {} };
    const [there, here] = [new Seal(rotating, () => nowMs), new Seal(rotating, () => nowMs)];
    const first = there.seal('room', MESSAGE);
    const name = there.nameOf('ana@example.com');
    expect(seal(old).open('room', first)).toEqual({ message: MESSAGE });
    current = next;
    const second = there.seal('room', MESSAGE);
    expect(seal(next).open('room', second)).toEqual({ message: MESSAGE });
    expect(there.nameOf('ana@example.com')).not.toBe(name);
    for (const sealed of [second, first]) expect(here.open('room', sealed)).toEqual({ message: MESSAGE });
    expect(here.open('room', first)).toEqual({ refused: 'repeated' });
    accepted = [next];
    expect(here.open('room', seal(old).seal('room', MESSAGE))).toEqual({ refused: 'forged' });
    expect(here.open('room', there.seal('room', MESSAGE))).toEqual({ message: MESSAGE });
  });

  it('is refused, not thrown at, however short or long it is', () => {
    for (const length of [0, 1, 2, 16, 32, 33, 48, 49, 50, 100_000]) {
      for (const fill of [0, 1, 255]) {
        expect(seal().open('room', Buffer.alloc(length, fill))).toHaveProperty('refused');
      }
    }
  });

  it('is heard once', () => {
    const [there, here] = [seal(), seal()];
    const first = there.seal('room', MESSAGE);
    const second = there.seal('room', MESSAGE);
    expect(first.equals(second)).toBe(false);
    // Over two connections, in another order.
    expect(here.open('room', second)).toEqual({ message: MESSAGE });
    expect(here.open('room', first)).toEqual({ message: MESSAGE });
    expect(here.open('room', first)).toEqual({ refused: 'repeated' });
    expect(here.open('room', second)).toEqual({ refused: 'repeated' });
    for (let i = 0n; i < SEAL_WINDOW; i++) here.open('room', there.seal('room', MESSAGE));
    expect(here.open('room', first)).toEqual({ refused: 'repeated' });
  });

  it('is heard again by nobody once it is old, whoever has forgotten or never heard it', () => {
    const sealed = seal().seal('room', MESSAGE);
    const here = seal();
    here.open('room', sealed);
    for (let i = 0; i < SEAL_SENDERS_MAX; i++) here.open('room', seal().seal('room', MESSAGE));
    nowMs += SEAL_AGE_MAX_MS + 1;
    expect(here.open('room', sealed)).toEqual({ refused: 'old' });
    expect(seal().open('room', sealed)).toEqual({ refused: 'old' });
  });
});
