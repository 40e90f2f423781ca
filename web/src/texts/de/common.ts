import type { Texts } from '../en/index.ts';
import { pluralIn } from '../plural.ts';

const plural = pluralIn('de');

export const common: Texts['common'] = {
  nights: plural({ one: '# Nacht', other: '# Nächte' }),
  guests: plural({ one: '# Gast', other: '# Gäste' }),
  apartments: plural({ one: '# Wohnung', other: '# Wohnungen' }),
  fields: {
    city: 'Stadt',
    allCities: 'Alle Städte',
    currency: 'Währung',
    guests: 'Gäste',
    checkIn: 'Anreise',
    checkOut: 'Abreise',
  },
  loading: 'Wird geladen …',
  retry: 'Noch einmal versuchen',
  needsConnection: 'Das braucht die Verbindung und ist wieder da, sobald sie es ist.',
  notLoaded: 'Das konnte nicht geladen werden.',
  close: 'Schließen',
  total: 'Gesamt',
  price: 'Preis',
  lineKinds: {
    nights: 'Nächte',
    discount: 'Rabatt',
    extra_guests: 'Weitere Gäste',
    cleaning: 'Reinigung',
    tax: 'Steuern',
    city_tax: 'Kurtaxe',
  },
  perNight: (amount) => `${amount} pro Nacht`,
  wrongDates: {
    noDay: (said) => `„${said}“ ist kein Tag. Wählen Sie andere Tage.`,
    order: (checkIn, checkOut) =>
      `Die Abreise (${checkOut}) liegt nicht nach der Anreise (${checkIn}). Wählen Sie andere Tage.`,
    past: (day) => `${day}: Dieser Tag ist vorbei. Wählen Sie Tage, die noch kommen.`,
    beyond: (day, last) =>
      `${day}: Das ist zu weit voraus, Aufenthalte enden spätestens am ${last}. Wählen Sie andere Tage.`,
  },
  status: { free: 'frei', held: 'reserviert', booked: 'gebucht', blocked: 'gesperrt' },
  causes: {
    held: 'reserviert',
    extended: 'verlängert',
    confirmed: 'gebucht',
    released: 'freigegeben',
    expired: 'abgelaufen',
    cancelled: 'storniert',
    blocked: 'gesperrt',
    unblocked: 'geöffnet',
  },
  policy: {
    until: {
      flexible: (cutOff) => `Bis ${cutOff} wird alles erstattet, danach nichts.`,
      moderate: (cutOff) => `Bis ${cutOff} wird alles erstattet, danach die Hälfte.`,
      strict: (cutOff) => `Bis ${cutOff} wird die Hälfte erstattet, danach nichts.`,
    },
    after: {
      flexible: 'So kurz vor der Anreise wird nichts erstattet.',
      moderate: 'So kurz vor der Anreise wird die Hälfte erstattet.',
      strict: 'So kurz vor der Anreise wird nichts erstattet.',
    },
    inWords: {
      flexible: 'Bis 24 Stunden vor Beginn des Anreisetags wird alles erstattet, danach nichts.',
      moderate: 'Bis 5 Tage vor Beginn des Anreisetags wird alles erstattet, danach die Hälfte.',
      strict: 'Bis 7 Tage vor Beginn des Anreisetags wird die Hälfte erstattet, danach nichts.',
    },
  },
  calendar: {
    title: 'Kalender',
    open: 'Im Kalender wählen',
    previousMonth: 'Monat davor',
    nextMonth: 'Nächster Monat',
  },
};
