/** Two dates chosen together, by typing or in a calendar that can mark its days. */
import { type CalendarDate, parseDate } from '@internationalized/date';
import type { ReactNode } from 'react';
import {
  Button,
  CalendarCell,
  CalendarGrid,
  DateInput,
  DateRangePicker,
  DateSegment,
  Dialog,
  Group,
  Heading,
  Label,
  Popover,
  RangeCalendar,
} from 'react-aria-components';
import { t } from '../../texts/index.ts';
import { Explained } from './fields.tsx';

export interface DatePair {
  readonly start: string;
  readonly end: string;
}

export function DateRange({
  id,
  label,
  help,
  wrong = [],
  value,
  onChange,
  min,
  max,
  isDisabled = false,
  markOf,
}: {
  id?: string;
  label: string;
  help?: ReactNode;
  wrong?: readonly string[];
  value: DatePair | undefined;
  onChange: (value: DatePair | undefined) => void;
  min?: string;
  max?: string;
  isDisabled?: boolean;
  /** A letter on the day and the state it is styled by. */
  markOf?: (date: string) => { state: string; letter: string } | undefined;
}) {
  const says = t.hosting.pick;
  return (
    <DateRangePicker<CalendarDate>
      className="form-field"
      value={value === undefined ? null : { start: parseDate(value.start), end: parseDate(value.end) }}
      onChange={(range) =>
        onChange(range === null ? undefined : { start: range.start.toString(), end: range.end.toString() })
      }
      isDisabled={isDisabled}
      isInvalid={wrong.length > 0}
      validationBehavior="aria"
      {...(id === undefined ? {} : { id })}
      {...(min === undefined ? {} : { minValue: parseDate(min) })}
      {...(max === undefined ? {} : { maxValue: parseDate(max) })}
    >
      <Label>{label}</Label>
      <Group className="date-group">
        <DateInput slot="start">{(segment) => <DateSegment segment={segment} />}</DateInput>
        <span aria-hidden="true">–</span>
        <DateInput slot="end">{(segment) => <DateSegment segment={segment} />}</DateInput>
        <Button aria-label={says.open} className="pick">
          <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
            <path
              d="M3 5h14v12H3zM3 9h14M7 2.5v4M13 2.5v4"
              fill="none"
              stroke="currentColor"
              strokeWidth="1.6"
            />
          </svg>
        </Button>
      </Group>
      <Explained help={help} wrong={wrong} />
      <Popover className="popover">
        <Dialog className="range-dialog">
          <RangeCalendar>
            <header className="range-header">
              <Button slot="previous" aria-label={says.previous}>
                ‹
              </Button>
              <Heading />
              <Button slot="next" aria-label={says.next}>
                ›
              </Button>
            </header>
            <CalendarGrid>
              {(date) => {
                const mark = markOf?.(date.toString());
                return (
                  <CalendarCell
                    date={date}
                    className="pick-day"
                    {...(mark === undefined ? {} : { 'data-state': mark.state })}
                  >
                    {({ formattedDate }) => (
                      <>
                        {formattedDate}
                        {mark !== undefined && <sub>{mark.letter}</sub>}
                      </>
                    )}
                  </CalendarCell>
                );
              }}
            </CalendarGrid>
          </RangeCalendar>
        </Dialog>
      </Popover>
    </DateRangePicker>
  );
}
