/** What the address of an apartment's page says, typed by whomever. */
import { expect, it } from 'vitest';
import { monthOf, partyOf, stayOf } from '../../web/src/guest/stay/stay-address.ts';

const TODAY = '2027-03-15';
const query = (text: string) => new URLSearchParams(text);

it.each([
  ['month=2027-05', '2027-05'],
  ['month=2027-05&checkIn=2027-07-01', '2027-05'],
  ['checkIn=2027-07-01', '2027-07'],
  ['month=2027-02', '2027-03'],
  ['', '2027-03'],
  ['month=abc', '2027-03'],
  ['month=2027-13', '2027-03'],
  ['month=&checkIn=2027-07-01', '2027-07'],
])('an address that says %j shows %s first', (text, month) => {
  expect(monthOf(query(text), TODAY)).toBe(month);
});

it('an address says nothing of a stay with what is no date, no number, or backwards', () => {
  const nothing = { checkIn: '', checkOut: '', guests: 2, children: 0 };
  expect(stayOf(query('checkIn=soon&checkOut=2027-02-30&guests=many'))).toEqual(nothing);
  expect(stayOf(query('checkIn=2027-03-05&checkOut=2027-03-01&guests=999'))).toEqual({
    ...nothing,
    checkIn: '2027-03-05',
  });
});

it('[P8] an address says how many of the guests are children, and leaves an adult among them', () => {
  expect(stayOf(query('guests=3&children=1'))).toMatchObject({ guests: 3, children: 1 });
  expect(stayOf(query('guests=3&children=9'))).toMatchObject({ guests: 3, children: 2 });
  expect(stayOf(query('guests=3&children=-1'))).toMatchObject({ guests: 3, children: 0 });
  expect(stayOf(query('guests=3&children=some'))).toMatchObject({ guests: 3, children: 0 });
  expect(partyOf(stayOf(query('guests=3&children=1')))).toEqual({ guests: 3, adults: 2 });
  expect(partyOf(stayOf(query('guests=3')))).toEqual({ guests: 3 });
});
