import type { Texts } from '../en/index.ts';
import { pluralIn } from '../plural.ts';

const plural = pluralIn('de');
const apartments = plural({ one: '# Wohnung', other: '# Wohnungen' });

export const find: Texts['find'] = {
  title: 'Finden, live reservieren',
  promise:
    'Eine Reservierung hält die Nächte für Sie frei, während Sie überlegen. Alle anderen sehen es sofort, und keine Nacht wird je zweimal verkauft.',
  search: 'Was Sie suchen',
  anywhere: 'Überall',
  showCities: 'Städte zeigen',
  noSuchCity: 'Keine unserer Städte beginnt so.',
  dates: 'Reisedaten',
  chooseDates: 'Reisedaten wählen',
  fewerGuests: 'Ein Gast weniger',
  moreGuests: 'Ein Gast mehr',
  maxPrice: 'Preis höchstens',
  anyPrice: 'Beliebig',
  forTheStay: (currency) => `${currency}, ganzer Aufenthalt`,
  anyCurrency: 'Jede Währung',
  order: 'Reihenfolge',
  sorts: { price_asc: 'Günstigste zuerst', price_desc: 'Teuerste zuerst', name: 'Nach Namen' },
  looking: 'Wird gesucht …',
  found: (count, more) => (more ? `Die ersten ${apartments(count)}` : apartments(count)),
  free: (what, where, guests, stay) =>
    `${what}${where === '' ? '' : ` in ${where}`} für ${guests}, frei ${stay}`,
  mixed: 'eine Währung nach der anderen',
  results: 'Wohnungen',
  place: (city, country) => `${city}, ${country}`,
  sleeps: plural({ one: 'für # Gast', other: 'für bis zu # Gäste' }),
  forNights: (nights) => `für ${nights}`,
  more: 'Mehr zeigen',
  states: {
    heldUntil: (time) => `Von jemandem reserviert bis ${time}`,
    held: 'Von jemandem reserviert',
    booked: 'Gerade gebucht',
    blocked: 'Gerade gesperrt',
    mine: 'Von Ihnen reserviert',
    'my-booking': 'Von Ihnen gebucht',
    again: 'Wieder frei',
    notLive: 'Nicht live',
  },
  changed: (name, state) => `${name}: ${state}.`,
  nearestLoading: 'Freie Tage in der Nähe werden gesucht …',
  noNearest: 'In dieser Länge ist zwei Monate lang nichts frei.',
  instead: (stay, name) => `${stay}, ${name}`,
  notLive:
    'Ohne Verbindung können wir nicht wissen, was gerade frei ist. Die Karten zeigen den letzten Stand; sie sind wieder live, sobald die Verbindung da ist.',
  empty: {
    title: 'Nichts passt zu alldem',
    asking: 'Es wird nachgesehen, woran es liegt …',
    because: {
      spelling: 'Eine Stadt, die so geschrieben wird, kennen wir nicht.',
      city: 'Die Stadt schließt am meisten aus.',
      price: 'Der Preis schließt am meisten aus.',
      guests: 'Die Zahl der Gäste schließt am meisten aus.',
      dates: 'Die Reisedaten schließen am meisten aus.',
      several: 'Nicht eines allein: mehreres zusammen schließt alle aus.',
    },
    nothing: 'Auch in der Nähe ist nichts: Beginnen Sie neu mit anderen Tagen.',
    spelling: (city) => `Meinten Sie ${city}?`,
    city: 'Überall suchen',
    price: (amount) => `Bis ${amount}`,
    guests: (guests) => `Für ${guests}`,
    several: (guests, city) =>
      city === '' ? `Jeder Preis, für ${guests}, überall` : `Jeder Preis, für ${guests}, in ${city}`,
    dates: (stay) => stay,
    finds: (count, more) => (more ? `${count} und mehr` : apartments(count)),
    anew: 'Neu beginnen',
  },
  error: {
    otherDates: 'Ab in zwei Wochen suchen',
  },
};
