import { describe, expect, it } from 'vitest';
import { MemoryJournal } from '../../src/persistence/journal/memory-journal.ts';
import { instant } from '../../src/protocol/instant.ts';
import { dateOf } from '../../src/protocol/nights.ts';
import { House, ManualTime, turnOfEvents } from '../support/apartment-house.ts';
import { openTerms } from '../support/terms.ts';

const NOW_MS = Date.UTC(2027, 0, 1, 12);
const TODAY = Math.floor(NOW_MS / 86_400_000);
const A = 'a1';
const ana = { id: 'ana', kind: 'guest' } as const;
const host = { id: 'h', kind: 'host' } as const;
const window = { from: TODAY, to: TODAY + 30 };

describe('the claims of an apartment', () => {
  it('are whole, in order, and say who, since when and until when', async () => {
    const journal = new MemoryJournal();
    journal.addListing(A, openTerms());
    const time = new ManualTime(NOW_MS);
    const house = new House({ journal, time });
    house.ask(host, A, { kind: 'block', range: { from: TODAY + 20, to: TODAY + 22 }, reason: 'painting' });
    house.ask(ana, A, { kind: 'hold', stay: { from: TODAY + 3, to: TODAY + 6 }, guests: 2 });
    await time.pass(60_000);
    house.ask(ana, A, { kind: 'hold', stay: { from: TODAY + 4, to: TODAY + 7 }, guests: 2 });
    await turnOfEvents();

    const all = await house.router.claims(A, window);
    expect(all).toMatchObject({
      ok: true,
      data: {
        version: 3,
        claims: [
          {
            ...{ kind: 'hold', status: 'held', guestId: 'ana', guests: 2, extendable: true },
            ...{ from: dateOf(TODAY + 4), to: dateOf(TODAY + 7), currency: 'EUR' },
            // Replaced a minute later: those nights have been held since the first.
            since: instant(NOW_MS),
            until: instant(NOW_MS + 60_000 + 600_000),
          },
          { kind: 'block', status: 'closed', reason: 'painting', to: dateOf(TODAY + 22) },
        ],
      },
    });
    const one = await house.router.claims(A, { from: TODAY + 21, to: TODAY + 40 });
    expect(one).toMatchObject({ ok: true, data: { claims: [{ kind: 'block', from: dateOf(TODAY + 20) }] } });
    expect(await house.router.claims('nowhere', window)).toMatchObject({ error: { code: 'not_found' } });
  });

  it('[I2] are told only once they are on disk', async () => {
    const journal = new MemoryJournal();
    journal.addListing(A, openTerms());
    const time = new ManualTime(NOW_MS);
    const house = new House({ journal, time });
    house.ask(ana, A, { kind: 'hold', stay: { from: TODAY + 1, to: TODAY + 2 }, guests: 1 });
    await turnOfEvents();
    const commits: (() => void)[] = [];
    const { append } = journal;
    journal.append = (turn) => void commits.push(() => append.call(journal, turn));
    house.ask(ana, A, { kind: 'hold', stay: { from: TODAY + 8, to: TODAY + 9 }, guests: 1 });
    let told: unknown;
    void house.router.claims(A, window).then((claims) => {
      told = claims;
    });
    await turnOfEvents();
    expect(told).toBeUndefined();
    for (const commit of commits) commit();
    await turnOfEvents();
    expect(told).toMatchObject({ data: { version: 2, claims: [{ kind: 'hold' }, { kind: 'hold' }] } });
  });
});
