/**
 * A search over the index: apartments free and bookable under their own rules for the whole stay, the best
 * `limit` of them. The rules are those that a hold must pass, asked once for all apartments that share them; the
 * nights are a bit test, the total comes from a flat array, and only what is shown gets a quote.
 */
import type { SearchAnswer, SearchQuery } from '../../protocol/commands.ts';
import { type Outcome, refuse } from '../../protocol/errors.ts';
import { HORIZON_NIGHTS_MAX } from '../../protocol/limits.ts';
import { localNight } from '../../protocol/local-day.ts';
import { dateOf, type NightRange, nightOf } from '../../protocol/nights.ts';
import { type Party, partyOf } from '../../protocol/party.ts';
import { priceOf, quoteOf } from '../../protocol/price.ts';
import { brokenRule, type ClaimBeside, turnoverRange } from '../../protocol/rules.ts';
import type { ApartmentCard, Terms } from '../../protocol/terms.ts';
import { decodeCursor, encodeCursor, type Place, type Sort } from './cursor.ts';
import { WINDOW_WORDS } from './occupancy.ts';
import type { SearchIndex } from './search-index.ts';

export function search(index: SearchIndex, query: SearchQuery, nowMs: number): Outcome<SearchAnswer> {
  const { checkIn, checkOut, cursor } = query;
  const sort = query.sort ?? 'price_asc';
  const after = cursor === undefined ? undefined : decodeCursor(sort, cursor);
  if (cursor !== undefined && after === undefined) {
    const message = `cursor is none of a search sorted by ${sort}; send nextCursor of the page before, or none`;
    return refuse('invalid_request', message, { fields: [{ path: 'cursor', message }] });
  }
  let stay: NightRange | undefined;
  if (checkIn !== undefined && checkOut !== undefined) {
    stay = { from: nightOf(checkIn), to: nightOf(checkOut) };
    const refusal = impossible(stay, nowMs);
    if (refusal !== undefined) return refusal;
  } else if (query.maxTotalMinor !== undefined) {
    const message = 'maxTotalMinor is the price of a stay; send checkIn and checkOut with it';
    return refuse('invalid_request', message, { fields: [{ path: 'maxTotalMinor', message }] });
  }

  const party = partyOf(query);
  const found = best(index, { ...query, party, sort, stay, after, nowMs });
  const page = found.slice(0, query.limit);
  const last = page.at(-1);
  return {
    ok: true,
    data: {
      apartments: page.map((result) => cardOf(index, result.slot, stay, party)),
      ...(found.length > query.limit && last !== undefined
        ? { nextCursor: encodeCursor(sort, last) }
        : undefined),
    },
  };
}

/** What no apartment anywhere allows is said, so that an empty page means that nothing is free. */
function impossible(stay: NightRange, nowMs: number): ReturnType<typeof refuse> | undefined {
  const checkIn = dateOf(stay.from);
  const checkOut = dateOf(stay.to);
  const earliest = localNight(LAST_ZONE, nowMs);
  const latest = localNight(FIRST_ZONE, nowMs) + HORIZON_NIGHTS_MAX;
  const nights = Math.min(Math.max(stay.to - stay.from, 1), latest - earliest);
  const from = Math.min(Math.max(stay.from, earliest), latest - nights);
  const wayOut = `search for ${dateOf(from)} to ${dateOf(from + nights)}`;
  if (stay.to <= stay.from)
    return broken('checkOut', `checkOut ${checkOut} is not after checkIn ${checkIn}; ${wayOut}`);
  if (stay.from < earliest) return broken('checkIn', `checkIn ${checkIn} is in the past; ${wayOut}`);
  if (stay.to > latest) {
    const sentence = `checkOut ${checkOut} is more than ${HORIZON_NIGHTS_MAX} nights ahead`;
    return broken('checkOut', `${sentence}; ${wayOut}`);
  }
  return undefined;
}

/** Where a day begins first and last: UTC+14 and UTC-12. */
const FIRST_ZONE = 'Etc/GMT-14';
export const LAST_ZONE = 'Etc/GMT+12';

function broken(path: string, message: string): ReturnType<typeof refuse> {
  return refuse('rule_violation', message, { fields: [{ path, message }] });
}

interface Question {
  readonly city?: string | undefined;
  readonly party: Party;
  readonly currency?: string | undefined;
  readonly maxTotalMinor?: number | undefined;
  readonly limit: number;
  readonly sort: Sort;
  readonly stay: NightRange | undefined;
  readonly after: Place | undefined;
  readonly nowMs: number;
}

interface Found extends Place {
  readonly slot: number;
}

/** The first `limit + 1` after the cursor, in order: the one too many says that there is a next page. */
function best(index: SearchIndex, question: Question): Found[] {
  const { sort, stay, after, limit, nowMs } = question;
  const { party } = question;
  const { guests } = party;
  const maxTotalMinor = question.maxTotalMinor ?? Number.POSITIVE_INFINITY;
  const slots = question.city === undefined ? undefined : index.inCity(question.city);
  if (question.city !== undefined && slots === undefined) return [];
  const candidates = slots === undefined ? index.size : slots.length;

  const { capacities, prices, occupancy, apartments, ids } = index;
  const isFree = stay === undefined ? undefined : freeTest(index, stay);
  const isAllowed = stay === undefined ? undefined : rulesTest(index, stay, guests, nowMs);
  const found: Found[] = [];
  let worst: Found | undefined;
  for (let i = 0; i < candidates; i++) {
    const slot = slots === undefined ? i : slots.at(i);
    if (guests > capacities[slot]!) continue;
    if (isFree !== undefined && !isFree(slot)) continue;
    if (isAllowed !== undefined && !isAllowed(slot)) continue;
    const apartment = apartments[slot]!;
    const priced = apartment.terms.currency;
    if (question.currency !== undefined && priced !== question.currency) continue;
    const amount = stay === undefined ? prices.nightlyMinor(slot) : prices.totalMinor(slot, stay, party);
    if (amount > maxTotalMinor) continue;
    const currency = sort === 'name' ? '' : priced;
    const key = sort === 'name' ? apartment.nameKey : amount;
    const id = ids[slot]!;
    if (worst !== undefined && order(sort, currency, key, id, worst) >= 0) continue;
    if (after !== undefined && order(sort, currency, key, id, after) <= 0) continue;
    if (stay !== undefined && apartment.terms.turnoverNights > 0) {
      if (occupancy.hasStay(slot, turnoverRange(apartment.terms, stay))) continue;
    }
    insert(found, { currency, key, id, slot }, sort);
    if (found.length > limit + 1) found.pop();
    if (found.length === limit + 1) worst = found[limit];
  }
  return found;
}

/** The bits of the stay are worked out once; a stay of up to a month touches one word or two of each apartment. */
function freeTest(index: SearchIndex, stay: NightRange): (slot: number) => boolean {
  const { occupancy } = index;
  const rows = occupancy.taken;
  const from = stay.from - occupancy.base;
  const last = stay.to - 1 - occupancy.base;
  const firstWord = from >>> 5;
  const lastWord = last >>> 5;
  const firstBits = -1 << (from & 31);
  const lastBits = -1 >>> (31 - (last & 31));
  if (firstWord === lastWord) {
    const bits = firstBits & lastBits;
    return (slot) => ((rows[slot * WINDOW_WORDS + firstWord] ?? 0) & bits) === 0;
  }
  return (slot) => {
    const row = slot * WINDOW_WORDS;
    if (((rows[row + firstWord] ?? 0) & firstBits) !== 0) return false;
    for (let word = firstWord + 1; word < lastWord; word++) if (rows[row + word]) return false;
    return ((rows[row + lastWord] ?? 0) & lastBits) === 0;
  };
}

/** What is known of the apartments of a class; 0: nothing yet. */
const ALLOWED = 1;
const REFUSED = 2;
/** To those alone of which it fills a gap. */
const IN_A_GAP = 3;

function rulesTest(
  index: SearchIndex,
  stay: NightRange,
  guests: number,
  nowMs: number,
): (slot: number) => boolean {
  const { terms, ofSlot, count } = index.rules;
  const verdicts = new Uint8Array(count);
  const isAllowed = (rules: Terms, claimBeside?: ClaimBeside) =>
    brokenRule(rules, stay, guests, localNight(rules.timeZone, nowMs), claimBeside) === undefined;
  return (slot) => {
    const ruleClass = ofSlot[slot]!;
    const rules = terms[ruleClass]!;
    verdicts[ruleClass] ||= isAllowed(rules) ? ALLOWED : isAllowed(rules, () => 'block') ? IN_A_GAP : REFUSED;
    const verdict = verdicts[ruleClass];
    if (verdict !== IN_A_GAP) return verdict === ALLOWED;
    return isAllowed(rules, (night) => index.occupancy.claimAt(slot, night));
  };
}

/**
 * Below 0 where (currency, key, id) comes before the place. Amounts are compared within one currency only: 12,000 yen
 * are neither more nor less than 100 dollars without a rate. Ids settle equal keys, so that the order is total.
 */
function order(sort: Sort, currency: string, key: number | string, id: string, place: Place): number {
  if (currency !== place.currency) return currency < place.currency ? -1 : 1;
  if (typeof key === 'string') {
    if (key !== place.key) return key < place.key ? -1 : 1;
  } else if (key !== place.key) {
    const ascending = key - (place.key as number);
    return sort === 'price_desc' ? -ascending : ascending;
  }
  return id < place.id ? -1 : id > place.id ? 1 : 0;
}

function insert(found: Found[], result: Found, sort: Sort): void {
  let low = 0;
  let high = found.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (order(sort, result.currency, result.key, result.id, found[middle]!) < 0) high = middle;
    else low = middle + 1;
  }
  found.splice(low, 0, result);
}

function cardOf(index: SearchIndex, slot: number, stay: NightRange | undefined, party: Party): ApartmentCard {
  const { card, terms } = index.apartments[slot]!;
  return stay === undefined ? card : { ...card, quote: quoteOf(priceOf(terms, stay, party)) };
}
