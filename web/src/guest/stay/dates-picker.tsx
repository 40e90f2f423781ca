/** Check-in and check-out: typed, or chosen in two months side by side. */
import { type CalendarDate, parseDate } from '@internationalized/date';
import { useEffect, useState } from 'react';
import { DateRangePicker, type DateRangePickerProps, FieldError } from 'react-aria-components';
import { HORIZON_NIGHTS_MAX } from '../../../../src/protocol/limits.ts';
import { plusDays } from '../../format.ts';
import { RangeParts } from '../../shared/widgets/range-parts.tsx';
import { areMeant, useTypedDates } from '../../shared/widgets/typed-dates.ts';
import { t } from '../../texts/index.ts';
import type { DatesProps, Opening } from './dates-field.tsx';

type Value = NonNullable<DateRangePickerProps<CalendarDate>['value']>;

export function DatesPicker({ stay, today, onChange, opening }: DatesProps & { opening: Opening }) {
  const { checkIn, checkOut } = stay;
  const [[start = null, end = null], type] = useTypedDates([checkIn, checkOut]);
  const [isOpen, setOpen] = useState(false);
  // Once it is there to be opened under.
  useEffect(() => setOpen(opening === 'calendar'), [opening]);
  const last = plusDays(today, HORIZON_NIGHTS_MAX);
  const says = t.find;

  const change = (next: Value | null) => {
    type([next?.start ?? null, next?.end ?? null], next !== null);
    if (next === null) return;
    const from = next.start.toString();
    // One day chosen twice is its night.
    const to = next.end.toString() === from ? plusDays(from, 1) : next.end.toString();
    const isStay = areMeant([from, to], today, last);
    if (isStay && (from !== checkIn || to !== checkOut)) onChange({ checkIn: from, checkOut: to });
  };

  return (
    <DateRangePicker
      className="field dates"
      // React Aria takes one end without the other, though its type does not say so.
      value={start === null && end === null ? null : ({ start, end } as Value)}
      minValue={parseDate(today)}
      maxValue={parseDate(last)}
      autoFocus={opening === 'typing'}
      isOpen={isOpen}
      onOpenChange={setOpen}
      pageBehavior="single"
      onChange={change}
    >
      <RangeParts
        label={says.dates}
        ends={{ start: t.common.fields.checkIn, end: t.common.fields.checkOut }}
        isWide
      >
        <FieldError className="field-error" />
      </RangeParts>
    </DateRangePicker>
  );
}
