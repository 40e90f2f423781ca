/** City tax: its amount, and where there is one, for how long and for whom it is due. */
import { Checkbox } from 'react-aria-components';
import { HORIZON_NIGHTS_MAX } from '../../../../src/protocol/limits.ts';
import type { CityTax } from '../../../../src/protocol/terms.ts';
import { money, nightsText } from '../../format.ts';
import { t } from '../../texts/index.ts';
import { fieldId } from '../draft/field-places.ts';
import { useForm } from '../draft/form.ts';
import { AmountInput, NumberInput } from '../fields/numbers.tsx';
import { useField } from '../fields/use-field.ts';

const PATH = 'terms.cityTax';
/** Of the sample: a stay of two. */
const GUESTS = 2;

export function CityTaxLines() {
  const { currency } = useForm().draft.terms;
  const { value, set, isDisabled, wrong, label, help } = useField(PATH);
  const says = t.hosting.cityTax;
  const change = (part: Partial<CityTax>) => value !== undefined && set(plain({ ...value, ...part }));
  return (
    <>
      <div className="pair">
        <AmountInput
          id={fieldId(PATH)}
          currency={currency}
          label={label}
          help={help}
          effect={value === undefined ? undefined : effectOf(value, currency)}
          wrong={wrong.map(({ message }) => message)}
          isOptional
          value={value?.perPersonNightMinor}
          onChange={(perPersonNightMinor) =>
            set(perPersonNightMinor === undefined ? undefined : { ...value, perPersonNightMinor })
          }
          isDisabled={isDisabled}
        />
        <NumberInput
          id={fieldId(`${PATH}.maxNights`)}
          label={says.maxNights}
          help={says.maxNightsHelp}
          isOptional
          min={1}
          max={HORIZON_NIGHTS_MAX}
          format={{ maximumFractionDigits: 0 }}
          value={value?.maxNights}
          onChange={(maxNights) => change({ maxNights })}
          isDisabled={isDisabled || value === undefined}
        />
      </div>
      <Checkbox
        className="weekday"
        isSelected={value?.adultsOnly === true}
        onChange={(adultsOnly) => change({ adultsOnly: adultsOnly || undefined })}
        isDisabled={isDisabled || value === undefined}
      >
        <span className="tick" aria-hidden="true" />
        {says.adultsOnly}
      </Checkbox>
    </>
  );
}

function effectOf(
  { perPersonNightMinor, maxNights = HORIZON_NIGHTS_MAX }: CityTax,
  currency: string,
): string {
  const nights = Math.min(7, maxNights);
  return t.hosting.cityTax.effect(nightsText(7), money(GUESTS * nights * perPersonNightMinor, currency));
}

/** Without what is undefined: what is left out says the same. */
function plain({
  perPersonNightMinor,
  maxNights,
  adultsOnly,
}: Partial<CityTax> & { perPersonNightMinor: number }): CityTax {
  return {
    perPersonNightMinor,
    ...(maxNights !== undefined && { maxNights }),
    ...(adultsOnly !== undefined && { adultsOnly }),
  };
}
