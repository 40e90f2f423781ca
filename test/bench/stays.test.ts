import { describe, expect, it } from 'vitest';
import { deal } from '../../bench/driver/stays.ts';
import { nightOf } from '../../src/protocol/nights.ts';

const options = { guests: 8, apartments: 20, firstNight: 20_000, nights: 70 };
const nightsOf = (pair: { apartment: number; checkIn: string; checkOut: string }) =>
  Array.from(
    { length: nightOf(pair.checkOut) - nightOf(pair.checkIn) },
    (_, index) => `${pair.apartment}/${nightOf(pair.checkIn) + index}`,
  );

describe('a deal of stays', () => {
  it('never gives one night of one apartment to two guests, nor to the loading', () => {
    const dealt = deal(options);
    const owner = new Map<string, string>();
    const take = (nights: string[], who: string) => {
      expect(nights.length).toBeGreaterThan(0);
      for (const night of nights) expect(owner.set(night, owner.get(night) ?? who).get(night)).toBe(who);
    };
    for (let apartment = 0; apartment < 20; apartment++) take(nightsOf(dealt.touch(apartment)), 'loading');
    for (let guest = 0; guest < 8; guest++)
      for (let round = 0; round < 50; round++) take(nightsOf(dealt.next(guest)!), `guest ${guest}`);
    for (const key of owner.keys()) {
      const night = Number(key.split('/')[1]);
      expect(night >= 20_000 && night < 20_070).toBe(true);
    }
  });

  it('never hands out again what was booked, and ends when all is', () => {
    const dealt = deal(options);
    const booked = new Set<string>();
    for (let pair = dealt.next(3); pair !== undefined; pair = dealt.next(3)) {
      const key = `${pair.apartment} ${pair.checkIn}`;
      expect(booked.has(key)).toBe(false);
      booked.add(key);
      dealt.spend(3);
    }
    expect(booked.size).toBe(Math.floor((20 * 9) / 8));
  });

  it('refuses a crowd that is larger than what there is to book', () => {
    expect(() => deal({ ...options, guests: 181 })).toThrow(/20 apartments have 180/);
  });
});
