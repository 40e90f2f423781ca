/** What a stay costs. */
import { priceOf, share, totalMinor, weekendDaysOf } from '../../../../src/protocol/price.ts';
import type { Terms } from '../../../../src/protocol/terms.ts';
import { guestsText, listText, money, weekdayName } from '../../format.ts';
import { t } from '../../texts/index.ts';
import { fieldId } from '../draft/field-places.ts';
import { useForm } from '../draft/form.ts';
import { AmountLine, NumberLine, PercentInput } from '../fields/numbers.tsx';
import { useField } from '../fields/use-field.ts';
import { WeekdaysLine } from '../fields/weekdays.tsx';
import { CityTaxLines } from './city-tax-lines.tsx';
import { OpenHolds } from './open-holds.tsx';
import { Seasons } from './seasons.tsx';
import { StayDiscounts } from './stay-discounts.tsx';

/** A Monday; no season is meant by it. */
const MONDAY = 4;

export function RatesSection() {
  const { draft, apartment } = useForm();
  const { terms } = draft;
  const says = t.hosting;
  const amount = (minor: number) => money(minor, terms.currency);
  const weekend = weekendDaysOf(terms);
  const weekendRent = weekend.reduce((sum, day) => sum + rentOf(terms, MONDAY + day - 1, MONDAY + day), 0);
  const isPriced = Number.isFinite(terms.nightlyMinor);
  const { cleaningMinor, includedGuests, extraGuestMinor } = terms;
  return (
    <>
      {apartment !== undefined && <OpenHolds apartmentId={apartment.id} />}
      <fieldset>
        <legend>{says.rates.nights}</legend>
        <div className="pair">
          <AmountLine
            path="terms.nightlyMinor"
            effect={isPriced ? says.effects.week(amount(rentOf(terms, MONDAY, MONDAY + 7))) : undefined}
          />
          <AmountLine
            path="terms.weekendMinor"
            isOptional
            effect={isPriced ? says.effects.weekend(amount(weekendRent)) : undefined}
          />
        </div>
        <WeekdaysLine
          path="terms.weekendDays"
          usual={weekendDaysOf({})}
          effect={
            weekend.length === 0 ? undefined : says.effects.weekendNights(listText(weekend.map(weekdayName)))
          }
        />
        <Seasons />
        <StayDiscounts />
      </fieldset>
      <fieldset>
        <legend>{says.rates.extras}</legend>
        <div className="pair">
          <AmountLine
            path="terms.cleaningMinor"
            effect={
              cleaningMinor > 0
                ? says.effects.cleaning(
                    amount(Math.round(cleaningMinor / 2)),
                    amount(Math.round(cleaningMinor / 7)),
                  )
                : undefined
            }
          />
          <TaxLine />
        </div>
      </fieldset>
      <fieldset>
        <legend>{says.rates.byGuests}</legend>
        <div className="pair">
          <NumberLine
            path="terms.includedGuests"
            isOptional
            min={1}
            max={terms.capacity}
            format={{ maximumFractionDigits: 0 }}
          />
          <AmountLine
            path="terms.extraGuestMinor"
            isOptional
            effect={
              includedGuests !== undefined && extraGuestMinor !== undefined && terms.capacity > includedGuests
                ? says.effects.extraGuests(
                    guestsText(terms.capacity),
                    amount((terms.capacity - includedGuests) * extraGuestMinor),
                  )
                : undefined
            }
          />
        </div>
        <CityTaxLines />
      </fieldset>
    </>
  );
}

function TaxLine() {
  const { value, set, isDisabled, wrong, label, help } = useField('terms.taxBasisPoints');
  const { draft } = useForm();
  const { currency, nightlyMinor } = draft.terms;
  const shown = Number.isFinite(nightlyMinor) && value > 0;
  return (
    <PercentInput
      id={fieldId('terms.taxBasisPoints')}
      label={label}
      help={help}
      effect={
        shown
          ? t.hosting.effects.tax(
              money(nightlyMinor, currency),
              money(nightlyMinor + share(nightlyMinor, value), currency),
            )
          : undefined
      }
      wrong={wrong.map(({ message }) => message)}
      value={value}
      onChange={set}
      isDisabled={isDisabled}
    />
  );
}

/** What the nights alone cost outside of seasons. */
function rentOf(terms: Terms, from: number, to: number): number {
  const { cityTax: _, ...rest } = terms;
  const plain = { ...rest, seasons: [], stayDiscounts: [], cleaningMinor: 0, taxBasisPoints: 0 };
  return totalMinor(priceOf(plain, { from, to }, { guests: 1 }));
}
