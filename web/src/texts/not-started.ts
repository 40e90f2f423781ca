/** Said where not even the texts could be loaded: in all languages at once. */
import type { Language } from './language.ts';

export const NOT_STARTED: Record<Language, { title: string; because: string; again: string }> = {
  en: {
    title: 'This page could not be loaded',
    because: 'A part of it did not come over the connection. Your holds and bookings are safe on the server.',
    again: 'Load it again',
  },
  de: {
    title: 'Diese Seite konnte nicht geladen werden',
    because:
      'Ein Teil von ihr kam nicht über die Verbindung. Ihre Reservierungen und Buchungen liegen sicher auf dem Server.',
    again: 'Neu laden',
  },
};
