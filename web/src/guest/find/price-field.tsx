import { useState } from 'react';
import { Input, Label, NumberField } from 'react-aria-components';
import { t } from '../../texts/index.ts';

/** The most that the whole stay may cost, in whole units of a currency; empty: any price. */
export function PriceField({
  max,
  currency,
  onChange,
}: {
  max: number | undefined;
  currency: string;
  /** With the currency that it was typed in. */
  onChange: (max: number | undefined, currency: string) => void;
}) {
  // Results that come while an amount is typed may be in another currency; the amount is meant in the one shown.
  const [typedIn, setTypedIn] = useState<string>();
  const shown = typedIn ?? currency;
  const says = t.find;
  return (
    <NumberField
      className="field price-field"
      // Another currency is another field: its format is not the old one's.
      key={shown}
      value={max ?? Number.NaN}
      minValue={0}
      formatOptions={{ style: 'currency', currency: shown, maximumFractionDigits: 0 }}
      onFocus={() => setTypedIn(currency)}
      onBlur={() => setTypedIn(undefined)}
      onChange={(next) => onChange(Number.isNaN(next) ? undefined : next, shown)}
    >
      <Label>{says.maxPrice}</Label>
      <Input name="max" placeholder={says.anyPrice} title={says.forTheStay(shown)} />
    </NumberField>
  );
}
