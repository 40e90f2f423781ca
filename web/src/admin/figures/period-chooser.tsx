/** Which days the figures are about: one of a few usual periods, or dates of one's own. */
import { type CalendarDate, parseDate } from '@internationalized/date';
import {
  Button,
  CalendarCell,
  CalendarGrid,
  CalendarHeading,
  DateInput,
  DateRangePicker,
  DateSegment,
  Dialog,
  Group,
  Label,
  Popover,
  RangeCalendar,
} from 'react-aria-components';
import { plusDays } from '../../format.ts';
import { Choice } from '../../shared/widgets/choice.tsx';
import { t } from '../../texts/index.ts';
import { type Period, PRESET_NAMES, type Preset } from './period.ts';
import '../../styles/admin-picker.css';

export function PeriodChooser({
  period,
  preset,
  onPreset,
  onPeriod,
}: {
  period: Period;
  /** Undefined where the dates are of one's own. */
  preset: Preset | undefined;
  onPreset: (preset: Preset) => void;
  onPeriod: (period: Period) => void;
}) {
  const says = t.admin.period;
  return (
    <>
      <Choice
        label={says.title}
        options={[
          ...PRESET_NAMES.map((key) => ({ key: key as Preset | 'own', text: says.presets[key] })),
          ...(preset === undefined ? [{ key: 'own' as const, text: says.own }] : []),
        ]}
        value={preset ?? 'own'}
        onChoose={(key) => {
          if (key !== 'own') onPreset(key);
        }}
      />
      <DatesPicker
        label={says.days}
        from={period.from}
        // People name the last day; a period ends with the day after it.
        to={plusDays(period.to, -1)}
        onDates={(from, last) => onPeriod({ from, to: plusDays(last, 1) })}
      />
    </>
  );
}

/** Two dates, typed or chosen in a calendar. */
export function DatesPicker({
  label,
  from,
  to,
  onDates,
}: {
  label: string;
  from: string;
  to: string;
  onDates: (from: string, to: string) => void;
}) {
  return (
    <DateRangePicker
      className="field dates"
      value={{ start: parseDate(from), end: parseDate(to) }}
      onChange={(range) => {
        if (range !== null) onDates(textOf(range.start), textOf(range.end));
      }}
    >
      <Label>{label}</Label>
      <Group className="dates-group">
        <DateInput slot="start" className="dates-input">
          {(segment) => <DateSegment segment={segment} className="dates-segment" />}
        </DateInput>
        <span aria-hidden="true">–</span>
        <DateInput slot="end" className="dates-input">
          {(segment) => <DateSegment segment={segment} className="dates-segment" />}
        </DateInput>
        <Button className="quiet dates-button">
          <span aria-hidden="true">▾</span>
        </Button>
      </Group>
      <Popover className="choice-popover dates-popover">
        <Dialog className="dates-dialog">
          <RangeCalendar>
            <header className="dates-bar">
              <Button slot="previous" className="quiet">
                ←
              </Button>
              <CalendarHeading className="dates-month" />
              <Button slot="next" className="quiet">
                →
              </Button>
            </header>
            <CalendarGrid>{(date) => <CalendarCell date={date} className="dates-day" />}</CalendarGrid>
          </RangeCalendar>
        </Dialog>
      </Popover>
    </DateRangePicker>
  );
}

const textOf = (date: Pick<CalendarDate, 'toString'>): string => date.toString().slice(0, 10);
