/** Days of the week of the draft. */
import type { ReactNode } from 'react';
import { Checkbox, CheckboxGroup, Label } from 'react-aria-components';
import { weekdayName } from '../../format.ts';
import { fieldId } from '../draft/field-places.ts';
import { Explained } from './explained.tsx';
import { type PathOf, useField } from './use-field.ts';

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
