/** What a host's pages work out without a browser: what has changed, two editors, what is shown before it is saved. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { modelOf } from '../../src/client/calendar-model.ts';
import type { Booking, ClaimView } from '../../src/client/index.ts';
import { nightOf } from '../../src/protocol/nights.ts';
import type { Terms } from '../../src/protocol/terms.ts';
import { rowsOf, wantedOf } from '../../web/src/hosting/apartments/apartment-filter.ts';
import { comingOf, countNights, latelyOf, occupancyOf } from '../../web/src/hosting/apartments/coming.ts';
import {
  changedPaths,
  changeOf,
  type Draft,
  type DraftPath,
  merge,
  withValue,
} from '../../web/src/hosting/draft/draft.ts';
import { fieldOf, tabOf } from '../../web/src/hosting/draft/field-places.ts';
import { draftText, keepDraft, keptDraft, parsedDraft } from '../../web/src/hosting/draft/kept-draft.ts';
import { problemsOf } from '../../web/src/hosting/draft/problems.ts';
import { valueTexts } from '../../web/src/hosting/draft/value-text.ts';
import { haveSameClock } from '../../web/src/hosting/fields/same-clock.ts';
import {
  allowedStays,
  isComplete,
  LENGTHS,
  linesOf,
  previewOf,
} from '../../web/src/hosting/preview/preview.ts';
import { discountStep } from '../../web/src/hosting/sections/discount-step.ts';
import { nextStay } from '../../web/src/hosting/sections/next-stay.ts';
import { overlapsAbove } from '../../web/src/hosting/sections/season-overlaps.ts';
import { loadTexts } from '../../web/src/texts/index.ts';
import { openTerms } from '../support/terms.ts';

beforeAll(() => loadTexts('en'));

const draft = (terms: Partial<Terms> = {}): Draft => ({
  ...{ name: 'Attic', description: '', city: 'Porto', country: 'Portugal', latitude: 41, longitude: -8 },
  amenities: ['wifi'],
  terms: openTerms(terms),
});

describe('what is sent', () => {
  it('is only what changed', () => {
    const before = draft();
    const after = withValue(withValue(before, 'name', 'Loft'), 'terms.minNights', 3);
    expect(changedPaths(before, after)).toEqual(['name', 'terms.minNights']);
    expect(changeOf(before, after)).toEqual({ name: 'Loft', terms: { minNights: 3 } });
    expect(changeOf(before, structuredClone(before))).toEqual({});
  });

  it('takes an optional amount away with null', () => {
    const before = draft({ weekendMinor: 20_000, holdTtlSeconds: 60 });
    const after = withValue(withValue(before, 'terms.weekendMinor', undefined), 'terms.holdTtlSeconds', 90);
    expect(changeOf(before, after)).toEqual({ terms: { weekendMinor: null, holdTtlSeconds: 90 } });
  });

  it('replaces a list whole', () => {
    const season = { name: 'Summer', from: '2027-06-01', to: '2027-09-01', nightlyMinor: 9_900 };
    const after = withValue(draft(), 'terms.seasons', [season]);
    expect(changeOf(draft(), after)).toEqual({ terms: { seasons: [season] } });
  });
});

describe('two editors', () => {
  it('keeps what each changed alone, and names what both did', () => {
    const base = draft();
    const mine = withValue(withValue(base, 'terms.nightlyMinor', 1), 'terms.minNights', 3);
    const theirs = withValue(withValue(base, 'terms.nightlyMinor', 2), 'city', 'Braga');
    const { clashes, theirs: others, merged } = merge(base, mine, theirs);
    expect(clashes).toEqual(['terms.nightlyMinor']);
    expect(others).toEqual(['city']);
    expect(merged).toMatchObject({ city: 'Braga', terms: { nightlyMinor: 1, minNights: 3 } });
  });

  it('have no quarrel over the same change', () => {
    const mine = withValue(draft(), 'terms.arrivalDays', [6]);
    expect(merge(draft(), mine, structuredClone(mine))).toMatchObject({ clashes: [], theirs: [] });
  });
});

it('two values that differ read differently, wherever they do', () => {
  const differ = (path: DraftPath, one: unknown, other: unknown) => {
    const [mine, theirs] = valueTexts(
      withValue(draft(), path, one as never),
      withValue(draft(), path, other as never),
      path,
    );
    expect(mine).not.toBe(theirs);
    expect(mine.length).toBeLessThan(80);
  };
  const told = 'A long text that both of them have left as it was before. '.repeat(20);
  differ('description', `${told}Mine.`, `${told}Theirs.`);
  differ('description', told, `${told}More.`);
  const season = { name: 'Fair', from: '2027-03-01', to: '2027-03-08', nightlyMinor: 20_000 };
  for (const changed of [
    { to: '2027-03-09' },
    { nightlyMinor: 30_000 },
    { minNights: 3 },
    { maxNights: 3 },
    { weekendMinor: 30_000 },
    { arrivalDays: [6] },
    { departureDays: [6] },
  ]) {
    differ('terms.seasons', [season], [{ ...season, ...changed }]);
  }
  expect(valueTexts(draft(), withValue(draft(), 'name', 'Loft'), 'name')).toEqual(['Attic', 'Loft']);
});

it('values of fields that depend on guests read differently', () => {
  const text = (path: DraftPath, value: unknown) =>
    valueTexts(draft(), withValue(draft(), path, value as never), path)[1];
  expect(text('terms.extraGuestMinor', 1_500)).toBe('€15.00');
  expect(text('terms.includedGuests', 2)).toBe('2');
  const cityTax = { perPersonNightMinor: 350 };
  expect(text('terms.cityTax', cityTax)).toBe('€3.50');
  expect(text('terms.cityTax', { ...cityTax, maxNights: 7, adultsOnly: true })).toBe(
    '€3.50, for at most 7 nights, adults only',
  );
  expect(text('terms.weekendDays', [5, 6, 7])).toBe('Friday, Saturday and Sunday');
  expect(text('terms.seasonMinimum', 'touching')).toBe('all stays with a night in it');
  expect(text('terms.gapMinNights', 2)).toBe('2');
  // What counts again where it is taken away.
  expect(text('terms.weekendDays', undefined)).toBe('Friday and Saturday');
  expect(text('terms.seasonMinimum', undefined)).toBe('stays that arrive in it');
  expect(text('terms.cityTax', undefined)).toBe('none');
});

it('a kept draft comes back as it was, an emptied number too', () => {
  const kept = {
    draft: withValue(draft(), 'terms.minNights', Number.NaN),
    base: draft(),
    revision: '7',
    requestId: 'r',
  };
  expect(parsedDraft(draftText(kept))).toEqual(kept);
});

it('whoever signs in after somebody else does not find their drafts', () => {
  const stored = new Map<string, string>();
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, text: string) => void stored.set(key, text),
    removeItem: (key: string) => void stored.delete(key),
  });
  const place = { ownerId: 'ana', apartmentId: undefined };
  keepDraft(place, { draft: draft(), base: undefined, revision: undefined, requestId: 'r' });
  expect(keptDraft(place)?.draft).toEqual(draft());
  expect(keptDraft({ ...place, ownerId: 'bea' })).toBeUndefined();
  keepDraft(place, undefined);
  expect(stored.size).toBe(0);
  vi.unstubAllGlobals();
});

describe('problems', () => {
  it('are found at their fields before anything is sent', () => {
    expect(problemsOf(draft())).toEqual([]);
    expect(problemsOf(draft({ minNights: 5, maxNights: 2 }))).toMatchObject([{ path: 'terms.maxNights' }]);
    const empty = { ...withValue(draft(), 'terms.nightlyMinor', Number.NaN), name: '  ' };
    expect(problemsOf(empty).map(({ path }) => path)).toEqual(['name', 'terms.nightlyMinor']);
  });

  it('lead to the tab that has their field', () => {
    expect(fieldOf('terms.seasons.0.to')).toBe('terms.seasons');
    expect(fieldOf('hostId')).toBeUndefined();
    const paths = ['name', 'terms.capacity', 'terms.stayDiscounts.1.minNights', 'terms.noticeDays'];
    expect(paths.map(tabOf)).toEqual(['listing', 'listing', 'rates', 'rules']);
  });
});

describe('where a discount begins', () => {
  const step = (
    minNights: number,
    terms: Partial<Terms>,
    ...tiers: [minNights: number, percent: number][]
  ) => {
    const stayDiscounts = tiers.map(([from, percent]) => ({ minNights: from, basisPoints: percent * 100 }));
    return discountStep(openTerms({ ...terms, stayDiscounts }), minNights);
  };

  it('a host is told which shorter stays cost more', () => {
    // 7 nights of 100 with 20 % off cost 560: 6 nights cost 600, 5 cost 500.
    expect(step(7, {}, [7, 20])).toEqual({ dearer: 6, larger: undefined });
    expect(step(7, {}, [7, 50])).toEqual({ dearer: 4, larger: undefined });
    expect(step(7, { minNights: 5 }, [7, 50])).toEqual({ dearer: 5, larger: undefined });
    expect(step(7, {}, [7, 10])).toEqual({ dearer: undefined, larger: undefined });
    // After the 20 % of a week, 28 nights with 25 % off cost 2,100, and 27 nights 2,160.
    expect(step(28, {}, [28, 25], [7, 20])).toEqual({ dearer: 27, larger: undefined });
  });

  it('a host is told where longer stays cost more, as a larger discount no longer counts', () => {
    expect(step(28, {}, [7, 20], [28, 5], [3, 1])).toEqual({ dearer: undefined, larger: 7 });
  });

  it('no time is lost on a number that is still being typed', () => {
    expect(step(10_000_000_000, {}, [10_000_000_000, 50])).toEqual({ dearer: undefined, larger: undefined });
  });
});

describe('the preview', () => {
  const today = nightOf('2027-03-01');
  const stay = { from: nightOf('2027-03-10'), to: nightOf('2027-03-12') };

  it('has price and refusal of one stay', () => {
    const terms = openTerms({ minNights: 3, nightlyMinor: 10_000, cleaningMinor: 0, taxBasisPoints: 0 });
    const preview = previewOf(terms, stay, 1, today);
    expect(preview.violation?.rule).toBe('min_nights');
    expect(preview.quote.totalMinor).toBe(20_000);
  });

  it('puts two prices side by side', () => {
    const [cheap, dear] = [4_000, 0].map(
      (cleaningMinor) => previewOf(openTerms({ cleaningMinor }), stay, 1, today).quote,
    );
    const lines = linesOf(cheap, dear);
    expect(lines.find(({ kind }) => kind === 'cleaning')).toMatchObject({ before: 4_000, after: undefined });
  });

  it('shows what depends on guests, in the order of the price', () => {
    const terms = openTerms({
      includedGuests: 1,
      extraGuestMinor: 1_000,
      cityTax: { perPersonNightMinor: 200 },
    });
    const { quote } = previewOf(terms, { from: today + 3, to: today + 5 }, 3, today);
    const kinds = linesOf(undefined, quote).map(({ kind, after }) => [kind, after]);
    expect(kinds.filter(([kind]) => kind !== 'tax')).toEqual([
      ['nights', 20_000],
      ['extra_guests', 4_000],
      ['cleaning', 3_000],
      ['city_tax', 1_200],
    ]);
    expect(linesOf(undefined, quote).reduce((sum, { after = 0 }) => sum + after, 0)).toBe(quote.totalMinor);
  });

  it('knows which lengths may begin on which day', () => {
    // 2027-03-06 is a Saturday.
    const week = allowedStays(openTerms({ arrivalDays: [6], minNights: 2 }), nightOf('2027-03-05'), today);
    expect(week).toHaveLength(7);
    expect(week[0]).toEqual(LENGTHS.map(() => false));
    expect(week[1]?.slice(0, 3)).toEqual([false, true, true]);
  });

  it('shows no price while a number is missing', () => {
    expect(isComplete(openTerms())).toBe(true);
    expect(isComplete({ ...openTerms(), taxBasisPoints: Number.NaN })).toBe(false);
  });
});

it('an overlap of seasons is the nights that the upper one decides', () => {
  const seasons = [
    { name: 'Summer', from: '2027-06-01', to: '2027-09-01' },
    { name: 'Fair', from: '2027-08-30', to: '2027-09-05' },
    { name: 'Autumn', from: '2027-09-05', to: '2027-10-01' },
  ];
  expect(overlapsAbove(seasons, 1)).toEqual([{ above: 0, from: '2027-08-30', to: '2027-09-01' }]);
  expect(overlapsAbove(seasons, 2)).toEqual([]);
});

describe('the list', () => {
  const booking = (changes: Partial<Booking>): Booking => ({
    ...{ id: 'b', apartmentId: 'a', checkIn: '2027-03-02', checkOut: '2027-03-05', guests: 1 },
    ...{ status: 'confirmed', policy: 'flexible', version: 1 },
    price: { currency: 'EUR', totalMinor: 0, lines: [] },
    ...{ guest: { name: 'Ana', email: 'ana@example.com' }, createdAt: '2027-01-01T00:00:00.000Z' },
    ...changes,
  });

  it('knows who comes and goes next; a cancelled stay does neither', () => {
    const stays = [
      booking({ checkIn: '2027-02-27', checkOut: '2027-03-02' }),
      booking({ checkIn: '2027-03-02', checkOut: '2027-03-03', status: 'cancelled' }),
      booking({ checkIn: '2027-03-04', checkOut: '2027-03-09' }),
    ];
    expect(comingOf(stays, '2027-03-01')).toEqual({ arrival: '2027-03-04', departure: '2027-03-02' });
    expect(comingOf(stays, '2027-03-10')).toEqual({ arrival: undefined, departure: undefined });
  });

  it('has occupancy of the nights that can be sold', () => {
    const calendar = modelOf({
      ...{ apartmentId: 'a', version: 1, from: '2027-03-01', to: '2027-03-11' },
      taken: [
        { from: '2027-03-01', to: '2027-03-03', status: 'booked' },
        { from: '2027-03-03', to: '2027-03-05', status: 'blocked' },
      ],
    });
    const counts = countNights(calendar, nightOf('2027-03-01'), 10);
    expect(counts).toEqual({ booked: 2, held: 0, blocked: 2, free: 6 });
    expect(counts && occupancyOf(counts)).toBe(0.25);
    expect(countNights(calendar, nightOf('2027-03-05'), 10)).toBeUndefined();
  });

  it('puts what came in last first', () => {
    const cancelled = booking({ id: 'c', status: 'cancelled', cancelledAt: '2027-01-03T00:00:00.000Z' });
    const lately = latelyOf([booking({ createdAt: '2027-01-02T00:00:00.000Z' }), cancelled, booking({})], 2);
    expect(lately.map(({ kind }) => kind)).toEqual(['cancelled', 'booked']);
  });

  it('is paged by its address', () => {
    const one = {
      ...draft(),
      id: 'a',
      status: 'listed',
      revision: '1',
      createdAt: '',
      updatedAt: '',
    } as const;
    const many = Array.from({ length: 14 }, (_, n) => ({ ...one, id: `a${n}`, name: `Flat ${n}` }));
    const wanted = wantedOf(new URLSearchParams('q=flat&page=9&status=nonsense'));
    expect(wanted).toMatchObject({ text: 'flat', status: 'every' });
    expect(rowsOf(many, wanted)).toMatchObject({ rows: many.slice(12), page: 2, pages: 2 });
    expect(rowsOf([], wanted)).toMatchObject({ rows: [], page: 1 });
  });
});

describe('the calendar of an apartment', () => {
  const claim = (kind: ClaimView['kind'], from: string, to: string) => ({ kind, from, to }) as ClaimView;

  it('opens on the next stay, not on what is over, closed or begun long ago', () => {
    const later = claim('booking', '2027-09-30', '2027-10-02');
    const closed = claim('block', '2027-03-02', '2027-03-05');
    expect(nextStay([later, closed, claim('booking', '2027-02-01', '2027-03-01')], '2027-03-01')).toBe(
      '2027-09-30',
    );
    expect(nextStay([later, claim('hold', '2027-05-01', '2027-05-03')], '2027-03-01')).toBe('2027-05-01');
    expect(nextStay([later, claim('booking', '2027-02-27', '2027-03-02')], '2027-03-01')).toBe('2027-03-01');
    expect(nextStay([closed], '2027-03-01')).toBe(undefined);
  });
});

it.each([
  ['Europe/Paris', 'Europe/Berlin', true],
  ['Europe/Lisbon', 'Europe/Berlin', false],
  // The same in winter alone.
  ['America/Phoenix', 'America/Denver', false],
  ['Asia/Kolkata', 'Asia/Kathmandu', false],
])('the clocks of %s and %s are the same all year: %s', (one, other, isSame) => {
  expect(haveSameClock(one, other, Date.parse('2027-03-01T00:00:00Z'))).toBe(isSame);
});
