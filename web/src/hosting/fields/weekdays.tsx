/** Days of the week: of the draft by their path, or of anything by value. */
import type { ReactNode } from 'react';
import { Checkbox, CheckboxGroup, Label } from 'react-aria-components';
import { weekdayName } from '../../format.ts';
import { t } from '../../texts/index.ts';
import { fieldId } from '../draft/field-places.ts';
import { Explained } from './explained.tsx';
import { type PathOf, useField } from './use-field.ts';

interface WeekdaysInputProps {
  readonly id?: string;
  readonly label: string;
  readonly help?: ReactNode;
  readonly effect?: ReactNode;
  readonly wrong?: readonly string[];
  readonly isOptional?: boolean;
  readonly isDisabled?: boolean;
  /** 1 = Monday … 7 = Sunday. */
  readonly value: readonly number[];
  /** In the order of the week. */
  readonly onChange: (days: number[]) => void;
}

export function WeekdaysInput({
  id,
  label,
  help,
  effect,
  wrong = [],
  isOptional = false,
  isDisabled = false,
  value,
  onChange,
}: WeekdaysInputProps) {
  return (
    <CheckboxGroup
      className="form-field"
      value={value.map(String)}
      onChange={(days) => onChange(days.map(Number).sort((a, b) => a - b))}
      isDisabled={isDisabled}
      isInvalid={wrong.length > 0}
      validationBehavior="aria"
      {...(id === undefined ? {} : { id })}
    >
      <Label>
        {label}
        {isOptional && <span className="optional"> · {t.hosting.form.optional}</span>}
      </Label>
      <div className="weekdays">
        {[1, 2, 3, 4, 5, 6, 7].map((day) => (
          <Checkbox key={day} value={String(day)} className="weekday">
            <span className="tick" aria-hidden="true" />
            {weekdayName(day)}
          </Checkbox>
        ))}
      </div>
      <Explained help={help} effect={effect} wrong={wrong} />
    </CheckboxGroup>
  );
}

/** @param usual what counts while the draft says nothing: chosen again, it says nothing again */
export function WeekdaysLine({
  path,
  effect,
  usual,
}: {
  path: PathOf<number[]>;
  effect: ReactNode;
  usual?: readonly number[];
}) {
  const { value = usual ?? [], set, isDisabled, wrong, label, help } = useField(path);
  const isUsual = (days: readonly number[]) => usual !== undefined && String(days) === String(usual);
  return (
    <WeekdaysInput
      id={fieldId(path)}
      label={label}
      help={help}
      effect={effect}
      wrong={wrong.map(({ message }) => message)}
      value={value as readonly number[]}
      onChange={(days) => (set as (days: number[] | undefined) => void)(isUsual(days) ? undefined : days)}
      isDisabled={isDisabled}
    />
  );
}
