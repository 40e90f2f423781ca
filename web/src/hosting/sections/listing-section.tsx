/** What an apartment is and where. */
import { minorDigits } from '../../../../src/protocol/money.ts';
import { t } from '../../texts/index.ts';
import { useForm } from '../draft/form.ts';
import { NumberLine } from '../fields/numbers.tsx';
import { SearchChoice } from '../fields/search-choice.tsx';
import { TextLine } from '../fields/text-line.tsx';
import { Amenities } from './amenities.tsx';
import { TimeZoneLine } from './time-zone-line.tsx';

const NAME_LENGTH_MAX = 200;
const DEGREES: Intl.NumberFormatOptions = { maximumFractionDigits: 6 };

export function ListingSection() {
  const { draft, base } = useForm();
  const says = t.hosting;
  return (
    <>
      <fieldset>
        <legend>{says.listing.about}</legend>
        <TextLine path="name" effect={says.effects.characters(draft.name.length, NAME_LENGTH_MAX)} />
        <TextLine path="description" rows={6} />
        <NumberLine path="terms.capacity" min={1} format={{ maximumFractionDigits: 0 }} />
        <Amenities />
      </fieldset>
      <fieldset>
        <legend>{says.listing.place}</legend>
        <div className="pair">
          <TextLine path="city" />
          <TextLine path="country" />
        </div>
        <div className="pair">
          <NumberLine path="latitude" min={-90} max={90} format={DEGREES} />
          <NumberLine path="longitude" min={-180} max={180} format={DEGREES} />
        </div>
        <TimeZoneLine />
        {base === undefined ? (
          <SearchChoice path="terms.currency" options={Intl.supportedValuesOf('currency').filter(isPaidIn)} />
        ) : (
          <p className="muted small">{says.listing.currencyFixed(draft.terms.currency)}</p>
        )}
      </fieldset>
    </>
  );
}

/** Units of account such as CLF are in no purse. */
const isPaidIn = (currency: string): boolean => minorDigits(currency) <= 3;
