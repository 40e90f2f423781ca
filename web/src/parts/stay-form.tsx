/** Dates and guests, the same fields on every page; what they say goes to the address bar. */
import type { ReactNode } from 'react';
import { GUESTS_MAX } from '../../../src/protocol/limits.ts';
import { plusDays } from '../format.ts';

export interface StayFields {
  readonly checkIn: string;
  readonly checkOut: string;
  readonly guests: number;
}

export function StayInputs({
  stay,
  today,
  onChange,
  guestsMax = GUESTS_MAX,
  children,
}: {
  stay: StayFields;
  today: string;
  onChange: (stay: StayFields) => void;
  guestsMax?: number;
  children?: ReactNode;
}) {
  return (
    <>
      {children}
      <label className="field">
        <span>Check in</span>
        <input
          type="date"
          value={stay.checkIn}
          min={today}
          onChange={({ target }) => {
            const checkIn = target.value;
            // The stay moves as a whole rather than ending before it begins.
            const late = checkIn !== '' && stay.checkOut !== '' && stay.checkOut <= checkIn;
            onChange({ ...stay, checkIn, checkOut: late ? plusDays(checkIn, 1) : stay.checkOut });
          }}
        />
      </label>
      <label className="field">
        <span>Check out</span>
        <input
          type="date"
          value={stay.checkOut}
          min={stay.checkIn === '' ? today : plusDays(stay.checkIn, 1)}
          onChange={({ target }) => onChange({ ...stay, checkOut: target.value })}
        />
      </label>
      <label className="field">
        <span>Guests</span>
        <input
          type="number"
          inputMode="numeric"
          min={1}
          max={guestsMax}
          value={stay.guests}
          onChange={({ target }) => {
            const guests = Number.parseInt(target.value, 10);
            if (guests >= 1 && guests <= GUESTS_MAX) onChange({ ...stay, guests });
          }}
        />
      </label>
    </>
  );
}

/** What an address says of a stay; empty text where it says nothing that is a date. */
export function stayOf(query: URLSearchParams, isDate: (text: string | null) => boolean): StayFields {
  const [checkIn, checkOut] = [query.get('checkIn'), query.get('checkOut')];
  const guests = Number.parseInt(query.get('guests') ?? '2', 10);
  const ordered = checkIn !== null && checkOut !== null && checkIn < checkOut;
  return {
    checkIn: isDate(checkIn) ? (checkIn as string) : '',
    checkOut: isDate(checkOut) && ordered ? (checkOut as string) : '',
    guests: guests >= 1 && guests <= GUESTS_MAX ? guests : 2,
  };
}
