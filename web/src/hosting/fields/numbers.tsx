/** Numbers, amounts and shares: of the draft by their path, or of anything by value. */
import type { ReactNode } from 'react';
import { minorDigits } from '../../../../src/protocol/money.ts';
import { Stepper } from '../../shared/widgets/stepper.tsx';
import { t } from '../../texts/index.ts';
import { fieldId } from '../draft/field-places.ts';
import { useForm } from '../draft/form.ts';
import { Explained } from './explained.tsx';
import { type PathOf, useField } from './use-field.ts';

interface NumberInputProps {
  readonly id?: string;
  readonly label: string;
  readonly help?: ReactNode;
  readonly effect?: ReactNode;
  readonly wrong?: readonly string[];
  readonly isOptional?: boolean;
  readonly isDisabled?: boolean;
  /** Undefined or NaN: empty. */
  readonly value: number | undefined;
  readonly onChange: (value: number | undefined) => void;
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
  readonly format?: Intl.NumberFormatOptions;
}

/** An emptied field is undefined where it may be empty, NaN where it may not. */
export function NumberInput({
  id,
  label,
  help,
  effect,
  wrong = [],
  isOptional = false,
  isDisabled = false,
  value,
  onChange,
  min,
  max,
  step,
  format,
}: NumberInputProps) {
  return (
    <Stepper
      className="form-field"
      label={
        <>
          {label}
          {isOptional && <span className="optional"> · {t.hosting.form.optional}</span>}
        </>
      }
      fewer={t.hosting.decrease(label)}
      more={t.hosting.increase(label)}
      value={value ?? Number.NaN}
      onChange={(next) => onChange(Number.isNaN(next) && isOptional ? undefined : next)}
      isDisabled={isDisabled}
      isInvalid={wrong.length > 0}
      validationBehavior="aria"
      {...(id === undefined ? {} : { id })}
      {...(min === undefined ? {} : { minValue: min })}
      {...(max === undefined ? {} : { maxValue: max })}
      {...(step === undefined ? {} : { step })}
      {...(format === undefined ? {} : { formatOptions: format })}
    >
      <Explained help={help} effect={effect} wrong={wrong} />
    </Stepper>
  );
}

export function NumberLine({
  path,
  ...input
}: { path: PathOf<number> } & Omit<NumberInputProps, 'label' | 'value' | 'onChange' | 'wrong' | 'help'>) {
  const { value, set, isDisabled, wrong, label, help } = useField(path);
  return (
    <NumberInput
      id={fieldId(path)}
      label={label}
      help={help}
      wrong={wrong.map(({ message }) => message)}
      value={value as number | undefined}
      onChange={set as (value: number | undefined) => void}
      isDisabled={isDisabled}
      {...input}
    />
  );
}

/** An amount in major units to the eye, in minor units to everything else. */
export function AmountInput({
  currency,
  value,
  onChange,
  ...input
}: { currency: string } & Omit<NumberInputProps, 'format' | 'step' | 'min' | 'max'>) {
  const digits = minorDigits(currency);
  const scale = 10 ** digits;
  return (
    <NumberInput
      {...input}
      value={value === undefined ? undefined : value / scale}
      onChange={(major) => onChange(major === undefined ? undefined : Math.round(major * scale))}
      min={0}
      format={{
        style: 'currency',
        currency,
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
      }}
    />
  );
}

export function AmountLine({
  path,
  ...input
}: {
  path: PathOf<number>;
  isOptional?: boolean;
  effect?: ReactNode;
}) {
  const { value, set, isDisabled, wrong, label, help } = useField(path);
  return (
    <AmountInput
      id={fieldId(path)}
      currency={useForm().draft.terms.currency}
      label={label}
      help={help}
      wrong={wrong.map(({ message }) => message)}
      value={value as number | undefined}
      onChange={set as (value: number | undefined) => void}
      isDisabled={isDisabled}
      {...input}
    />
  );
}

const PERCENT: Intl.NumberFormatOptions = { style: 'percent', maximumFractionDigits: 2 };

/** Basis points, shown as percent. */
export function PercentInput({
  value,
  onChange,
  ...input
}: Omit<NumberInputProps, 'format' | 'step' | 'min' | 'max'>) {
  return (
    <NumberInput
      {...input}
      value={value === undefined ? undefined : value / 10_000}
      onChange={(share) => onChange(share === undefined ? undefined : Math.round(share * 10_000))}
      min={0}
      max={1}
      step={0.0001}
      format={PERCENT}
    />
  );
}
