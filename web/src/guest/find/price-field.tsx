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
  onChange: (max: number | undefined) => void;
}) {
  const says = t.find;
  return (
    <NumberField
      className="field price-field"
      // Another currency is another field: its format is not the old one's.
      key={currency}
      value={max ?? Number.NaN}
      minValue={0}
      formatOptions={{ style: 'currency', currency, maximumFractionDigits: 0 }}
      onChange={(next) => onChange(Number.isNaN(next) ? undefined : next)}
    >
      <Label>{says.maxPrice}</Label>
      <Input name="max" placeholder={says.anyPrice} title={says.forTheStay(currency)} />
    </NumberField>
  );
}
