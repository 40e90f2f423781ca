/** A date, typed by its parts or chosen in a calendar. */
import { type CalendarDate, parseDate } from '@internationalized/date';
import { Calendar, DatePicker, Dialog, Group, Label, Popover } from 'react-aria-components';
import { t } from '../../texts/index.ts';
import { Months } from './months.tsx';
import { OpenCalendar, TypedDate } from './typed-date.tsx';
import '../../styles/popover.css';

export function DayPicker({
  label,
  value,
  onChange,
}: {
  label: string;
  /** An ISO date; empty for none. */
  value: string;
  onChange: (date: string) => void;
}) {
  return (
    <DatePicker
      className="field"
      value={value === '' ? null : parseDate(value)}
      onChange={(date: CalendarDate | null) => onChange(date?.toString() ?? '')}
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
