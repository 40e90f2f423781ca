/** A date, typed by its parts or chosen in a calendar. */
import type { CalendarDate } from '@internationalized/date';
import { Calendar, DatePicker, Dialog, Group, Label, Popover } from 'react-aria-components';
import { t } from '../../texts/index.ts';
import { Months } from './months.tsx';
import { OpenCalendar, TypedDate } from './typed-date.tsx';
import { areMeant, useTypedDates } from './typed-dates.ts';
import '../../styles/popover.css';

export function DayPicker({
  label,
  value,
  onChange,
}: {
  label: string;
  /** An ISO date; empty for none. */
  value: string;
  /** With none where the field was emptied, and with no date whose year is still being typed. */
  onChange: (date: string) => void;
}) {
  const [[typed = null], type] = useTypedDates([value]);
  return (
    <DatePicker
      className="field"
      value={typed}
      onChange={(date: CalendarDate | null) => {
        const isMeant = date === null || areMeant([date.toString()]);
        type([date], isMeant);
        if (isMeant) onChange(date?.toString() ?? '');
      }}
    >
      <Label>{label}</Label>
      <Group className="dates-group">
        <TypedDate />
        <OpenCalendar />
      </Group>
      <Popover className="popover">
        <Dialog className="dates-dialog" aria-label={t.common.calendar.title}>
          <Calendar>
            <Months />
          </Calendar>
        </Dialog>
      </Popover>
    </DatePicker>
  );
}
