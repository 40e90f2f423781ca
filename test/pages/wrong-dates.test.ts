/** What the pages say of dates in an address that no stay can have. */
import { beforeAll, describe, expect, it } from 'vitest';
import { stayWithin } from '../../web/src/guest/stay/stay-address.ts';
import { daysOpenAnywhere, wrongDatesIn, wrongDatesText } from '../../web/src/guest/stay/wrong-dates.ts';
import { loadTexts } from '../../web/src/texts/index.ts';

beforeAll(() => loadTexts('en'));

const OPEN = { first: '2027-03-15', last: '2028-03-15' };
const query = (text: string) => new URLSearchParams(text);
const told = (text: string) => {
  const wrong = wrongDatesIn(query(text), OPEN);
  return wrong === undefined ? undefined : wrongDatesText(wrong);
};

describe('[N2] dates in an address', () => {
  it.each([
    ['checkIn=2027-02-31&checkOut=2027-03-20', '“2027-02-31” is no day. Choose dates.'],
    ['checkIn=2027-04-01&checkOut=soon', '“soon” is no day. Choose dates.'],
    [`checkIn=${'9'.repeat(99)}`, `“${'9'.repeat(24)}” is no day. Choose dates.`],
    [
      'checkIn=2027-04-05&checkOut=2027-04-05',
      'The day you leave, Monday 5 April 2027, is not after the day you arrive, Monday 5 April 2027. Choose dates.',
    ],
    [
      'checkIn=2027-03-14&checkOut=2027-03-16',
      'Sunday 14 March 2027 is over. Choose dates that are still to come.',
    ],
    [
      'checkIn=2028-03-15',
      'Wednesday 15 March 2028 is too far ahead: stays end on Wednesday 15 March 2028 at the latest. Choose other dates.',
    ],
    [
      'checkIn=2028-03-14&checkOut=2028-03-16',
      'Thursday 16 March 2028 is too far ahead: stays end on Wednesday 15 March 2028 at the latest. Choose other dates.',
    ],
  ])('%s are told', (text, sentence) => {
    expect(told(text)).toBe(sentence);
  });

  it.each([
    '',
    'checkIn=&checkOut=',
    'checkIn=2027-03-15&checkOut=2028-03-15',
    'checkIn=2028-03-14',
    'guests=9',
  ])('%s are nothing to tell', (text) => {
    expect(told(text)).toBe(undefined);
  });

  it('are as far as they may be what is chosen', () => {
    const chosen = (text: string) => {
      const { stay, wrong } = stayWithin(query(text), OPEN);
      return [stay.checkIn, stay.checkOut, wrong?.is];
    };
    expect(chosen('checkIn=2027-04-01&checkOut=2027-04-31')).toEqual(['2027-04-01', '', 'no-day']);
    expect(chosen('checkIn=2027-04-05&checkOut=2027-04-01')).toEqual(['2027-04-05', '', 'order']);
    expect(chosen('checkIn=2020-04-05')).toEqual(['', '', 'past']);
    expect(chosen('checkIn=2020-04-05&checkOut=2020-04-01')).toEqual(['', '', 'order']);
    expect(chosen('checkIn=2029-04-05')).toEqual(['', '', 'beyond']);
    // A whole stay is the calendar's to judge, which knows what can be had instead.
    expect(chosen('checkIn=2020-04-01&checkOut=2020-04-05')).toEqual(['2020-04-01', '2020-04-05', undefined]);
  });

  it('are those of all apartments on earth: the day begins last at UTC-12, first at UTC+14', () => {
    const noon = Date.parse('2027-03-15T11:00:00Z');
    expect(daysOpenAnywhere(noon)).toEqual({ first: '2027-03-14', last: '2029-03-15' });
  });
});
