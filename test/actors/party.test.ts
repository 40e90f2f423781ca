/** Who comes along on a stay that is held: what it costs them, and what a request was used for. */
import { beforeEach, expect, it } from 'vitest';
import { featureOf } from '../../src/actors/commands/table.ts';
import { MemoryJournal } from '../../src/persistence/journal/memory-journal.ts';
import type { ApartmentCommand } from '../../src/protocol/apartment-command.ts';
import type { Hold } from '../../src/protocol/resources.ts';
import { type Answer, House, ManualTime, turnOfEvents } from '../support/apartment-house.ts';
import { openTerms } from '../support/terms.ts';

const NOW_MS = Date.UTC(2027, 0, 1, 12);
const TODAY = Math.floor(NOW_MS / 86_400_000);
const A = 'a1';
const ana = { id: 'ana', kind: 'guest' } as const;
const stay = { from: TODAY + 1, to: TODAY + 3 };
const FEATURE = 'terms by weekday, season and guests';

let journal: MemoryJournal;
let time: ManualTime;
let house: House;

beforeEach(() => {
  journal = new MemoryJournal();
  journal.addListing(
    A,
    openTerms({
      ...{ cleaningMinor: 0, taxBasisPoints: 0, includedGuests: 2, extraGuestMinor: 1_500 },
      cityTax: { perPersonNightMinor: 300, adultsOnly: true },
    }),
  );
  time = new ManualTime(NOW_MS);
  house = new House({ journal, time });
});

async function hold(party: { guests: number; adults?: number }, requestId?: string): Promise<Answer> {
  const answer = house.ask(ana, A, { kind: 'hold', stay, ...party }, requestId);
  await turnOfEvents();
  return answer;
}
const linesIn = (answer: Answer) =>
  (answer.outcome as unknown as { data: { hold: Hold } }).data.hold.quote.lines.map(
    ({ kind, amountMinor }) => [kind, amountMinor],
  );

it('[P6] [P7] a hold is quoted for those who come', async () => {
  expect(linesIn(await hold({ guests: 3 }))).toEqual([
    ['nights', 20_000],
    ['extra_guests', 3_000],
    ['city_tax', 3 * 2 * 300],
  ]);
  expect(linesIn(await hold({ guests: 3, adults: 1 }))).toEqual([
    ['nights', 20_000],
    ['extra_guests', 3_000],
    ['city_tax', 2 * 300],
  ]);
});

it('[P8] [C2] is asked for under one requestId for the same adults, and gets the same answer', async () => {
  const requestId = House.requestId();
  const first = await hold({ guests: 3, adults: 2 }, requestId);
  expect(await journal.entry(A, 1)).toMatchObject({ fact: { guests: 3, adults: 2 } });
  house = new House({ journal, time, name: 'next' });
  expect((await hold({ guests: 3, adults: 2 }, requestId)).outcome).toEqual(first.outcome);
  expect((await hold({ guests: 3, adults: 1 }, requestId)).code).toBe('idempotency_conflict');
  expect((await hold({ guests: 3 }, requestId)).code).toBe('idempotency_conflict');
});

it('[C10] nobody is told of adults while not all servers know of them, and then under the same requestId', async () => {
  let isKnown = false;
  house = new House({ journal, time, mayWrite: (feature) => isKnown && feature === FEATURE });
  const requestId = House.requestId();
  expect((await hold({ guests: 2, adults: 2 }, requestId)).outcome).toMatchObject({
    error: { code: 'unavailable', retryAfterMs: 1_000 },
  });
  expect((await hold({ guests: 2 })).code).toBe('ok');
  isKnown = true;
  expect((await hold({ guests: 2, adults: 2 }, requestId)).code).toBe('ok');
  // Nor is a server asked by another one that does not know of them.
  const command = { kind: 'hold', requestId, apartmentId: A, stay, guests: 2 } as const;
  expect(featureOf(command satisfies ApartmentCommand)).toBeUndefined();
  expect(featureOf({ ...command, adults: 2 })).toBe(FEATURE);
});
