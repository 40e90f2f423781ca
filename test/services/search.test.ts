import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SearchQuery } from '../../src/protocol/commands.ts';
import { localNight } from '../../src/protocol/local-day.ts';
import { dateOf, type NightRange, nightOf } from '../../src/protocol/nights.ts';
import { priceOf, totalMinor } from '../../src/protocol/price.ts';
import { checkStay, turnoverRange } from '../../src/protocol/rules.ts';
import type { ApartmentCard, Terms } from '../../src/protocol/terms.ts';
import { search } from '../../src/services/listings/search.ts';
import { SearchIndex } from '../../src/services/listings/search-index.ts';
import { openTerms } from '../support/terms.ts';
import { termsAround } from './arbitrary-terms.ts';

const NOW = Date.parse('2026-11-23T12:00:00.000Z');
const TODAY = nightOf('2026-11-23');

interface Flat {
  readonly id: string;
  readonly city?: string;
  readonly name?: string;
  readonly terms?: Terms;
  readonly status?: 'listed' | 'paused';
}
function indexOf(flats: readonly Flat[]): SearchIndex {
  const index = new SearchIndex(TODAY - 1);
  for (const flat of flats) put(index, flat);
  return index;
}
function put(
  index: SearchIndex,
  { id, city = 'Lisbon', name = id, terms = openTerms(), status = 'listed' }: Flat,
): void {
  const place = { city, country: 'X', latitude: 1, longitude: 2 };
  index.put({
    ...{ hostId: null, wasListed: true, tx: '1' },
    apartment: { id, name, description: '', ...place, amenities: [], status, terms },
  });
}
function claim(
  index: SearchIndex,
  id: string,
  from: number,
  to: number,
  status: 'held' | 'booked' | 'blocked' | 'free',
) {
  index.occupancy.set(index.slotOf(id) ?? -1, from, to, status);
}
function ask(index: SearchIndex, query: Partial<SearchQuery>, nowMs = NOW) {
  return search(index, { limit: 24, ...query }, nowMs);
}
function pageOf(index: SearchIndex, query: Partial<SearchQuery>, nowMs = NOW) {
  const outcome = ask(index, query, nowMs);
  if (!outcome.ok) throw new Error(outcome.error.message);
  return outcome.data;
}
const found = (index: SearchIndex, query: Partial<SearchQuery>) =>
  pageOf(index, query).apartments.map((apartment) => apartment.id);
const soon = { checkIn: '2026-12-10', checkOut: '2026-12-14' };

it('tells of each city once, however it is written, as long as something is listed there', () => {
  const yen = { ...openTerms(), currency: 'JPY' };
  const index = indexOf([
    { id: 'a', city: 'São Paulo' },
    { id: 'b', city: 'SAO PAULO', terms: yen },
    { id: 'c', city: 'Porto', status: 'paused' },
    { id: 'd', city: 'Évora' },
    { id: 'e', city: 'Faro' },
  ]);
  const evora = { name: 'Évora', apartments: 1, currencies: ['EUR'] };
  const saoPaulo = { name: 'São Paulo', apartments: 2, currencies: ['EUR', 'JPY'] };
  expect(index.cities()).toEqual([evora, { ...evora, name: 'Faro' }, saoPaulo]);
  put(index, { id: 'e', city: 'Faro', status: 'paused' });
  expect(index.cities()).toEqual([evora, saoPaulo]);
});

describe('what is found', () => {
  it('is free for the whole stay, whoever else has the nights beside it', () => {
    const index = indexOf(['before', 'after', 'first', 'last', 'around', 'freed'].map((id) => ({ id })));
    const [from, to] = [nightOf(soon.checkIn), nightOf(soon.checkOut)];
    claim(index, 'before', from - 40, from, 'booked');
    claim(index, 'after', to, to + 40, 'held');
    claim(index, 'first', from - 3, from + 1, 'held');
    claim(index, 'last', to - 1, to, 'blocked');
    claim(index, 'around', from - 100, to + 100, 'booked');
    claim(index, 'freed', from - 100, to + 100, 'booked');
    claim(index, 'freed', from, to, 'free');
    expect(found(index, soon)).toEqual(['after', 'before', 'freed']);
  });

  it('is free on every one of a hundred nights', () => {
    const index = indexOf([{ id: 'free', terms: openTerms({ maxNights: 200 }) }]);
    const from = nightOf(soon.checkIn);
    for (let night = from; night < from + 100; night++) {
      const id = `taken-${night}`;
      put(index, { id, terms: openTerms({ maxNights: 200 }) });
      claim(index, id, night, night + 1, 'held');
    }
    expect(found(index, { ...soon, checkOut: dateOf(from + 100), limit: 100 })).toEqual(['free']);
  });

  it('keeps its own rules, however like those of others they are or were', () => {
    const summer = { name: 'Summer', from: '2026-12-01', to: '2027-01-01' };
    const index = indexOf([
      { id: 'a', terms: openTerms({ seasons: [{ ...summer, minNights: 5 }] }) },
      { id: 'b', terms: openTerms({ seasons: [{ ...summer, minNights: 4 }] }) },
      { id: 'c', terms: openTerms({ seasons: [{ ...summer, maxNights: 3 }] }) },
      { id: 'd', terms: openTerms() },
    ]);
    expect(found(index, soon)).toEqual(['b', 'd']);
    put(index, { id: 'd', terms: openTerms({ minNights: 6 }) });
    put(index, { id: 'e', terms: openTerms() });
    expect(found(index, soon)).toEqual(['b', 'e']);
    put(index, { id: 'a', terms: openTerms() });
    expect(found(index, soon)).toEqual(['a', 'b', 'e']);
  });

  it('[N4] keeps turnover from stays, not from blocks', () => {
    const terms = openTerms({ turnoverNights: 2 });
    const index = indexOf(['stay-before', 'stay-after', 'block', 'far'].map((id) => ({ id, terms })));
    const [from, to] = [nightOf(soon.checkIn), nightOf(soon.checkOut)];
    claim(index, 'stay-before', from - 4, from - 1, 'booked');
    claim(index, 'stay-after', to + 1, to + 4, 'held');
    claim(index, 'block', from - 4, from, 'blocked');
    claim(index, 'far', from - 4, from - 2, 'booked');
    claim(index, 'far', to + 2, to + 4, 'booked');
    expect(found(index, soon)).toEqual(['block', 'far']);
  });

  it('is listed, big enough, cheap enough, and of the city in any spelling', () => {
    const index = indexOf([
      { id: 'a', city: 'São Paulo' },
      { id: 'b', city: 'Sao  paulo ', terms: openTerms({ capacity: 2 }) },
      { id: 'c', city: 'SÃO PAULO', terms: openTerms({ nightlyMinor: 90_000 }) },
      { id: 'd', city: 'São Paulo', status: 'paused' },
      { id: 'e', city: 'Łódź' },
    ]);
    const query = { ...soon, city: ' são PAULO' };
    expect(found(index, query)).toEqual(['a', 'b', 'c']);
    expect(found(index, { ...query, guests: 3 })).toEqual(['a', 'c']);
    expect(found(index, { ...query, maxTotalMinor: 100_000 })).toEqual(['a', 'b']);
    expect(found(index, { ...soon, city: 'lodz' })).toEqual(['e']);
    expect(found(index, { ...soon, city: 'Atlantis' })).toEqual([]);
  });

  it('follows a listing that changes its city, its rules, its price or its status', () => {
    const index = indexOf([{ id: 'a' }, { id: 'b' }]);
    put(index, { id: 'a', city: 'Porto' });
    expect(found(index, { ...soon, city: 'Lisbon' })).toEqual(['b']);
    expect(found(index, { ...soon, city: 'porto' })).toEqual(['a']);
    put(index, { id: 'b', terms: openTerms({ minNights: 5 }) });
    expect(found(index, soon)).toEqual(['a']);
    put(index, { id: 'b', terms: openTerms({ nightlyMinor: 1 }) });
    expect(found(index, soon)).toEqual(['b', 'a']);
    put(index, { id: 'b', status: 'paused' });
    expect(found(index, soon)).toEqual(['a']);
  });

  it('is not what was heard of without being listed yet, and counts what was taken then', () => {
    const index = indexOf([]);
    claim(index, 'new', nightOf(soon.checkIn), nightOf(soon.checkOut), 'held');
    expect(found(index, soon)).toEqual([]);
    put(index, { id: 'new' });
    expect(found(index, soon)).toEqual([]);
    expect(found(index, { checkIn: '2026-12-14', checkOut: '2026-12-15' })).toEqual(['new']);
  });

  it('[N1] goes by the local day of each apartment', () => {
    const index = indexOf([
      { id: 'ahead', terms: openTerms({ timeZone: 'Pacific/Kiritimati' }) },
      { id: 'behind', terms: openTerms({ timeZone: 'Pacific/Pago_Pago' }) },
    ]);
    // At noon UTC it is the 24th on Kiritimati and the 23rd in Samoa.
    expect(found(index, { checkIn: '2026-11-23', checkOut: '2026-11-24' })).toEqual(['behind']);
    expect(found(index, { checkIn: '2026-11-24', checkOut: '2026-11-25' })).toEqual(['ahead', 'behind']);
  });

  it('has a quote where there are dates, and neither quote nor availability without', () => {
    const index = indexOf([{ id: 'a' }]);
    expect(pageOf(index, soon).apartments[0]?.quote).toMatchObject({ currency: 'EUR', totalMinor: 46_010 });
    claim(index, 'a', TODAY, TODAY + 730, 'blocked');
    expect(pageOf(index, {}).apartments[0]).not.toHaveProperty('quote');
  });
});

describe('apartments priced in several currencies', () => {
  const priced = (id: string, currency: string, nightlyMinor: number) => ({
    id,
    terms: openTerms({ currency, nightlyMinor, cleaningMinor: 0, taxBasisPoints: 0 }),
  });
  const index = indexOf([
    priced('tokyo', 'JPY', 12_000),
    priced('kyoto', 'JPY', 9_000),
    priced('boston', 'USD', 10_000),
    priced('denver', 'USD', 30_000),
    priced('kuwait', 'KWD', 20_000),
  ]);
  const oneNight = { checkIn: '2026-12-10', checkOut: '2026-12-11' };

  it.each([
    ['price_asc', ['kyoto', 'tokyo', 'kuwait', 'boston', 'denver']],
    ['price_desc', ['tokyo', 'kyoto', 'kuwait', 'denver', 'boston']],
    ['name', ['boston', 'denver', 'kuwait', 'kyoto', 'tokyo']],
  ] as const)('[P2] sorted by %s come one currency after the other, page by page', (sort, expected) => {
    for (const dates of [oneNight, {}]) {
      expect(found(index, { ...dates, sort })).toEqual(expected);
      const seen: string[] = [];
      for (let cursor: string | undefined, pages = 0; pages === 0 || cursor !== undefined; pages++) {
        const page = pageOf(index, { ...dates, sort, limit: 2, cursor });
        seen.push(...page.apartments.map(({ id }) => id));
        cursor = page.nextCursor;
      }
      expect(seen).toEqual(expected);
    }
  });

  it('[P2] are found of one currency alone', () => {
    expect(found(index, { ...oneNight, currency: 'USD' })).toEqual(['boston', 'denver']);
    expect(found(index, { currency: 'KWD' })).toEqual(['kuwait']);
    expect(found(index, { currency: 'EUR' })).toEqual([]);
  });

  it('[P3] are measured by a limit in the currency asked for, else each in its own', () => {
    expect(found(index, { ...oneNight, currency: 'JPY', maxTotalMinor: 10_000 })).toEqual(['kyoto']);
    expect(found(index, { ...oneNight, currency: 'USD', maxTotalMinor: 10_000 })).toEqual(['boston']);
    expect(found(index, { ...oneNight, maxTotalMinor: 10_000 })).toEqual(['kyoto', 'boston']);
  });
});

describe('refusals', () => {
  const index = indexOf([{ id: 'a' }]);
  it.each([
    ['backwards', { checkIn: '2026-12-05', checkOut: '2026-12-01' }, 'rule_violation', 'checkOut'],
    ['in the past', { checkIn: '2026-11-20', checkOut: '2026-12-01' }, 'rule_violation', 'checkIn'],
    ['past every horizon', { checkIn: '2026-12-01', checkOut: '9999-12-31' }, 'rule_violation', 'checkOut'],
    ['without dates', { maxTotalMinor: 5 }, 'invalid_request', 'maxTotalMinor'],
    ['with a cursor of its own', { ...soon, cursor: 'bm9uZQ' }, 'invalid_request', 'cursor'],
  ])('a search %s', (_what, query, code, path) => {
    expect(ask(index, query)).toMatchObject({ ok: false, error: { code, fields: [{ path }] } });
  });

  it.each([
    ['backwards in the past', '2026-11-20', '2026-11-02'],
    ['over the whole of time', '2000-01-01', '2999-12-31'],
    ['before there is anything', '1970-01-01', '1970-01-08'],
    ['past every horizon', '2999-01-01', '2999-01-08'],
  ])('a search %s, with dates that can be searched for', (_what, checkIn, checkOut) => {
    const refused = ask(index, { checkIn, checkOut });
    const said = refused.ok ? '' : refused.error.message;
    const [, from = '', to = ''] = /; search for (\S+) to (\S+)$/.exec(said) ?? [];
    expect(ask(index, { checkIn: from, checkOut: to }).ok, said).toBe(true);
  });

  it('a cursor of another sort', () => {
    const many = indexOf([{ id: 'a' }, { id: 'b' }]);
    const { nextCursor } = pageOf(many, { ...soon, limit: 1 });
    expect(nextCursor).toBeDefined();
    expect(ask(many, { ...soon, sort: 'name', cursor: nextCursor }).ok).toBe(false);
    expect(ask(many, { ...soon, cursor: nextCursor }).ok).toBe(true);
  });
});

it('cursors fit the protocol, whatever the name', () => {
  const names = ['語'.repeat(200), '😀'.repeat(100), '"\\'.repeat(90), '\u0001\u0002'.repeat(90)];
  const index = indexOf(names.map((name, i) => ({ id: `${'i'.repeat(63)}${i}`, name })));
  const seen: string[] = [];
  for (let cursor: string | undefined, pages = 0; pages < 4; pages++) {
    const page = pageOf(index, { sort: 'name', limit: 1, cursor });
    seen.push(...page.apartments.map((apartment) => apartment.id));
    expect(page.nextCursor?.length ?? 0).toBeLessThanOrEqual(512);
    cursor = page.nextCursor;
  }
  expect(new Set(seen).size).toBe(4);
});

interface Claim {
  readonly start: number;
  readonly nights: number;
  readonly status: 'held' | 'booked' | 'blocked' | 'free';
}
const claims = fc.array(
  fc.record({
    start: fc.integer({ min: -35, max: 120 }),
    nights: fc.integer({ min: 1, max: 40 }),
    status: fc.constantFrom('held', 'booked', 'blocked', 'free'),
  }) as fc.Arbitrary<Claim>,
  { maxLength: 5 },
);

/** The oracle: every night in a plain map, every rule by `checkStay`, every price by `priceOf`. */
function oracle(
  flats: readonly { id: string; terms: Terms; claims: readonly Claim[] }[],
  query: SearchQuery,
): [string, number][] {
  const stay = { from: nightOf(query.checkIn ?? ''), to: nightOf(query.checkOut ?? '') };
  return flats
    .filter(({ terms, claims: made }) => {
      const nights = new Map<number, string>();
      for (const { start, nights: count, status } of made) {
        for (let n = TODAY + start; n < TODAY + start + count; n++) nights.set(n, status);
      }
      const at = (n: number) => nights.get(n) ?? 'free';
      const around = turnoverRange(terms, stay);
      for (let n = around.from; n < around.to; n++) {
        if (n >= stay.from && n < stay.to && at(n) !== 'free') return false;
        if (at(n) === 'held' || at(n) === 'booked') return false;
      }
      const today = localNight(terms.timeZone, NOW);
      const rules = isLeftBetween(at, terms, stay, today) ? withoutMinimum(terms) : terms;
      return checkStay(rules, stay, query.guests ?? 1, today, undefined) === undefined;
    })
    .filter(({ terms }) => query.currency === undefined || terms.currency === query.currency)
    .map(({ id, terms }) => ({
      id,
      total: totalMinor(priceOf(terms, stay, { guests: query.guests ?? 1 })),
      currency: terms.currency,
    }))
    .filter(({ total }) => total <= (query.maxTotalMinor ?? Number.POSITIVE_INFINITY))
    .sort((a, b) => {
      if (a.currency !== b.currency) return a.currency < b.currency ? -1 : 1;
      const ascending = a.total - b.total;
      return (query.sort === 'price_desc' ? -ascending : ascending) || (a.id < b.id ? -1 : 1);
    })
    .map(({ id, total }) => [id, total]);
}

/** Whether the stay is all that is left between two claims, and long enough for a gap. */
function isLeftBetween(
  at: (night: number) => string,
  { turnoverNights, horizonNights, gapMinNights = 1_000 }: Terms,
  { from, to }: NightRange,
  today: number,
): boolean {
  const keptEmpty = (night: number) => (at(night) === 'blocked' ? 0 : turnoverNights);
  let [first, end] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let night = today; night < from; night++) {
    if (at(night) !== 'free') first = Math.max(first, night + 1 + keptEmpty(night));
  }
  for (let night = to; night < today + horizonNights; night++) {
    if (at(night) !== 'free') end = Math.min(end, night - keptEmpty(night));
  }
  return first === from && end === to && to - from >= gapMinNights;
}

function withoutMinimum(terms: Terms): Terms {
  return { ...terms, minNights: 1, seasons: terms.seasons.map(({ minNights: _, ...season }) => season) };
}

it('[A9] finds what fills a gap between two claims, and in no other apartment of the same rules', () => {
  const terms = openTerms({ minNights: 5, gapMinNights: 2, turnoverNights: 1 });
  const stay = { checkIn: dateOf(TODAY + 10), checkOut: dateOf(TODAY + 13) };
  const index = indexOf(['gap', 'wider', 'before', 'none', 'closed'].map((id) => ({ id, terms })));
  const take = (id: string, from: number, to: number, status: 'booked' | 'blocked' = 'booked') =>
    index.occupancy.set(index.slotOf(id)!, TODAY + from, TODAY + to, status);
  take('gap', 5, 9);
  take('gap', 14, 20);
  take('wider', 5, 9);
  take('wider', 15, 20);
  take('before', 5, 9);
  take('closed', 8, 10, 'blocked');
  take('closed', 13, 14, 'blocked');
  const ids = pageOf(index, stay).apartments.map(({ id }) => id);
  expect(ids.sort()).toEqual(['closed', 'gap']);
});

it('[A2] finds exactly what a hold would take, page by page, in order', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ terms: termsAround(TODAY + 20), claims }), { minLength: 1, maxLength: 12 }),
      fc.record({
        start: fc.integer({ min: 0, max: 50 }),
        nights: fc.oneof(fc.integer({ min: 1, max: 14 }), fc.integer({ min: 1, max: 110 })),
        guests: fc.integer({ min: 1, max: 4 }),
        sort: fc.constantFrom('price_asc', 'price_desc'),
        limit: fc.integer({ min: 1, max: 5 }),
        currency: fc.option(fc.constantFrom('EUR', 'JPY'), { nil: undefined }),
        maxTotalMinor: fc.option(fc.integer({ min: 0, max: 1_000_000_000 }), { nil: undefined }),
      }),
      (flats, { start, nights, ...rest }) => {
        const named = flats.map((flat, i) => ({ ...flat, id: `flat-${i}` }));
        const index = indexOf(named);
        for (const flat of named) {
          for (const one of flat.claims)
            claim(index, flat.id, TODAY + one.start, TODAY + one.start + one.nights, one.status);
        }
        const query = {
          ...rest,
          checkIn: dateOf(TODAY + start),
          checkOut: dateOf(TODAY + start + nights),
        } as SearchQuery;
        const seen: ApartmentCard[] = [];
        for (let cursor: string | undefined, pages = 0; pages === 0 || cursor !== undefined; pages++) {
          const page = pageOf(index, { ...query, cursor });
          expect(page.apartments.length).toBeLessThanOrEqual(query.limit);
          seen.push(...page.apartments);
          cursor = page.nextCursor;
        }
        expect(seen.map((card) => [card.id, card.quote?.totalMinor])).toEqual(oracle(named, query));
      },
    ),
    { numRuns: 400 },
  );
});
