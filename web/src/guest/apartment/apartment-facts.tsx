/** What an apartment is: name, place, price, description, amenities. */
import type { Apartment } from '../../../../src/client/index.ts';
import { money } from '../../format.ts';
import { t } from '../../texts/index.ts';
import { Picture } from './picture.tsx';

/** @param today ISO date at the apartment: seasons that are over say nothing of the price */
export function ApartmentFacts({ apartment, today }: { apartment: Apartment; today: string }) {
  const says = t.apartment;
  const { terms } = apartment;
  const prices = [
    terms.nightlyMinor,
    ...(terms.weekendMinor === undefined ? [] : [terms.weekendMinor]),
    ...terms.seasons.flatMap(({ to, nightlyMinor, weekendMinor }) =>
      to <= today ? [] : [nightlyMinor, weekendMinor].filter((amount) => amount !== undefined),
    ),
  ];
  return (
    <>
      <div className="banner">
        <Picture apartment={apartment} />
      </div>
      <h1>{apartment.name}</h1>
      <p className="muted">
        {apartment.city}, {apartment.country} · {says.sleeps(terms.capacity)} ·{' '}
        {says.priceFrom(money(Math.min(...prices), terms.currency))}
      </p>
      <p>{apartment.description}</p>
      {apartment.amenities.length > 0 && (
        <ul className="amenities" aria-label={says.amenities}>
          {apartment.amenities.map((amenity) => (
            <li key={amenity}>{amenity}</li>
          ))}
        </ul>
      )}
    </>
  );
}
