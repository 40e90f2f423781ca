import { describe, expect, it } from 'vitest';
import { OpenHolds } from '../../src/actors/open-holds.ts';
import { MemoryJournal } from '../../src/persistence/journal/memory-journal.ts';
import { PAYMENT_DEADLINE_MS } from '../../src/protocol/limits.ts';
import { House, ManualTime } from '../support/apartment-house.ts';

const NOW_MS = Date.UTC(2027, 0, 1);
const hold = (id: string, untilMs = NOW_MS + 600_000, apartmentId = 'a2') => ({
  guestId: 'ana',
  id,
  untilMs,
  nights: 2,
  apartmentId,
});
const everywhere = () => true;

describe('[H5] open holds', () => {
  it('count here and, as far as heard, elsewhere; each once', () => {
    const holds = new OpenHolds();
    holds.add({ guestId: 'ana', id: 'h1', from: 1, to: 3 }, 'a1');
    holds.heard(hold('h1'));
    holds.heard(hold('h2'));
    expect([holds.countOf('ana', NOW_MS), holds.count]).toEqual([2, 1]);
    holds.heard(hold('h2', 0));
    expect(holds.countOf('ana', NOW_MS)).toBe(1);
  });

  it('of another node are believed no longer than they can be open', () => {
    const holds = new OpenHolds();
    holds.heard(hold('h1', NOW_MS + 1_000));
    expect(holds.countOf('ana', NOW_MS + 1_000)).toBe(1);
    expect(holds.countOf('ana', NOW_MS + 1_000 + PAYMENT_DEADLINE_MS)).toBe(0);
  });

  it('of a guest who has not come back are forgotten once they have ended, heard or not', async () => {
    const time = new ManualTime(NOW_MS);
    const { openHolds } = new House({ journal: new MemoryJournal(), time });
    openHolds.heard(hold('h1', NOW_MS + 1_000));
    await time.pass(PAYMENT_DEADLINE_MS);
    expect([...openHolds.believed()]).toHaveLength(1);
    await time.pass(20_000);
    expect([...openHolds.believed()]).toEqual([]);
  });

  it('that a node never heard of are there after a census, and those it did not hear end are gone', () => {
    const holds = new OpenHolds();
    holds.heard(hold('ended unheard'));
    const census = holds.census();
    holds.heard(hold('placed meanwhile'));
    holds.heard(hold('ended meanwhile', 0));
    holds.counted(census, everywhere, [hold('never heard of'), hold('ended meanwhile')]);
    holds.over(census);
    expect(holds.countOf('ana', NOW_MS)).toBe(2);
    holds.heard(hold('never heard of', 0));
    holds.heard(hold('placed meanwhile', 0));
    expect(holds.countOf('ana', NOW_MS)).toBe(0);
  });

  it('stay as believed in apartments for which a census has no answer', () => {
    const holds = new OpenHolds();
    holds.heard(hold('h1', undefined, 'a1'));
    holds.heard(hold('h2', undefined, 'a2'));
    const census = holds.census();
    holds.counted(census, (apartmentId) => apartmentId === 'a1', []);
    holds.over(census);
    expect([...holds.believed()].map(({ id }) => id)).toEqual(['h2']);
  });
});
