import { describe, expect, it } from 'vitest';
import { HoldCommand, ListQuery } from '../../src/protocol/commands.ts';
import { type AskedParty, partyOf, partyProblem } from '../../src/protocol/party.ts';

describe('[P8] guests', () => {
  it.each<[AskedParty, ReturnType<typeof partyOf>]>([
    [{}, { guests: 1 }],
    [{ guests: 3 }, { guests: 3 }],
    [{ adults: 2 }, { guests: 2, adults: 2 }],
    [
      { adults: 2, children: 1 },
      { guests: 3, adults: 2 },
    ],
    [
      { guests: 3, adults: 2 },
      { guests: 3, adults: 2 },
    ],
    [
      { guests: 3, children: 1 },
      { guests: 3, adults: 2 },
    ],
    [
      { guests: 3, children: 0 },
      { guests: 3, adults: 3 },
    ],
    [
      { guests: 3, adults: 2, children: 1 },
      { guests: 3, adults: 2 },
    ],
  ])('of %j are %j', (asked, party) => {
    expect(partyProblem(asked)).toBeUndefined();
    expect(partyOf(asked)).toEqual(party);
  });

  it.each<[AskedParty, string]>([
    [
      { guests: 4, adults: 2, children: 1 },
      'guests 4 are not adults 2 and children 1 together; send 3 guests',
    ],
    [{ guests: 2, adults: 3 }, 'adults 3 are more than guests 2; send at most 2'],
    [{ guests: 2, children: 2 }, 'children 2 leave no adult among guests 2; send at most 1'],
    [{ children: 2 }, 'children 2 do not come alone; send adults, too'],
    [{ adults: 40, children: 11 }, 'adults 40 and children 11 are more than 50 guests; send fewer'],
  ])('of %j cannot be', (asked, sentence) => {
    expect(partyProblem(asked)).toContain(sentence);
    const stay = { checkIn: '2027-01-01', checkOut: '2027-01-02' };
    const ids = { requestId: '00000000-0000-4000-8000-000000000001', apartmentId: 'a1' };
    for (const parsed of [
      HoldCommand.safeParse({ ...ids, ...stay, ...asked }),
      ListQuery.safeParse({ ...stay, ...asked }),
    ]) {
      const issues = parsed.error?.issues.map(({ path, message }) => [path[0], message]);
      // Each of those that were sent is named.
      expect(issues).toEqual(Object.keys(asked).map((field) => [field, expect.stringContaining(sentence)]));
    }
  });
});
