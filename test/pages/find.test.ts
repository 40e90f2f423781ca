/** What the pages of finding and staying work out without a browser. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { modelOf } from '../../src/client/calendar-model.ts';
import type { Apartment, Booking, Range } from '../../src/client/index.ts';
import { dateOf, nightOf } from '../../src/protocol/nights.ts';
import { checkStay } from '../../src/protocol/rules.ts';
import { refundOf } from '../../web/src/guest/booked/cancellation.ts';
import { stayIcs } from '../../web/src/guest/booked/stay-ics.ts';
import { nearestStays, reachOf } from '../../web/src/guest/find/nearest.ts';
import { nightsState } from '../../web/src/guest/find/nights-state.ts';
import { addressOfWanted, questionOf, wantedOf } from '../../web/src/guest/find/wanted.ts';
import { markPassed } from '../../web/src/guest/hold/time-left.ts';
import { loadTexts } from '../../web/src/texts/index.ts';
import { openTerms } from '../support/terms.ts';

beforeAll(() => loadTexts('en'));

const TODAY = '2027-01-10';
const wanted = (query: string) => wantedOf(new URLSearchParams(query), TODAY);

describe('the wish in the address', () => {
  it('means a long weekend in two weeks where the address says nothing', () => {
    expect(wanted('')).toMatchObject({ checkIn: '2027-01-24', checkOut: '2027-01-27', guests: 2, pages: 1 });
    expect(addressOfWanted({ ...wanted(''), checkIn: '', checkOut: '' })).toBe('/?guests=2');
  });

  it('comes back from the address it was written to', () => {
    const all =
      'city=Lisbon&checkIn=2027-03-05&checkOut=2027-03-08&guests=3&max=450&currency=EUR&sort=name&pages=3';
    const wish = wanted(all);
    expect(wish).toEqual({
      city: 'Lisbon',
      checkIn: '2027-03-05',
      checkOut: '2027-03-08',
      guests: 3,
      max: 450,
      currency: 'EUR',
      sort: 'name',
      pages: 3,
    });
    expect(wanted(addressOfWanted(wish).slice(2))).toEqual(wish);
  });

  it('asks for the price in minor units of its currency', () => {
    expect(questionOf(wanted('max=450&currency=EUR'))).toMatchObject({ maxTotalMinor: 45_000 });
    expect(questionOf(wanted('max=45000&currency=JPY'))).toMatchObject({ maxTotalMinor: 45_000 });
    // An amount of no currency is no amount.
    expect(questionOf(wanted('max=450'))).not.toHaveProperty('maxTotalMinor');
  });

  it('takes nonsense for nothing', () => {
    const nonsense = wanted(
      'checkIn=2027-02-30&checkOut=soon&guests=-1&pages=1e9&sort=best&currency=euro&max=x',
    );
    expect(nonsense).toEqual(wanted(''));
    expect(wanted('checkIn=2027-03-05&checkOut=2027-03-05').checkOut).toBe('2027-03-08');
  });
});

const calendarOf = (taken: Range[], from = '2027-01-01', to = '2027-06-01') =>
  modelOf({ apartmentId: 'a', version: 1, from, to, taken });
const stayOf = (checkIn: string, checkOut: string) => ({ from: nightOf(checkIn), to: nightOf(checkOut) });

describe('the nearest free stays', () => {
  const today = nightOf(TODAY);
  const stay = stayOf('2027-03-10', '2027-03-13');
  const nearest = (taken: Range[], terms = openTerms(), max = 3) =>
    nearestStays(calendarOf(taken), { stay, guests: 2, terms, today }, max).map(({ from }) => dateOf(from));
  const held: Range = { from: '2027-03-10', to: '2027-03-12', status: 'held' };

  it('are as long, nearest first, and the earlier one first of two as near', () => {
    expect(nearest([held])).toEqual(['2027-03-12', '2027-03-07', '2027-03-13']);
    expect(nearest([{ ...held, to: '2027-03-13' }])).toEqual(['2027-03-07', '2027-03-13', '2027-03-06']);
  });

  it('keep the empty nights that the apartment wants between stays, but none beside closed ones', () => {
    const terms = openTerms({ turnoverNights: 1 });
    expect(nearest([held], terms, 2)).toEqual(['2027-03-13', '2027-03-06']);
    expect(nearest([{ ...held, status: 'blocked' }], terms, 2)).toEqual(['2027-03-12', '2027-03-07']);
  });

  it('keep the days of arrival', () => {
    // 10 March 2027 is a Wednesday.
    expect(nearest([held], openTerms({ arrivalDays: [3] }), 2)).toEqual(['2027-03-03', '2027-03-17']);
  });

  it('never lie in the past or where nothing is known', () => {
    const soon = { from: today + 1, to: today + 4 };
    const known = calendarOf([], TODAY, dateOf(today + 8));
    const found = nearestStays(known, { stay: soon, guests: 1, terms: openTerms(), today }, 20);
    expect(found.map(({ from }) => from - today)).toEqual([0, 2, 3, 4, 5]);
  });

  it('are allowed and free, whatever is taken and whatever the rules', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 120 }), fc.integer({ min: 1, max: 9 })), {
          maxLength: 20,
        }),
        fc.integer({ min: 0, max: 2 }),
        fc.integer({ min: 1, max: 7 }),
        (claims, turnoverNights, arrival) => {
          const terms = openTerms({ turnoverNights, arrivalDays: [arrival, 3] });
          const base = stay.from - 60;
          const taken = claims.map(([at, nights]): Range => {
            return { from: dateOf(base + at), to: dateOf(base + at + nights), status: 'booked' };
          });
          const reach = reachOf(stay, terms, today);
          const calendar = calendarOf(taken, dateOf(reach.from), dateOf(reach.to));
          for (const one of nearestStays(calendar, { stay, guests: 2, terms, today }, 5)) {
            expect(one.to - one.from).toBe(3);
            expect(checkStay(terms, one, 2, today, undefined)).toBeUndefined();
            for (const { from, to } of taken) {
              const isClear =
                nightOf(to) + turnoverNights <= one.from || one.to + turnoverNights <= nightOf(from);
              expect(isClear).toBe(true);
            }
          }
        },
      ),
    );
  });
});

describe('what became of the wanted nights', () => {
  const stay = stayOf('2027-03-10', '2027-03-13');
  const none = { holds: [], bookings: [] };

  it('is the worst of them, and holds end with the last', () => {
    const a: Range = {
      from: '2027-03-10',
      to: '2027-03-11',
      status: 'held',
      heldUntil: '2027-01-10T10:05:00.000Z',
    };
    const b: Range = {
      from: '2027-03-11',
      to: '2027-03-12',
      status: 'held',
      heldUntil: '2027-01-10T10:09:00.000Z',
    };
    expect(nightsState(calendarOf([]), stay, none)).toEqual({ kind: 'free' });
    expect(nightsState(calendarOf([a, b]), stay, none)).toEqual({ kind: 'held', until: b.heldUntil });
    const booked: Range = { from: '2027-03-12', to: '2027-03-20', status: 'booked' };
    expect(nightsState(calendarOf([a, booked]), stay, none)).toEqual({ kind: 'booked' });
    expect(nightsState(calendarOf([{ ...booked, from: '2027-03-13' }]), stay, none)).toEqual({
      kind: 'free',
    });
  });
});

describe('what a countdown says', () => {
  const saidFrom = (start: number) => {
    const said: number[] = [];
    for (let seconds = start; seconds >= 0; seconds--) {
      const mark = markPassed(seconds === start ? undefined : seconds + 1, seconds);
      if (mark !== undefined) said.push(mark);
    }
    return said;
  };

  it('is 5, 2, 1 minutes, 30 seconds and the end, once each', () => {
    expect(saidFrom(600)).toEqual([300, 120, 60, 30, 0]);
    // One that begins between two of them says the next one first.
    expect(saidFrom(100)).toEqual([60, 30, 0]);
  });

  it('is the one it is in after a sleep, and nothing when time was added', () => {
    expect(markPassed(400, 45)).toBe(60);
    expect(markPassed(45, 44)).toBeUndefined();
    expect(markPassed(45, 0)).toBe(0);
    expect(markPassed(45, 900)).toBeUndefined();
  });
});

const booking: Booking = {
  id: 'b-1',
  apartmentId: 'a',
  checkIn: '2027-03-30',
  checkOut: '2027-04-02',
  guests: 2,
  status: 'confirmed',
  price: { currency: 'EUR', totalMinor: 33_333, lines: [] },
  policy: 'moderate',
  guest: { name: 'Ana', email: 'ana@example.com' },
  createdAt: '2027-01-10T10:00:00.000Z',
  version: 4,
};

describe('what cancelling gives back', () => {
  it('turns at an instant counted in hours from the check-in day, also over a change of the clocks', () => {
    // Lisbon's clocks go forward on 28 March 2027: five times 24 hours before midnight is 23:00 five days earlier.
    const at = (iso: string) => refundOf(booking, 'Europe/Lisbon', Date.parse(iso));
    expect(at('2027-03-24T23:00:00Z')).toBe(33_333);
    expect(at('2027-03-24T23:00:00.001Z')).toBe(16_666);
  });
});

describe('the calendar file', () => {
  const apartment: Apartment = {
    id: 'a',
    name: 'Casa Azul; Porto, "Ribeira"',
    description: '',
    city: 'Porto',
    country: 'Portugal',
    latitude: 41.14,
    longitude: -8.61,
    amenities: [],
    status: 'listed',
    terms: openTerms(),
  };
  const texts = {
    summary: `Stay at ${apartment.name}`,
    description: 'Booking number b-1\n2 guests\nhttps://stay.example/bookings/b-1',
    url: 'https://stay.example/bookings/b-1',
  };
  const fileOf = (changes: Partial<Booking> = {}) => stayIcs({ ...booking, ...changes }, apartment, texts);

  it('is one event of whole days with a name for ever, in lines that RFC 5545 allows', () => {
    const file = fileOf();
    const event = parsed(file);
    expect(event).toMatchObject({
      BEGIN: 'VEVENT',
      UID: 'b-1@nightlatch',
      SEQUENCE: '4',
      DTSTAMP: '20270110T100000Z',
      'DTSTART;VALUE=DATE': '20270330',
      'DTEND;VALUE=DATE': '20270402',
      STATUS: 'CONFIRMED',
      GEO: '41.14;-8.61',
    });
    expect(unescaped(event.SUMMARY)).toBe(texts.summary);
    expect(unescaped(event.DESCRIPTION)).toBe(texts.description);
    expect(unescaped(event.LOCATION)).toContain('Porto, Portugal');
    for (const line of file.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
  });

  it('says the same days wherever the reader is', () => {
    const zone = process.env.TZ;
    try {
      for (const TZ of ['Pacific/Kiritimati', 'Pacific/Niue']) {
        process.env.TZ = TZ;
        expect(parsed(fileOf())['DTSTART;VALUE=DATE']).toBe('20270330');
      }
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });

  it('takes the entry back once the stay is cancelled', () => {
    const event = parsed(
      fileOf({ status: 'cancelled', version: 5, cancelledAt: '2027-01-11T10:00:00.000Z' }),
    );
    expect(event).toMatchObject({ UID: 'b-1@nightlatch', SEQUENCE: '5', STATUS: 'CANCELLED' });
  });
});

/** The properties of the one event: lines unfolded, each name with its parameters. */
function parsed(file: string): Record<string, string> {
  const lines = file.replaceAll(/\r\n[ \t]/g, '').split('\r\n');
  const event = lines.slice(lines.indexOf('BEGIN:VEVENT'), lines.indexOf('END:VEVENT'));
  return Object.fromEntries(
    event.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
  );
}

function unescaped(text: string | undefined): string {
  return (text ?? '').replaceAll('\\n', '\n').replaceAll(/\\([;,\\])/g, '$1');
}
