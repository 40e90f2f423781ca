import { describe, expect, it } from 'vitest';
import { Interest } from '../../src/cluster/interest.ts';
import { FEED_INTEREST_MS, INTEREST_APARTMENTS_MAX, WATCH_INTEREST_MS } from '../../src/cluster/limits.ts';
import { PeerService } from '../../src/cluster/peer-service.ts';
import type { PeerReply } from '../../src/cluster/peers/messages.ts';
import { MOVED } from '../../src/cluster/router.ts';
import { MemoryJournal } from '../../src/persistence/journal/memory-journal.ts';
import { COMMAND_DEADLINE_MS } from '../../src/protocol/limits.ts';
import { House, ManualTime, turnOfEvents } from '../support/apartment-house.ts';
import { openTerms } from '../support/terms.ts';

const NOW_MS = Date.UTC(2027, 0, 1, 12);
const TODAY = Math.floor(NOW_MS / 86_400_000);
const WINDOW = { from: TODAY, to: TODAY + 10 };

describe('interest of other nodes', () => {
  it('ends unless it is renewed', () => {
    let nowMs = 0;
    const interest = new Interest(() => nowMs);
    interest.watch('a1');
    interest.feed();
    expect([interest.isWatched('a1'), interest.isWatched('a2'), interest.hasFeed]).toEqual([
      true,
      false,
      true,
    ]);
    nowMs = WATCH_INTEREST_MS - 1;
    expect([interest.isWatched('a1'), interest.hasFeed]).toEqual([true, nowMs < FEED_INTEREST_MS]);
    interest.watch('a1');
    nowMs = WATCH_INTEREST_MS;
    expect(interest.isWatched('a1')).toBe(true);
    nowMs = 2 * WATCH_INTEREST_MS;
    expect(interest.isWatched('a1')).toBe(false);
  });

  it('is kept for so many apartments and no more', () => {
    const interest = new Interest(() => 0);
    for (let i = 0; i <= INTEREST_APARTMENTS_MAX; i++) interest.watch(`a${i}`);
    expect([interest.isWatched('a0'), interest.isWatched('a1')]).toEqual([false, true]);
  });
});

describe('what a peer is answered', () => {
  function world() {
    const journal = new MemoryJournal();
    journal.addListing('a1', openTerms());
    const time = new ManualTime(NOW_MS);
    const house = new House({ journal, time });
    const interest = new Interest(() => time.nowMs);
    let isOurs = true;
    const service = new PeerService({
      ...{ registry: house.registry, reads: house.reads, openHolds: house.openHolds, interest },
      accessRefused: () => {},
      clock: { nowMs: () => time.nowMs },
      accepts: () => isOurs,
      ownShards: () => '',
    });
    const ask = (method: string, body: unknown) =>
      new Promise<PeerReply>(
        (resolve) => void service.onRequest('n2', method, body, COMMAND_DEADLINE_MS, resolve),
      );
    const lose = () => {
      isOurs = false;
    };
    return { journal, house, interest, ask, lose };
  }

  it('[I4] says who reads a calendar is told of what follows it, from before it is read', async () => {
    const { journal, interest, ask } = world();
    const load = journal.load.bind(journal);
    let wasWatched = false;
    journal.load = (...args) => {
      wasWatched = interest.isWatched('a1');
      return load(...args);
    };
    expect(await ask('calendar', ['a1', WINDOW])).toMatchObject({ ok: true, body: { ok: true } });
    expect(wasWatched).toBe(true);
  });

  it('[I4] tells versions, and starts what nobody runs, whose former owner may have told nobody', async () => {
    const { house, interest, ask } = world();
    expect(await ask('versions', ['a1'])).toEqual({ ok: true, body: [] });
    await turnOfEvents();
    expect(house.registry.size).toBe(1);
    expect(await ask('versions', ['a1'])).toEqual({ ok: true, body: [['a1', 0]] });
    expect(interest.isWatched('a1')).toBe(true);
  });

  it('is that a shard has moved where it has, and starts nothing of it', async () => {
    const { house, ask, lose } = world();
    lose();
    expect(await ask('calendar', ['a1', WINDOW])).toEqual({ ok: true, body: MOVED });
    expect(await ask('command', [{ id: 'ana', kind: 'guest' }, { apartmentId: 'a1' }])).toEqual({
      ok: true,
      body: MOVED,
    });
    await ask('versions', ['a1']);
    await turnOfEvents();
    expect(house.registry.size).toBe(0);
  });
});
