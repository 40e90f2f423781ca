import type { Texts } from '../en/index.ts';
import { pluralIn } from '../plural.ts';

export const shell: Texts['shell'] = {
  titles: {
    find: 'Unterkunft finden',
    apartment: 'Wohnung',
    booking: 'Ihre Buchung',
    stays: 'Meine Aufenthalte',
    'sign-in': 'Anmelden',
    admin: 'Belegung live',
    figures: 'Kennzahlen',
    servers: 'Server',
    history: 'Verlauf einer Wohnung',
    hosting: 'Meine Wohnungen',
    listing: 'Wohnung und Regeln',
    nowhere: 'Hier ist nichts',
  },
  skip: 'Zum Inhalt',
  mainNavigation: 'Hauptnavigation',
  findStay: 'Finden',
  myStays: 'Aufenthalte',
  openHolds: pluralIn('de')({ one: 'offene Reservierung', other: 'offene Reservierungen' }),
  admin: 'Verwaltung',
  hosting: 'Vermieten',
  signIn: 'Anmelden',
  signOut: 'Abmelden',
  promise: 'keine Nacht wird zweimal verkauft',
  api: 'API',
  connection: (state) => `Verbindung: ${state}`,
  states: { online: 'Live', reconnecting: 'Verbindet neu', offline: 'Offline' },
  offline:
    'Sie sind offline: Was Sie sehen, kann veraltet sein, und bis die Verbindung zurück ist, lässt sich nichts reservieren oder buchen. Sie wird ständig neu versucht.',
  nowhere: 'Diese Adresse führt nirgendwohin.',
  toApartments: 'Zu den Wohnungen',
  language: 'Sprache',
  appearance: 'Darstellung',
  appearances: { system: 'Wie das Gerät', light: 'Hell', dark: 'Dunkel' },
  broken: 'Diese Seite ist gescheitert',
  brokenBecause:
    'Etwas in ihr ging schief, und Sie sind nicht schuld. Ihre Reservierungen und Buchungen liegen sicher auf dem Server.',
  reload: 'Neu laden',
};
