import type { Texts } from '../en/index.ts';
import { pluralIn } from '../plural.ts';

const plural = pluralIn('de');

export const common: Texts['common'] = {
  nights: plural({ one: '# Nacht', other: '# Nächte' }),
  guests: plural({ one: '# Gast', other: '# Gäste' }),
  apartments: plural({ one: '# Wohnung', other: '# Wohnungen' }),
  loading: 'Wird geladen …',
  retry: 'Noch einmal versuchen',
  close: 'Schließen',
  total: 'Gesamt',
  price: 'Preis',
  lineKinds: { nights: 'Nächte', cleaning: 'Reinigung', tax: 'Steuern', discount: 'Rabatt' },
  perNight: (amount) => `${amount} pro Nacht`,
  status: { free: 'frei', held: 'reserviert', booked: 'gebucht', blocked: 'gesperrt' },
};
