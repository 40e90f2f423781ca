import type { Texts } from '../en/index.ts';
import { pluralIn } from '../plural.ts';

export const account: Texts['account'] = {
  signIn: 'Anmelden',
  signUp: 'Registrieren',
  oneMoment: 'Einen Augenblick …',
  haveAccount: 'Sie haben ein Konto?',
  noAccount: 'Noch kein Konto?',
  withoutAccount: 'Reservieren und buchen können Sie auch ohne.',
  heldAsGuest: pluralIn('de')({
    one: 'Sie haben als Gast ohne Konto einen Aufenthalt reserviert. Er geht auf das Konto über.',
    other: 'Sie haben als Gast ohne Konto # Aufenthalte reserviert. Sie gehen auf das Konto über.',
  }),
  name: 'Name',
  email: 'E-Mail',
  password: 'Passwort',
  passwordRule: (characters) => `Mindestens ${characters} Zeichen.`,
  wrong: 'Zu dieser E-Mail und diesem Passwort gibt es kein Konto',
  wrongWayOut: 'Prüfen Sie beides und versuchen Sie es noch einmal.',
  forStaff: 'Melden Sie sich als Verwalter an, um jede Reservierung und Buchung live zu sehen.',
  forHosts: 'Melden Sie sich als Gastgeber an, um Ihre Wohnungen zu sehen und zu ändern.',
  notStaff: 'Dieses Konto darf das nicht. Melden Sie sich mit einem an, das es darf.',
};
