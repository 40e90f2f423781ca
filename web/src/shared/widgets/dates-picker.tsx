/** Check-in and check-out: typed, or chosen in two months side by side. */
import { type CalendarDate, parseDate } from '@internationalized/date';
import { useEffect, useState } from 'react';
import {
  Button,
  DateInput,
  DateRangePicker,
  type DateRangePickerProps,
  DateSegment,
  Dialog,
  FieldError,
  Group,
  Label,
  Popover,
} from 'react-aria-components';
import { HORIZON_NIGHTS_MAX } from '../../../../src/protocol/limits.ts';
import { plusDays } from '../../format.ts';
import { t } from '../../texts/index.ts';
import { DatesCalendar } from './dates-calendar.tsx';
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
      <Label>{says.dates}</Label>
      <Group className="dates-group">
        <DateInput slot="start" className="date-input" aria-label={says.checkIn}>
          {(segment) => <DateSegment segment={segment} className="date-segment" />}
        </DateInput>
        <span aria-hidden="true">–</span>
        <DateInput slot="end" className="date-input" aria-label={says.checkOut}>
          {(segment) => <DateSegment segment={segment} className="date-segment" />}
        </DateInput>
        <Button className="dates-open" aria-label={says.openCalendar}>
          <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
            <path d="M3 5h14v12H3zM3 8.5h14M7 2.5V6m6-3.5V6" />
          </svg>
        </Button>
      </Group>
      <FieldError className="field-error" />
      <Popover className="popover" placement="bottom start">
        <Dialog className="dates-dialog" aria-label={says.calendar}>
          <DatesCalendar />
        </Dialog>
      </Popover>
    </DateRangePicker>
  );
}

function typedOf({ checkIn, checkOut }: Dates): Typed {
  return {
    start: checkIn === '' ? null : parseDate(checkIn),
    end: checkOut === '' ? null : parseDate(checkOut),
  };
}
