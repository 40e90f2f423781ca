/** The kinds of fields of the form. Each has its name, what it does, what its value leads to, and what is wrong. */
import type { ReactNode } from 'react';
import {
  Button,
  Checkbox,
  CheckboxGroup,
  FieldError,
  Group,
  Input,
  Label,
  NumberField,
  Text,
  TextArea,
  TextField,
} from 'react-aria-components';
import { minorDigits } from '../../../../src/protocol/money.ts';
import { weekdayName } from '../../format.ts';
import { t } from '../../texts/index.ts';
import { type Draft, type DraftPath, type ValueAt, valueAt } from './draft.ts';
import { fieldId } from './field-places.ts';
import { useForm } from './form.ts';

/** The paths whose values are of this type. */
type PathOf<Value> = {
  [Path in DraftPath]: ValueAt<Path> extends Value | undefined ? Path : never;
}[DraftPath];

export function useField<Path extends DraftPath>(path: Path) {
  const { draft, problems, set, isRetired } = useForm();
  const wrong = problems.filter((problem) => problem.path === path || problem.path.startsWith(`${path}.`));
  return {
    value: valueAt(draft as Draft, path),
    set: (value: ValueAt<Path> | undefined) => set(path, value),
    isDisabled: isRetired,
    wrong,
    ...t.hosting.fields[path],
  };
}

export function TextLine({
  path,
  rows,
  maxLength,
  effect,
}: {
  path: PathOf<string>;
  /** More than one line. */
  rows?: number;
  maxLength?: number;
  effect?: ReactNode;
}) {
  const { value, set, isDisabled, wrong, label, help } = useField(path);
  return (
    <TextField
      id={fieldId(path)}
      className="form-field"
      value={value as string}
      onChange={set as (text: string) => void}
      isDisabled={isDisabled}
      isInvalid={wrong.length > 0}
      validationBehavior="aria"
      {...(maxLength === undefined ? {} : { maxLength })}
    >
      <Label>{label}</Label>
      {rows === undefined ? <Input autoComplete="off" /> : <TextArea rows={rows} />}
      <Explained help={help} effect={effect} wrong={wrong.map(({ message }) => message)} />
    </TextField>
  );
}

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
    <NumberField
      className="form-field"
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
      <Label>
        {label}
        {isOptional && <span className="optional"> · {t.hosting.form.optional}</span>}
      </Label>
      <Group className="number-group">
        <Button slot="decrement" aria-label={t.hosting.decrease(label)}>
          −
        </Button>
        <Input />
        <Button slot="increment" aria-label={t.hosting.increase(label)}>
          +
        </Button>
      </Group>
      <Explained help={help} effect={effect} wrong={wrong} />
    </NumberField>
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

/** Days of the week, 1 = Monday … 7 = Sunday. */
export function WeekdaysLine({ path, effect }: { path: PathOf<number[]>; effect: ReactNode }) {
  const { value, set, isDisabled, wrong, label, help } = useField(path);
  return (
    <CheckboxGroup
      id={fieldId(path)}
      className="form-field"
      value={(value as number[]).map(String)}
      onChange={(days) => (set as (days: number[]) => void)(days.map(Number).sort((a, b) => a - b))}
      isDisabled={isDisabled}
      isInvalid={wrong.length > 0}
      validationBehavior="aria"
    >
      <Label>{label}</Label>
      <div className="weekdays">
        {[1, 2, 3, 4, 5, 6, 7].map((day) => (
          <Checkbox key={day} value={String(day)} className="weekday">
            <span className="tick" aria-hidden="true" />
            {weekdayName(day)}
          </Checkbox>
        ))}
      </div>
      <Explained help={help} effect={effect} wrong={wrong.map(({ message }) => message)} />
    </CheckboxGroup>
  );
}

/** Below a field: what it does, what its value leads to right now, and what is wrong with it. */
export function Explained({
  help,
  effect,
  wrong,
}: {
  help?: ReactNode;
  effect?: ReactNode;
  wrong: readonly string[];
}) {
  return (
    <>
      {(help !== undefined || effect !== undefined) && (
        <Text slot="description" className="help">
          {help}
          {effect !== undefined && <span className="effect"> {effect}</span>}
        </Text>
      )}
      <FieldError className="wrong">{[...new Set(wrong)].join(' ')}</FieldError>
    </>
  );
}
