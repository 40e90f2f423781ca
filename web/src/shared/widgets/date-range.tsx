/** Two dates chosen together, by typing or in a calendar that can mark its days. */
import { type CalendarDate, parseDate } from '@internationalized/date';
import type { ReactNode } from 'react';
import { DateRangePicker, type DateRangePickerProps, FieldError } from 'react-aria-components';
import type { MarkOf } from './months.tsx';
import { RangeParts } from './range-parts.tsx';
import { areMeant, useTypedDates } from './typed-dates.ts';

/** ISO dates, both included. */
export interface DatePair {
  readonly start: string;
  readonly end: string;
}

export type DateRangeProps = {
  label: string;
  value: DatePair | undefined;
  /** With undefined while what stands in the field is no pair of dates in their order, or not all within `min` and `max`. */
  onChange: (value: DatePair | undefined) => void;
  min?: string;
  max?: string;
  markOf?: MarkOf;
  className?: string;
  /** Below the dates: what explains them. */
  children?: ReactNode;
} & Pick<DateRangePickerProps<CalendarDate>, 'isInvalid' | 'autoFocus'>;

export function DateRange({
  label,
  value,
  onChange,
  min,
  max,
  markOf,
  className = 'field',
  children = <FieldError className="field-error" />,
  ...field
}: DateRangeProps) {
  const [[start, end], type] = useTypedDates([value?.start ?? '', value?.end ?? '']);
  return (
    <DateRangePicker<CalendarDate>
      {...field}
      // Says what is wrong as it is typed: else it would only when the field is left, and move what is just pressed.
      validationBehavior="aria"
      className={className}
      value={start && end ? { start, end } : null}
      onChange={(range) => {
        const pair = range && { start: range.start.toString(), end: range.end.toString() };
        const isMeant = pair !== null && areMeant([pair.start, pair.end], min, max);
        type([range?.start ?? null, range?.end ?? null], isMeant);
        onChange(isMeant ? pair : undefined);
      }}
      {...(min === undefined ? {} : { minValue: parseDate(min) })}
      {...(max === undefined ? {} : { maxValue: parseDate(max) })}
    >
      <RangeParts label={label} markOf={markOf}>
        {children}
      </RangeParts>
    </DateRangePicker>
  );
}
