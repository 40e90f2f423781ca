/** A date, typed by its parts or chosen in a calendar. */
import { type CalendarDate, parseDate } from '@internationalized/date';
import {
  Button,
  Calendar,
  CalendarCell,
  CalendarGrid,
  DateInput,
  DatePicker,
  DateSegment,
  Dialog,
  Group,
  Heading,
  Label,
  Popover,
} from 'react-aria-components';
import { t } from '../texts/index.ts';

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
      className="field chart-date"
      value={value === '' ? null : parseDate(value)}
      onChange={(date: CalendarDate | null) => onChange(date?.toString() ?? '')}
    >
      <Label>{label}</Label>
      <Group className="chart-date-group">
        <DateInput className="chart-date-input">{(segment) => <DateSegment segment={segment} />}</DateInput>
        <Button aria-label={t.chart.calendarOf}>▾</Button>
      </Group>
      <Popover className="chart-popover">
        <Dialog aria-label={t.chart.calendarOf}>
          <Calendar className="chart-date-calendar">
            <header>
              <Button slot="previous" aria-label={t.chart.earlier}>
                ‹
              </Button>
              <Heading />
              <Button slot="next" aria-label={t.chart.later}>
                ›
              </Button>
            </header>
            <CalendarGrid>{(date) => <CalendarCell date={date} />}</CalendarGrid>
          </Calendar>
        </Dialog>
      </Popover>
    </DatePicker>
  );
}
