import { describe, expect, it } from 'vitest';
import { HELD_BACK_MAX } from '../../src/gateway/limits.ts';
import { Session } from '../../src/gateway/sockets/session.ts';

/** A session whose link keeps what it is given. */
function sessionOf(sent: string[], link = { isBehind: false }): Session {
  Object.assign(link, { send: (message: string) => sent.push(message) });
  const host = { heads: { prefix: Buffer.alloc(0) } };
  return new Session({} as never, link as never, host as never);
}

describe('deltas while a snapshot is read', () => {
  const delta = (apartmentId: string, version: number) => ({
    apartmentId,
    beacon: false,
    message: `${apartmentId} ${version}`,
  });

  it('[I4] leave behind it, in order', async () => {
    const sent: string[] = [];
    const session = sessionOf(sent);
    await session.withSnapshot(async () => {
      for (const version of [1, 2, 3]) session.deliver(delta('a', version));
      session.link.send('snapshot');
    });
    expect(sent).toEqual(['snapshot', 'a 1', 'a 2', 'a 3']);
  });

  it('[I4] past what is held back, the newest of an apartment is the last that its watcher hears', async () => {
    const sent: string[] = [];
    const session = sessionOf(sent);
    const newest = HELD_BACK_MAX + 2;
    await session.withSnapshot(async () => {
      session.deliver(delta('b', 1));
      for (let version = 1; version <= newest; version++) session.deliver(delta('a', version));
    });
    expect(sent).toContain('b 1');
    expect(sent.filter((message) => message.startsWith('a')).at(-1)).toBe(`a ${newest}`);
    session.deliver(delta('a', newest + 1));
    expect(sent.at(-1)).toBe(`a ${newest + 1}`);
  });

  it('[S8] are dropped of an apartment that is not watched after all, held back or left over', async () => {
    const sent: string[] = [];
    const link = { isBehind: false };
    const session = sessionOf(sent, link);
    await session.withSnapshot(async () => {
      for (let version = 1; version <= HELD_BACK_MAX + 1; version++)
        session.deliver(delta('hidden', version));
      session.deliver(delta('shown', 1));
      session.forget('hidden');
    });
    expect(sent).toEqual(['shown 1']);
    link.isBehind = true;
    for (const apartmentId of ['hidden', 'shown']) session.deliver(delta(apartmentId, 2));
    session.forget('hidden');
    link.isBehind = false;
    session.caughtUp();
    expect(sent).toEqual(['shown 1', 'shown 2']);
  });

  it('[I4] are conflated to the newest where the snapshot itself is more than its reader takes', async () => {
    const sent: string[] = [];
    const link = { isBehind: false };
    const session = sessionOf(sent, link);
    await session.withSnapshot(async () => {
      for (const version of [1, 2, 3]) session.deliver(delta('a', version));
      link.isBehind = true;
    });
    link.isBehind = false;
    session.caughtUp();
    expect(sent).toEqual(['a 3']);
  });
});
