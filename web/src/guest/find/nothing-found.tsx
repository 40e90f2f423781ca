/** Nothing fits: which part of the wish keeps most away, and one click to something that does. */

import { minorDigits } from '../../../../src/protocol/money.ts';
import { guestsText, money, stayText } from '../../format.ts';
import { navigate } from '../../router.tsx';
import { t } from '../../texts/index.ts';
import { isolated } from '../../texts/isolated.ts';
import type { Wanted } from './wanted.ts';
import { useWidenings, type Widening } from './widenings.ts';

export function NothingFound({
  wanted,
  today,
  cities,
  onWant,
}: {
  wanted: Wanted;
  today: string;
  cities: readonly string[];
  onWant: (change: Partial<Wanted>) => void;
}) {
  const widenings = useWidenings(wanted, today, cities);
  const says = t.find.empty;
  const first = widenings?.[0];
  return (
    <section className="empty" aria-labelledby="nothing-found">
      <h2 id="nothing-found">{says.title}</h2>
      <p role="status">
        {widenings === undefined
          ? says.asking
          : first === undefined
            ? says.nothing
            : says.because[first.part]}
      </p>
      {first !== undefined && (
        <ul className="widenings">
          {widenings?.map((one) => (
            <li key={one.part}>
              <button type="button" className="quiet" data-part={one.part} onClick={() => onWant(one.change)}>
                <span>{textOf(one, wanted)}</span>
                <small className="muted">{says.finds(one.count, one.hasMore)}</small>
              </button>
            </li>
          ))}
        </ul>
      )}
      {widenings !== undefined && first === undefined && (
        <button type="button" className="quiet" onClick={() => navigate('/')}>
          {says.anew}
        </button>
      )}
    </section>
  );
}

function textOf({ part, change }: Widening, wanted: Wanted): string {
  const says = t.find.empty;
  const { city, checkIn, checkOut, guests, max, currency } = { ...wanted, ...change };
  switch (part) {
    case 'spelling':
      return says.spelling(isolated(city));
    case 'city':
      return says.city;
    case 'price':
      return says.price(money((max ?? 0) * 10 ** minorDigits(currency), currency));
    case 'guests':
      return says.guests(guestsText(guests));
    case 'several':
      return says.several(guestsText(guests), isolated(city));
    case 'dates':
      return says.dates(stayText(checkIn, checkOut));
  }
}
