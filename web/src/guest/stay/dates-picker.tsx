/** Check-in and check-out: typed, or chosen in two months side by side. */
import { type CalendarDate, parseDate } from '@internationalized/date';
import { useEffect, useState } from 'react';
import { DateRangePicker, type DateRangePickerProps, FieldError } from 'react-aria-components';
import { HORIZON_NIGHTS_MAX } from '../../../../src/protocol/limits.ts';
import { plusDays } from '../../format.ts';
import { RangeParts } from '../../shared/widgets/range-parts.tsx';
import { t } from '../../texts/index.ts';
import type { Dates, DatesProps, Opening } from './dates-field.tsx';

type Typed = { readonly start: CalendarDate | null; readonly end: CalendarDate | null };
type Value = NonNullable<DateRangePickerProps<CalendarDate>['value']>;

export function DatesPicker({ stay, today, onChange, opening }: DatesProps & { opening: Opening }) {
  const { checkIn, checkOut } = stay;
  // While it is typed a year goes through 0002 and 0020: shown, but no stay.
  const [typed, setTyped] = useState<Typed>(() => typedOf(stay));
  useEffect(() => setTyped(typedOf({ checkIn, checkOut })), [checkIn, checkOut]);
  const [isOpen, setOpen] = useState(false);
  // Once it is there to be opened under.
  useEffect(() => setOpen(opening === 'calendar'), [opening]);
  const last = plusDays(today, HORIZON_NIGHTS_MAX);
  const says = t.find;

  const change = (next: Typed | null) => {
    setTyped(next ?? { start: null, end: null });
    if (next?.start == null || next.end == null) return;
    const from = next.start.toString();
    // One day chosen twice is its night.
    const to = next.end.toString() === from ? plusDays(from, 1) : next.end.toString();
    const isStay = from >= today && to > from && to <= last;
    if (isStay && (from !== checkIn || to !== checkOut)) onChange({ checkIn: from, checkOut: to });
  };

  return (
    <DateRangePicker
      className="field dates"
      // React Aria takes one end without the other, though its type does not say so.
      value={typed as Value}
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

function typedOf({ checkIn, checkOut }: Dates): Typed {
  return {
    start: checkIn === '' ? null : parseDate(checkIn),
    end: checkOut === '' ? null : parseDate(checkOut),
  };
}
