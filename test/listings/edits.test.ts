import { describe, expect, it } from 'vitest';
import { termsProblems } from '../../src/protocol/listing-rules.ts';
import { ApartmentChange, NewApartment } from '../../src/protocol/managed-apartments.ts';
import type { Apartment, Terms } from '../../src/protocol/terms.ts';
import { changedApartment, isSameApartment, newApartment } from '../../src/services/listings/edits.ts';
import { openTerms } from '../support/terms.ts';

const written = {
  ...{ name: 'Rooftop', description: 'Light.\nAir.', city: 'Lisbon', country: 'Portugal' },
  ...{ latitude: 38.7, longitude: -9.1, amenities: ['wifi'], terms: openTerms() },
};
const apartment: Apartment = { ...written, id: 'a1', status: 'listed' };
const season = { name: 'Summer', from: '2027-06-01', to: '2027-09-01' };

describe('[A4] terms', () => {
  it.each<[string, Partial<Terms>, string[]]>([
    ['are open', {}, []],
    ['name no zone', { timeZone: 'Europe/Lisboa' }, ['timeZone']],
    ['name an offset', { timeZone: '+01:00' }, ['timeZone']],
    ['name no currency', { currency: 'ABC' }, ['currency']],
    ['name a fund', { currency: 'XXX' }, ['currency']],
    ['cross their lengths', { minNights: 5, maxNights: 4 }, ['maxNights']],
    [
      'let no stay end',
      { arrivalDays: [6], departureDays: [5], minNights: 1, maxNights: 5 },
      ['departureDays'],
    ],
    ['let one stay end', { arrivalDays: [6], departureDays: [5], minNights: 1, maxNights: 6 }, []],
    [
      'let a week pass',
      { arrivalDays: [6], departureDays: [6], minNights: 8, maxNights: 13 },
      ['departureDays'],
    ],
    ['end before the notice', { noticeDays: 10, minNights: 3, horizonNights: 12 }, ['horizonNights']],
    ['turn a season round', { seasons: [{ ...season, to: season.from }] }, ['seasons.0.to']],
    [
      "cross a season's lengths",
      { seasons: [season, { ...season, minNights: 40 }], maxNights: 30 },
      ['seasons.1.minNights'],
    ],
    ['lengthen a season', { seasons: [{ ...season, minNights: 40, maxNights: 60 }], maxNights: 30 }, []],
    [
      'discount twice, and in vain',
      {
        ...{ maxNights: 20 },
        stayDiscounts: [7, 7, 28].map((minNights) => ({ minNights, basisPoints: 500 })),
      },
      ['stayDiscounts.1.minNights', 'stayDiscounts.2.minNights'],
    ],
    [
      'discount what a season alone allows',
      {
        ...{ maxNights: 20, seasons: [{ ...season, maxNights: 40 }] },
        stayDiscounts: [28, 41].map((minNights) => ({ minNights, basisPoints: 500 })),
      },
      ['stayDiscounts.1.minNights'],
    ],
    [
      'discount a length between two weeks',
      {
        ...{ arrivalDays: [6], departureDays: [6], minNights: 7, maxNights: 30 },
        stayDiscounts: [28, 29].map((minNights) => ({ minNights, basisPoints: 500 })),
      },
      ['stayDiscounts.1.minNights'],
    ],
    [
      'let no stay of a season end',
      {
        ...{ arrivalDays: [6], departureDays: [6], minNights: 7 },
        seasons: [season, { ...season, minNights: 8, maxNights: 13 }],
      },
      ['seasons.1.maxNights'],
    ],
    [
      'close a season past the horizon',
      { horizonNights: 60, noticeDays: 1, maxNights: 90, seasons: [{ ...season, minNights: 60 }] },
      ['seasons.0.minNights'],
    ],
    [
      'cross the lengths of two seasons where they overlap',
      {
        seasons: [
          { ...season, to: '2027-07-01', minNights: 9 },
          { ...season, from: '2027-06-20', maxNights: 5 },
        ],
      },
      ['seasons.1.maxNights'],
    ],
    [
      'let the first of two seasons decide',
      {
        seasons: [
          { ...season, minNights: 3 },
          { ...season, minNights: 40 },
        ],
      },
      [],
    ],
    [
      'price some days on which nobody arrives',
      // A Tuesday and a Wednesday.
      { arrivalDays: [6], seasons: [{ ...season, to: '2027-06-03', minNights: 4, maxNights: 4 }] },
      [],
    ],
    ['cost more than is counted', { nightlyMinor: 100_000_000_000 }, ['nightlyMinor']],
    [
      'cost more than is counted at the weekend of a season',
      { seasons: [{ ...season, weekendMinor: 100_000_000_000 }] },
      ['nightlyMinor'],
    ],
    [
      'let a season of weeks begin and end on Saturdays',
      { seasons: [{ ...season, minNights: 7, arrivalDays: [6], departureDays: [6] }] },
      [],
    ],
    [
      'let nobody leave whom a season lets arrive',
      { maxNights: 6, departureDays: [6], seasons: [{ ...season, arrivalDays: [6] }] },
      ['seasons.0.arrivalDays'],
    ],
    [
      'let who arrives in a season leave in the next one',
      {
        maxNights: 6,
        seasons: [
          { ...season, to: '2027-06-06', arrivalDays: [6], departureDays: [6] },
          { ...season, from: '2027-06-06', departureDays: [1] },
        ],
      },
      [],
    ],
    [
      // From Saturday to Sunday: whoever arrives then must stay for more than two nights.
      'let nobody leave between two seasons',
      {
        maxNights: 2,
        seasons: [
          { ...season, to: '2027-06-05' },
          { ...season, from: '2027-06-06', minNights: 1, departureDays: [3] },
          { ...season, to: '2027-06-05', minNights: 1 },
        ],
      },
      ['seasons.1.departureDays'],
    ],
    [
      'name a day of a season twice',
      { seasons: [{ ...season, arrivalDays: [6, 6] }] },
      ['seasons.0.arrivalDays'],
    ],
    [
      'discount what only a stay that touches no season may have',
      {
        ...{ maxNights: 10, seasonMinimum: 'touching', stayDiscounts: [{ minNights: 10, basisPoints: 500 }] },
        seasons: [{ ...season, minNights: 12, maxNights: 14, arrivalDays: [6], departureDays: [6] }],
      },
      [],
    ],
    [
      'ask of a season for more than the horizon has',
      {
        ...{ maxNights: 10, horizonNights: 13, seasonMinimum: 'touching' },
        seasons: [{ ...season, minNights: 14, maxNights: 14 }],
      },
      ['seasons.0.maxNights'],
    ],
    [
      // Between two seasons of a week there are two days, of which who stays for two nights touches the second one.
      'ask of who arrives between two seasons for more than they may stay',
      {
        ...{ minNights: 3, maxNights: 4, seasonMinimum: 'touching' },
        seasons: [
          { ...season, to: '2027-06-08', maxNights: 7, minNights: 7 },
          { ...season, from: '2027-06-10', to: '2027-06-17', minNights: 7, maxNights: 14 },
        ],
      },
      ['seasons.1.minNights'],
    ],
    ['fill gaps that no minimum keeps open', { minNights: 3, gapMinNights: 4 }, ['gapMinNights']],
    [
      'fill gaps in a season that asks for more',
      { minNights: 3, gapMinNights: 4, seasons: [{ ...season, minNights: 7 }] },
      [],
    ],
    ['include guests and charge for none', { includedGuests: 2 }, ['extraGuestMinor']],
    ['charge for guests beyond no number', { extraGuestMinor: 900 }, ['includedGuests']],
    ['include more than there is room for', { includedGuests: 5, extraGuestMinor: 900 }, ['includedGuests']],
    ['include as many as there is room for', { includedGuests: 4, extraGuestMinor: 900 }, []],
    [
      'cost more than is counted with all guests',
      { includedGuests: 1, extraGuestMinor: 20_000_000_000 },
      ['nightlyMinor'],
    ],
    ['tax more than is counted', { cityTax: { perPersonNightMinor: 20_000_000_000 } }, ['nightlyMinor']],
    ['have no weekend', { weekendDays: [] }, ['weekendDays']],
    ['have a weekend twice', { weekendDays: [5, 6, 5] }, ['weekendDays']],
    ['have a weekend of all days', { weekendDays: [1, 2, 3, 4, 5, 6, 7] }, []],
  ])('%s', (_what, change, paths) => {
    const found = termsProblems({ ...openTerms(), ...change });
    expect(found.map(({ path }) => path)).toEqual(paths);
    for (const { message } of found) expect(message).toMatch(/;.*/);
  });
});

describe('a new apartment', () => {
  it('is refused with the path of each field that does not fit', () => {
    const wrong = {
      ...{ ...written, name: ' ', latitude: 91, city: 'Lis\u0000bon', surprise: 1 },
      terms: { ...openTerms(), minNights: 9, maxNights: 4 },
    };
    const paths = NewApartment.safeParse(wrong).error?.issues.map(({ path }) => path.join('.'));
    expect(paths).toEqual(expect.arrayContaining(['name', 'latitude', 'city', '']));
    const crossed = NewApartment.safeParse({ ...written, terms: wrong.terms });
    expect(crossed.error?.issues).toMatchObject([{ path: ['terms', 'maxNights'] }]);
    expect(NewApartment.parse(written)).toMatchObject({ status: 'listed', description: 'Light.\nAir.' });
  });

  it('[I3] has one id for one request with one content', () => {
    const wanted = NewApartment.parse(written);
    const { id } = newApartment('h:1', 'h', wanted);
    expect(newApartment('h:1', 'h', { ...wanted }).id).toBe(id);
    expect(newApartment('h:2', 'h', wanted).id).not.toBe(id);
    expect(newApartment('h:1', 'h', { ...wanted, name: 'Cellar' }).id).not.toBe(id);
    expect(newApartment('h:1', 'other', wanted).id).not.toBe(id);
  });
});

describe('a change', () => {
  const change = (written: object) => changedApartment(apartment, ApartmentChange.parse(written));

  it('leaves what it does not name, replaces lists, takes away what is null', () => {
    const priced = { ...apartment, terms: { ...openTerms(), weekendMinor: 9_000 } };
    const parsed = ApartmentChange.parse({
      name: 'Cellar',
      amenities: [],
      terms: { nightlyMinor: 5_000, weekendMinor: null },
    });
    expect(changedApartment(priced, parsed)).toEqual({
      apartment: {
        ...apartment,
        name: 'Cellar',
        amenities: [],
        terms: { ...openTerms(), nightlyMinor: 5_000 },
      },
    });
  });

  it('of nothing is none, whatever the order of the fields', () => {
    const same = change({ terms: Object.fromEntries(Object.entries(openTerms()).reverse()) });
    expect('apartment' in same && isSameApartment(same.apartment, apartment)).toBe(true);
    const other = change({ name: 'Cellar' });
    expect('apartment' in other && isSameApartment(other.apartment, apartment)).toBe(false);
  });

  it('is refused where the terms would not hold together, and for another currency', () => {
    const refused = (written: object) => change(written) as unknown as { refusal: { fields: unknown } };
    expect(refused({ terms: { minNights: 700, maxNights: 3 } }).refusal).toMatchObject({
      code: 'invalid_request',
      fields: [{ path: 'terms.maxNights' }],
    });
    expect(refused({ terms: { currency: 'USD' } }).refusal.fields).toMatchObject([
      { path: 'terms.currency' },
    ]);
    expect('apartment' in change({ terms: { currency: openTerms().currency } })).toBe(true);
    expect(ApartmentChange.safeParse({ status: 'retired' }).success).toBe(false);
    expect(ApartmentChange.safeParse({ terms: { nigthlyMinor: 1 } }).success).toBe(false);
  });
});
