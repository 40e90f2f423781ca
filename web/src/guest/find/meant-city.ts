/** Which of the cities that there are somebody meant who typed one that there is not. */
import { distance } from 'fastest-levenshtein';

/** A letter that is wrong, missing or too many is a mistake; one is forgiven, and one more for each so many letters. */
const LETTERS_A_MISTAKE = 3;

/**
 * The nearest by letters, without case and accents, or the shortest that begins with what was typed.
 * @returns undefined where none is near, and where what was typed is one of them
 */
export function meantCity(typed: string, cities: readonly string[]): string | undefined {
  const wanted = folded(typed);
  if (wanted === '') return undefined;
  const near = cities
    .map((city) => ({ city, away: awayFrom(wanted, folded(city)) }))
    .sort((a, b) => a.away - b.away || a.city.length - b.city.length)[0];
  if (near === undefined || near.away === 0 || near.away > 1 + wanted.length / LETTERS_A_MISTAKE)
    return undefined;
  return near.city;
}

/** A beginning is one mistake away, however much is missing. */
function awayFrom(wanted: string, city: string): number {
  if (city !== wanted && city.startsWith(wanted)) return 1;
  return distance(wanted, city);
}

function folded(text: string): string {
  return text.trim().normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
}
