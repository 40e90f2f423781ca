/** Who has booked what in the demo: within every rule, so that it is placed through the same commands as any stay. */
import { type NightRange, nightOf } from '../../../protocol/nights.ts';
import { checkStay, seasonal } from '../../../protocol/rules.ts';
import type { Apartment, Terms } from '../../../protocol/terms.ts';
import { demoListings } from './listings.ts';

export type DemoStay = NightRange & { readonly apartmentId: string } & (
    | {
        readonly kind: 'booking';
        readonly guests: number;
        readonly guest: { readonly name: string; readonly email: string };
      }
    | { readonly kind: 'block'; readonly reason: string }
  );

/** How far ahead the demo is booked, in nights. */
const REACH_NIGHTS = 75;
/** Further than any notice of the demo but the monthly ones, so that it holds in every time zone. */
const FIRST_NIGHTS_AHEAD = 2;

/**
 * Sorted by apartment, then night; never overlapping, turnover kept. The same for the same day.
 * @param today night number of today; an apartment's own local day may be the one before or after
 */
export function demoStays(today: number): DemoStay[] {
  const random = generator(SEED);
  return demoListings(today).flatMap(({ apartment }) => staysOf(apartment, today, random));
}

function staysOf({ id, terms }: Apartment, today: number, random: (below: number) => number): DemoStay[] {
  const stays: DemoStay[] = [];
  const last = today + REACH_NIGHTS;
  let night = today + FIRST_NIGHTS_AHEAD + random(6);
  while (night < last) {
    if (random(9) === 0) {
      const to = night + 1 + random(3);
      stays.push({
        apartmentId: id,
        from: night,
        to,
        kind: 'block',
        reason: REASONS[random(REASONS.length)] ?? '',
      });
      night = to + random(6);
      continue;
    }
    const guests = 1 + random(terms.capacity);
    const stay = nextStay(terms, night, 1 + random(5), guests, today);
    if (stay === undefined) break;
    const name = GUESTS[random(GUESTS.length)] ?? '';
    stays.push({ apartmentId: id, ...stay, kind: 'booking', guests, guest: { name, email: emailOf(name) } });
    night = stay.to + terms.turnoverNights + 2 + random(14);
  }
  return stays;
}

/** The first stay the rules allow, from a night on, within two weeks. */
function nextStay(
  terms: Terms,
  night: number,
  wishedNights: number,
  guests: number,
  today: number,
): NightRange | undefined {
  for (let from = night; from < night + 14; from++) {
    const shortest = Math.max(wishedNights, seasonal(terms, 'minNights', from));
    for (let to = from + shortest; to < from + shortest + 7; to++) {
      const isAllowed = [today - 1, today, today + 1].every(
        (localToday) => checkStay(terms, { from, to }, guests, localToday, undefined) === undefined,
      );
      if (isAllowed) return { from, to };
    }
  }
  return undefined;
}

function emailOf(name: string): string {
  const plain = name
    .replaceAll('ı', 'i')
    .normalize('NFKD')
    .replace(/[^A-Za-z ]/g, '')
    .toLowerCase();
  return `${plain.replaceAll(' ', '.')}@example.com`;
}

const REASONS = ['Owner’s visit', 'New boiler', 'Painting', 'Deep clean', 'Window repair'];
const GUESTS = [
  'Ana Ribeiro',
  'Tom Whitfield',
  'Mei Tanaka',
  'Lukas Brandt',
  'Chiara Conti',
  'Noah Petersen',
  'Priya Nair',
  'Samuel Okafor',
  'Elif Yıldız',
  'Grace Thompson',
  'Mateo Vargas',
  'Hanna Lindqvist',
  'Oliver Dubois',
  'Yuki Watanabe',
  'Zofia Nowak',
  'Daniel Cohen',
  'Amira Haddad',
  'Finn O’Sullivan',
  'Sofía Herrera',
  'Jonas Weber',
];

/** Any will do; it is fixed so that two demos are alike. */
const SEED = nightOf('2020-02-29');

/** A linear congruential generator (Numerical Recipes' constants): plenty for a demo, and the same everywhere. */
function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
