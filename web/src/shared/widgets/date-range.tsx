/** Two dates chosen together, by typing or in a calendar that can mark its days. */
import { type CalendarDate, parseDate } from '@internationalized/date';
import type { ReactNode } from 'react';
import { DateRangePicker, type DateRangePickerProps } from 'react-aria-components';
import type { MarkOf } from './months.tsx';
import { RangeParts } from './range-parts.tsx';

/** ISO dates, both included. */
export interface DatePair {
  readonly start: string;
  readonly end: string;
}

export type DateRangeProps = {
  label: string;
  value: DatePair | undefined;
  onChange: (value: DatePair | undefined) => void;
  min?: string;
  max?: string;
  markOf?: MarkOf;
  className?: string;
  /** Below the dates: what explains them. */
  children?: ReactNode;
} & Pick<DateRangePickerProps<CalendarDate>, 'isInvalid' | 'validationBehavior'>;

export function DateRange({
  label,
  value,
  onChange,
  min,
  max,
  markOf,
  className = 'field',
  children,
  ...field
}: DateRangeProps) {
  return (
    <DateRangePicker<CalendarDate>
      {...field}
      className={className}
      value={value === undefined ? null : { start: parseDate(value.start), end: parseDate(value.end) }}
      onChange={(range) =>
        onChange(range === null ? undefined : { start: range.start.toString(), end: range.end.toString() })
      }
      {...(min === undefined ? {} : { minValue: parseDate(min) })}
      {...(max === undefined ? {} : { maxValue: parseDate(max) })}
    >
      <RangeParts label={label} markOf={markOf}>
        {children}
      </RangeParts>
    </DateRangePicker>
  );
}
