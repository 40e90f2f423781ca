/** Which stays are let in, and what a guest may count on while deciding and after. */
import type { ReactNode } from 'react';
import { Label, Radio, RadioGroup } from 'react-aria-components';
import {
  HOLD_TTL_SECONDS_MAX,
  HOLD_TTL_SECONDS_MIN,
  HORIZON_NIGHTS_MAX,
  TURNOVER_NIGHTS_MAX,
} from '../../../../src/protocol/limits.ts';
import { dateOf } from '../../../../src/protocol/nights.ts';
import { CancellationPolicy } from '../../../../src/protocol/resources.ts';
import { SeasonMinimum } from '../../../../src/protocol/terms.ts';
import { listText, nightsText, shortDate, weekdayName } from '../../format.ts';
import { t } from '../../texts/index.ts';
import { fieldId } from '../draft/field-places.ts';
import { useForm } from '../draft/form.ts';
import { Explained } from '../fields/explained.tsx';
import { NumberInput, NumberLine } from '../fields/numbers.tsx';
import { type PathOf, useField } from '../fields/use-field.ts';
import { WeekdaysLine } from '../fields/weekdays.tsx';

const WHOLE: Intl.NumberFormatOptions = { maximumFractionDigits: 0 };
/** Days ahead of today that the examples speak of. */
const EXAMPLE_DAYS = 14;

export function RulesSection() {
  const { draft, today } = useForm();
  const { terms } = draft;
  const says = t.hosting.effects;
  const day = (night: number) => (Number.isFinite(night) ? shortDate(dateOf(night)) : '…');
  const arrival = today + EXAMPLE_DAYS;
  const days = (open: readonly number[]) =>
    open.length === 7
      ? says.anyDay
      : open.length === 0
        ? says.noDay
        : says.onlyDays(listText(open.map(weekdayName)));
  return (
    <>
      <fieldset>
        <legend>{t.hosting.rules.length}</legend>
        <p className="help">{t.hosting.rules.seasonsToo}</p>
        <div className="pair">
          <NumberLine
            path="terms.minNights"
            min={1}
            max={HORIZON_NIGHTS_MAX}
            format={WHOLE}
            effect={says.minNights(day(arrival), day(arrival + terms.minNights))}
          />
          <NumberLine
            path="terms.maxNights"
            min={1}
            max={HORIZON_NIGHTS_MAX}
            format={WHOLE}
            effect={says.maxNights(day(arrival), day(arrival + terms.maxNights))}
          />
        </div>
        {terms.seasons.some(({ minNights }) => minNights !== undefined) && <SeasonMinimumLine />}
        <NumberLine
          path="terms.gapMinNights"
          isOptional
          min={1}
          max={HORIZON_NIGHTS_MAX}
          format={WHOLE}
          effect={
            terms.gapMinNights === undefined
              ? undefined
              : says.gap(nightsText(terms.gapMinNights), nightsText(terms.minNights))
          }
        />
      </fieldset>
      <fieldset>
        <legend>{t.hosting.rules.days}</legend>
        <WeekdaysLine path="terms.arrivalDays" effect={days(terms.arrivalDays)} />
        <WeekdaysLine path="terms.departureDays" effect={days(terms.departureDays)} />
        <NumberLine
          path="terms.turnoverNights"
          min={0}
          max={TURNOVER_NIGHTS_MAX}
          format={WHOLE}
          effect={
            terms.turnoverNights === 0
              ? says.turnoverNone
              : says.turnover(day(arrival), day(arrival + terms.turnoverNights))
          }
        />
      </fieldset>
      <fieldset>
        <legend>{t.hosting.rules.time}</legend>
        <div className="pair">
          <NumberLine
            path="terms.noticeDays"
            min={0}
            max={365}
            format={WHOLE}
            effect={says.notice(day(today), day(today + terms.noticeDays))}
          />
          <NumberLine
            path="terms.horizonNights"
            min={1}
            max={HORIZON_NIGHTS_MAX}
            format={WHOLE}
            effect={says.horizon(day(today), day(today + terms.horizonNights))}
          />
        </div>
      </fieldset>
      <fieldset>
        <legend>{t.hosting.rules.deciding}</legend>
        <HoldLifetime />
        <Policy />
      </fieldset>
    </>
  );
}

function HoldLifetime() {
  const { value, set, isDisabled, wrong, label, help } = useField('terms.holdTtlSeconds');
  const clock = (seconds: number) => {
    const minutes = Math.floor(seconds / 60);
    const rest = seconds % 60;
    const parts = [14, minutes % 60, rest].map((part) => String(part).padStart(2, '0'));
    if (minutes >= 60) parts[0] = '15';
    return (rest === 0 ? parts.slice(0, 2) : parts).join(':');
  };
  return (
    <NumberInput
      id={fieldId('terms.holdTtlSeconds')}
      label={label}
      help={help}
      effect={value === undefined ? undefined : t.hosting.effects.hold('14:00', clock(value))}
      wrong={wrong.map(({ message }) => message)}
      isOptional
      isDisabled={isDisabled}
      min={HOLD_TTL_SECONDS_MIN / 60}
      max={HOLD_TTL_SECONDS_MAX / 60}
      step={0.5}
      value={value === undefined ? undefined : value / 60}
      onChange={(minutes) => set(minutes === undefined ? undefined : Math.round(minutes * 60))}
    />
  );
}

function SeasonMinimumLine() {
  const { value = 'arrival', set } = useField('terms.seasonMinimum');
  return (
    <ChoiceLine
      path="terms.seasonMinimum"
      value={value}
      options={SeasonMinimum.options}
      onChange={(minimum) => set(minimum === 'arrival' ? undefined : minimum)}
      textOf={(minimum) => t.hosting.seasonMinimum[minimum]}
    />
  );
}

function Policy() {
  const { value, set } = useField('terms.cancellationPolicy');
  return (
    <ChoiceLine
      path="terms.cancellationPolicy"
      value={value}
      options={CancellationPolicy.options}
      onChange={set}
      textOf={(policy) => (
        <>
          <strong>{t.hosting.policies[policy]}</strong>{' '}
          <span className="muted">{t.common.policy.inWords[policy]}</span>
        </>
      )}
    />
  );
}

/** One of a few, all of them in view. */
function ChoiceLine<Option extends string>({
  path,
  value,
  options,
  onChange,
  textOf,
}: {
  path: PathOf<Option>;
  value: Option;
  options: readonly Option[];
  onChange: (option: Option) => void;
  textOf: (option: Option) => ReactNode;
}) {
  const { isDisabled, wrong, label, help } = useField(path);
  return (
    <RadioGroup
      id={fieldId(path)}
      className="form-field"
      value={value}
      onChange={(option) => onChange(option as Option)}
      isDisabled={isDisabled}
      isInvalid={wrong.length > 0}
      validationBehavior="aria"
    >
      <Label>{label}</Label>
      {options.map((option) => (
        <Radio key={option} value={option} className="radio-line">
          <span className="dot" aria-hidden="true" />
          <span>{textOf(option)}</span>
        </Radio>
      ))}
      <Explained help={help} wrong={wrong.map(({ message }) => message)} />
    </RadioGroup>
  );
}
