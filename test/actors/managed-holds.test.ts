import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryJournal } from '../../src/persistence/journal/memory-journal.ts';
import { instant } from '../../src/protocol/instant.ts';
import type { Hold } from '../../src/protocol/resources.ts';
import { type Answer, House, ManualTime, markedIn, turnOfEvents } from '../support/apartment-house.ts';
import { openTerms } from '../support/terms.ts';

const NOW_MS = Date.UTC(2027, 0, 1, 12);
const TODAY = Math.floor(NOW_MS / 86_400_000);
const MINUTE = 60_000;
const A = 'a1';
const ana = { id: 'ana', kind: 'guest' } as const;
const ben = { id: 'ben', kind: 'guest' } as const;
const host = { id: 'h', kind: 'host' } as const;
const admin = { id: 'adm', kind: 'admin' } as const;

let journal: MemoryJournal;
let time: ManualTime;
let house: House;
let holdId: string;

beforeEach(async () => {
  journal = new MemoryJournal();
  journal.addListing(A, openTerms());
  time = new ManualTime(NOW_MS);
  house = new House({ journal, time });
  const held = house.ask(ana, A, { kind: 'hold', stay: { from: TODAY + 1, to: TODAY + 3 }, guests: 1 });
  await turnOfEvents();
  holdId = held.holdId;
});

async function ask(subject: Parameters<House['ask']>[0], body: object, requestId?: string): Promise<Answer> {
  const answer = house.ask(subject, A, { holdId, ...body } as Parameters<House['ask']>[2], requestId);
  await turnOfEvents();
  return answer;
}
const release = (subject: Parameters<House['ask']>[0]) => ask(subject, { kind: 'release' });
const extend = (subject: Parameters<House['ask']>[0], minutes?: number, requestId?: string) =>
  ask(subject, { kind: 'extend', ...(minutes !== undefined && { minutes }) }, requestId);
const holdIn = (answer: Answer): Hold => (answer.outcome as unknown as { data: { hold: Hold } }).data.hold;

describe('[H10] an admin', () => {
  it("ends anybody's hold: its guest is told, and the fact names the admin", async () => {
    expect((await release(admin)).code).toBe('ok');
    expect(house.changes.at(-1)).toMatchObject({
      cause: 'released',
      guestId: 'ana',
      hold: { id: holdId, status: 'released' },
    });
    expect(await journal.entry(A, 2)).toMatchObject({ subjectId: 'adm', fact: { kind: 'released' } });
    expect((await release(ana)).code).toBe('hold_not_open');
    expect((await release(admin)).code).toBe('hold_not_open');
  });

  it('[C10] lengthens none while not all servers know what would be written, and then under the same requestId', async () => {
    let isKnown = false;
    house = new House({
      journal,
      time,
      mayWrite: (feature) => isKnown && feature === 'extensions by admins',
    });
    const requestId = House.requestId();
    const early = await extend(admin, 12, requestId);
    expect(early.outcome).toMatchObject({ error: { code: 'unavailable', retryAfterMs: 1_000 } });
    expect(await journal.entry(A, 2)).toBeUndefined();
    isKnown = true;
    expect((await extend(admin, 12, requestId)).code).toBe('ok');
    expect(await journal.entry(A, 2)).toMatchObject({ fact: { kind: 'extended', v: 2 } });
  });

  it('lengthens it past every cap, again and again, and leaves the guest their own extension', async () => {
    expect(holdIn(await extend(admin, 12))).toMatchObject({
      expiresAt: instant(NOW_MS + 12 * MINUTE),
      extendable: true,
    });
    const own = await extend(ana);
    expect(holdIn(own)).toMatchObject({ expiresAt: instant(NOW_MS + 15 * MINUTE), extendable: false });
    await time.pass(14 * MINUTE);
    expect(holdIn(await extend(admin))).toMatchObject({ expiresAt: instant(NOW_MS + 29 * MINUTE) });
    await time.pass(14 * MINUTE);
    expect(holdIn(await extend(admin, 60))).toMatchObject({
      expiresAt: instant(NOW_MS + 88 * MINUTE),
      extendable: false,
    });
    expect((await extend(ana)).code).toBe('hold_not_open');
    await time.pass(59 * MINUTE);
    expect(await house.holdsOf('ana')).toHaveLength(1);
    await time.pass(2 * MINUTE);
    expect(house.changes.at(-1)).toMatchObject({ cause: 'expired', hold: { id: holdId } });
  });

  it('never shortens one, and leaves one alone that is being paid', async () => {
    expect((await extend(admin, 10)).code).toBe('hold_not_open');
    const contact = { name: 'Ana', email: 'ana@example.com' };
    void ask(ana, { kind: 'confirm', contact, method: 'never' });
    await turnOfEvents();
    expect((await extend(admin, 60)).code).toBe('hold_not_open');
    expect((await release(admin)).code).toBe('hold_not_open');
  });

  it('[I3] gets the same answer to the same request, also after a restart, and a conflict for other minutes', async () => {
    const requestId = House.requestId();
    const first = await extend(admin, 20, requestId);
    await extend(ana);
    house = new House({ journal, time, name: 'next' });
    expect((await extend(admin, 20, requestId)).outcome).toEqual(first.outcome);
    expect((await extend(admin, 21, requestId)).code).toBe('idempotency_conflict');
    expect((await extend(admin, undefined, requestId)).code).toBe('idempotency_conflict');
    const released = House.requestId();
    const gone = await ask(admin, { kind: 'release' }, released);
    expect(holdIn(gone).expiresAt).toBe(instant(NOW_MS + 20 * MINUTE));
    house = new House({ journal, time, name: 'third' });
    expect((await ask(admin, { kind: 'release' }, released)).outcome).toEqual(gone.outcome);
  });

  it('keeps the apartment of a lengthened hold running after a restart, however old the hold', async () => {
    await extend(admin, 60);
    await time.pass(59 * MINUTE);
    await extend(admin, 60);
    expect(await markedIn(journal)).toEqual([A]);
  });
});

describe('[H8] nobody else', () => {
  it('ends or lengthens the hold of another, or says for how long', async () => {
    for (const subject of [ben, host]) {
      expect((await release(subject)).code).toBe('not_found');
      expect((await extend(subject)).code).toBe('not_found');
      expect((await extend(subject, 30)).code).toBe('not_found');
    }
    expect((await extend(ana, 30)).code).toBe('forbidden');
    expect((await extend(ana)).code).toBe('ok');
  });
});
