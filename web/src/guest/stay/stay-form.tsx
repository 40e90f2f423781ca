/** Dates and guests, the same fields on every page; what they say goes to the address bar. */
import type { ReactNode } from 'react';
import { GUESTS_MAX } from '../../../../src/protocol/limits.ts';
import { DatesField } from './dates-field.tsx';
import { GuestsField } from './guests-field.tsx';
import type { StayFields } from './stay-address.ts';

/** What every page asks for. */
type Wish = Omit<StayFields, 'children'>;

export function StayInputs({
  stay,
  today,
  onChange,
  guestsMax = GUESTS_MAX,
  children,
}: {
  stay: Wish;
  today: string;
  onChange: (stay: Wish) => void;
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
