/** Dates and guests, the same fields on every page; what they say goes to the address bar. */
import type { ReactNode } from 'react';
import { GUESTS_MAX } from '../../../../src/protocol/limits.ts';
import { DatesField } from './dates-field.tsx';
import { GuestsField } from './guests-field.tsx';

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
      <DatesField stay={stay} today={today} onChange={(dates) => onChange({ ...stay, ...dates })} />
      <GuestsField
        guests={stay.guests}
        guestsMax={guestsMax}
        onChange={(guests) => onChange({ ...stay, guests })}
      />
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
