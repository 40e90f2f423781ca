/** Discounts for long stays, one line each. */
import { Button } from 'react-aria-components';
import { share } from '../../../../src/protocol/price.ts';
import { money, nightsText } from '../../format.ts';
import { t } from '../../texts/index.ts';
import { fieldId } from '../draft/field-places.ts';
import { useForm } from '../draft/form.ts';
import { NumberInput, PercentInput } from '../fields/numbers.tsx';
import { useField } from '../fields/use-field.ts';
import { type DiscountStep, discountStep } from './discount-step.ts';

const PATH = 'terms.stayDiscounts';
const FIRST = { minNights: 7, basisPoints: 1_000 };

export function StayDiscounts() {
  const { draft } = useForm();
  const { nightlyMinor, currency } = draft.terms;
  const { value: discounts, set, isDisabled, wrong, label, help } = useField(PATH);
  const says = t.hosting.discounts;
  const wrongAt = (index: number, name: string) =>
    wrong.filter(({ path }) => path === `${PATH}.${index}.${name}`).map(({ message }) => message);
  const change = (index: number, part: Partial<(typeof discounts)[number]>) =>
    set(discounts.map((one, at) => (at === index ? { ...one, ...part } : one)));
  return (
    <section id={fieldId(PATH)} className="form-field" aria-labelledby="discounts">
      <h2 id="discounts">{label}</h2>
      <p className="help">{help}</p>
      {wrong
        .filter(({ path }) => path.split('.').length < 4)
        .map(({ message }) => (
          <p key={message} className="wrong">
            {message}
          </p>
        ))}
      {discounts.length === 0 && <p className="muted">{says.none}</p>}
      {discounts.map(({ minNights, basisPoints }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two may be equal for a moment while they are typed.
        <div key={index} id={fieldId(`${PATH}.${index}`)} className="discount">
          <NumberInput
            id={fieldId(`${PATH}.${index}.minNights`)}
            label={says.from}
            min={2}
            format={{ maximumFractionDigits: 0 }}
            value={minNights}
            onChange={(nights = Number.NaN) => change(index, { minNights: nights })}
            isDisabled={isDisabled}
            wrong={wrongAt(index, 'minNights')}
          />
          <PercentInput
            id={fieldId(`${PATH}.${index}.basisPoints`)}
            label={says.share}
            value={basisPoints}
            onChange={(points = Number.NaN) => change(index, { basisPoints: points })}
            isDisabled={isDisabled}
            wrong={wrongAt(index, 'basisPoints')}
          />
          {!isDisabled && (
            <Button
              className="quiet small"
              aria-label={says.remove(nightsText(minNights))}
              onPress={() => set(discounts.filter((_, at) => at !== index))}
            >
              ×
            </Button>
          )}
          {Number.isFinite(nightlyMinor) && Number.isFinite(minNights) && Number.isFinite(basisPoints) && (
            <>
              <p className="help effect">
                {says.effect(
                  nightsText(minNights),
                  money(nightlyMinor * minNights, currency),
                  money(nightlyMinor * minNights - share(nightlyMinor * minNights, basisPoints), currency),
                )}
              </p>
              <StepNotes {...discountStep(draft.terms, minNights)} minNights={minNights} />
            </>
          )}
        </div>
      ))}
      {!isDisabled && (
        <Button className="quiet" onPress={() => set([...discounts, FIRST])}>
          {says.add}
        </Button>
      )}
    </section>
  );
}

/** Nothing is wrong with these: a host may mean it. */
function StepNotes({ dearer, larger, minNights }: DiscountStep & { minNights: number }) {
  const says = t.hosting.discounts;
  return (
    <>
      {dearer !== undefined && (
        <p className="notice effect">{says.dearer(nightsText(minNights), nightsText(dearer))}</p>
      )}
      {larger !== undefined && <p className="notice effect">{says.larger(nightsText(larger))}</p>}
    </>
  );
}
