/** What an apartment is: name, place, price, description, amenities. */
import type { Apartment } from '../../../../src/client/index.ts';
import type { Terms } from '../../../../src/protocol/terms.ts';
import { money } from '../../format.ts';
import { t } from '../../texts/index.ts';
import { Picture } from './picture.tsx';

/** @param today ISO date at the apartment: seasons that are over say nothing of the price */
export function ApartmentFacts({ apartment, today }: { apartment: Apartment; today: string }) {
  const says = t.apartment;
  const { terms } = apartment;
  return (
    <>
      <div className="banner">
        <Picture apartment={apartment} />
      </div>
      <h1>
        <bdi>{apartment.name}</bdi>
      </h1>
      <p className="muted">
        <bdi>{apartment.city}</bdi>, <bdi>{apartment.country}</bdi> · {says.sleeps(terms.capacity)} ·{' '}
        {priceFrom(terms, today)}
      </p>
      <Description text={apartment.description} />
      {apartment.amenities.length > 0 && (
        <ul className="amenities" aria-label={says.amenities}>
          {apartment.amenities.map((amenity) => (
            <li key={amenity}>
              <bdi>{amenity}</bdi>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** Paragraph by paragraph, as it was written: each in the direction of its own letters. */
function Description({ text }: { text: string }) {
  const paragraphs = text.split(/\n\s*\n/).filter((paragraph) => paragraph.trim() !== '');
  return paragraphs.map((paragraph, i) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a paragraph is its place in the text.
    <p key={i} className="written" dir="auto">
      {paragraph.trim()}
    </p>
  ));
}

/** The least that a night costs on any day to come. */
export function priceFrom(terms: Terms, today: string): string {
  const prices = [
    terms.nightlyMinor,
    ...(terms.weekendMinor === undefined ? [] : [terms.weekendMinor]),
    ...terms.seasons.flatMap(({ to, nightlyMinor, weekendMinor }) =>
      to <= today ? [] : [nightlyMinor, weekendMinor].filter((amount) => amount !== undefined),
    ),
  ];
  return t.apartment.priceFrom(money(Math.min(...prices), terms.currency));
}
