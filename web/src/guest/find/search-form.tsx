/** The wish: where, when, how many, for how much. Whatever is chosen is searched for at once. */
import { StayInputs } from '../stay/stay-form.tsx';
import { CityField } from './city-field.tsx';
import { PriceField } from './price-field.tsx';
import type { Wanted } from './wanted.ts';

export interface SearchFormProps {
  /** With empty dates where none are chosen. */
  readonly wanted: Wanted;
  /** The first day on which a stay may begin. */
  readonly today: string;
  readonly cities: readonly string[];
  /** What a price is meant in as long as none is chosen. */
  readonly currency: string;
  readonly onWant: (change: Partial<Wanted>) => void;
}

export function SearchForm({ wanted, today, cities, currency, onWant }: SearchFormProps) {
  return (
    <form className="search" onSubmit={(event) => event.preventDefault()}>
      <StayInputs
        stay={wanted}
        today={today}
        // Where no dates are chosen, what the address says of them stays as it is.
        onChange={({ guests, ...dates }) => onWant({ guests, ...(dates.checkIn === '' ? {} : dates) })}
      >
        <CityField city={wanted.city} cities={cities} onChange={(city) => onWant({ city })} />
      </StayInputs>
      <PriceField
        max={wanted.max}
        currency={wanted.currency === '' ? currency : wanted.currency}
        onChange={(max, typedIn) => onWant({ max, ...(max === undefined ? {} : { currency: typedIn }) })}
      />
    </form>
  );
}
