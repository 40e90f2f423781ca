import { describe, expect, it } from 'vitest';
import { HOLD_CAP_MS, PAST_HOLDS_MAX } from '../../src/actors/limits.ts';
import { BareApartment } from '../support/bare-apartment.ts';

const NOW_MS = Date.UTC(2027, 0, 1, 12);
const TODAY = Math.floor(NOW_MS / 86_400_000);
const MINUTE_MS = 60_000;
const [ana, ben] = ['ana', 'ben'].map((id) => ({ id, kind: 'guest' as const })) as [
  { id: string; kind: 'guest' },
  { id: string; kind: 'guest' },
];

class Apartment extends BareApartment {
  hold(guest: typeof ana, from: number, nights = 3) {
    const stay = { from: TODAY + from, to: TODAY + from + nights };
    const { outcome } = this.command(guest, { kind: 'hold', stay, guests: 1 });
    if (outcome?.ok && 'hold' in outcome.data) return outcome.data.hold;
    return outcome?.ok === false ? outcome.error.code : undefined;
  }
  release(guest: typeof ana, hold: ReturnType<Apartment['hold']>): void {
    if (typeof hold !== 'object') throw new Error(`not held: ${hold}`);
    expect(this.command(guest, { kind: 'release', holdId: hold.id }).outcome?.ok).toBe(true);
  }
  expiryOf(hold: ReturnType<Apartment['hold']>): number {
    return typeof hold === 'object' ? Date.parse(hold.expiresAt) - NOW_MS : Number.NaN;
  }
}

describe('[H3] the cap counts over the guest, not over the hold', () => {
  it('goes on through releasing and holding some of the same nights again', () => {
    const apartment = new Apartment(NOW_MS);
    apartment.release(ana, apartment.hold(ana, 0));
    apartment.nowMs += 25 * MINUTE_MS;
    const again = apartment.hold(ana, 2);
    expect(apartment.expiryOf(again)).toBe(HOLD_CAP_MS);
    apartment.release(ana, again);
    apartment.nowMs += 10 * MINUTE_MS;
    expect(apartment.hold(ana, 2)).toBe('hold_not_open');
    expect(apartment.hold(ana, 3)).toBe('hold_not_open');
    expect(apartment.hold(ben, 2)).toMatchObject({ status: 'held' });
  });

  it('goes on through holds that lapse, and through a hold that another one replaces', () => {
    const apartment = new Apartment(NOW_MS);
    apartment.hold(ana, 0);
    apartment.nowMs += 5 * MINUTE_MS;
    // Lets go of nights 0 and 1.
    apartment.hold(ana, 2);
    apartment.nowMs += 24 * MINUTE_MS;
    expect(apartment.expiryOf(apartment.hold(ana, 0, 2))).toBe(HOLD_CAP_MS);
    expect(apartment.expiryOf(apartment.hold(ana, 3, 2))).toBe(HOLD_CAP_MS);
  });

  it('begins anew once the nights have been let go for as long, and elsewhere at once', () => {
    const apartment = new Apartment(NOW_MS);
    apartment.release(ana, apartment.hold(ana, 0));
    expect(apartment.expiryOf(apartment.hold(ana, 3))).toBe(10 * MINUTE_MS);
    apartment.nowMs += HOLD_CAP_MS;
    expect(apartment.expiryOf(apartment.hold(ana, 0))).toBe(40 * MINUTE_MS);
  });

  it('ends with the deadline of a hold, however late that was noticed', () => {
    const apartment = new Apartment(NOW_MS);
    apartment.hold(ana, 0);
    // No server for so long.
    apartment.nowMs += 65 * MINUTE_MS;
    expect(apartment.expiryOf(apartment.hold(ana, 0))).toBe(75 * MINUTE_MS);
  });

  it('is remembered of so many holds, the latest, and of none for longer than it counts', () => {
    const apartment = new Apartment(NOW_MS);
    for (let i = 0; i < PAST_HOLDS_MAX + 10; i++) apartment.release(ana, apartment.hold(ana, i, 1));
    expect(apartment.calendar.past?.guestIds).toHaveLength(PAST_HOLDS_MAX);
    for (let i = 0; i < 20; i++) apartment.release(ana, apartment.hold(ana, 200, 1));
    expect(apartment.calendar.past?.guestIds).toHaveLength(PAST_HOLDS_MAX);
    apartment.nowMs += HOLD_CAP_MS;
    apartment.release(ana, apartment.hold(ana, 0));
    expect(apartment.calendar.past?.guestIds).toHaveLength(1);
    expect(apartment.replayed()).toEqual(apartment.calendar);
  });
});
