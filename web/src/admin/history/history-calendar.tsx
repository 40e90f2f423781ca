/**
 * An apartment's calendar as of one version, to look at: what its last fact has changed is ringed and marked. Any
 * day can be gone to with the keyboard and says what it was.
 */
import { type CalendarDate, parseDate } from '@internationalized/date';
import {
  Button,
  Calendar,
  CalendarCell,
  CalendarGrid,
  CalendarGridBody,
  CalendarGridHeader,
  CalendarHeaderCell,
} from 'react-aria-components';
import { type CalendarModel, calendarModel } from '../../../../src/client/index.ts';
import { nightOf } from '../../../../src/protocol/nights.ts';
import { longDate, momentText, monthName } from '../../format.ts';
import { PHONE } from '../../shared/phone.ts';
import { useMedia } from '../../shared/use-media.ts';
import { t } from '../../texts/index.ts';
import type { NightChange } from './fact-words.ts';
import '../../styles/admin-calendar.css';
import '../../styles/legend.css';

/** Beside each other; on a phone, where they would be a long way down, one. */
const MONTHS = 3;

export function HistoryCalendar({
  calendar,
  changes,
  focused,
  onFocused,
}: {
  calendar: CalendarModel;
  changes: readonly NightChange[];
  /** A date in the months that are shown. */
  focused: string;
  onFocused: (date: string) => void;
}) {
  const says = t.history.calendar;
  const months = useMedia(PHONE) ? 1 : MONTHS;
  return (
    <>
      <Calendar
        aria-label={says.label}
        className="past"
        isReadOnly
        visibleDuration={{ months }}
        pageBehavior="single"
        selectionAlignment="start"
        focusedValue={parseDate(focused)}
        onFocusChange={(date) => onFocused(date.toString())}
      >
        {({ state }) => (
          <>
            <div className="past-bar">
              <Button slot="previous" className="quiet">
                ←
              </Button>
              <Button slot="next" className="quiet">
                →
              </Button>
            </div>
            <div className="past-months">
              {Array.from({ length: months }, (_, i) => {
                const month = state.visibleRange.start.add({ months: i }).toString().slice(0, 7);
                return (
                  <div key={month} className="past-month">
                    <p className="past-name" aria-hidden="true">
                      {monthName(month)}
                    </p>
                    <CalendarGrid offset={{ months: i }} weekdayStyle="short">
                      <CalendarGridHeader>
                        {(day) => <CalendarHeaderCell>{day}</CalendarHeaderCell>}
                      </CalendarGridHeader>
                      <CalendarGridBody>
                        {(date) => <Day date={date} calendar={calendar} changes={changes} />}
                      </CalendarGridBody>
                    </CalendarGrid>
                  </div>
                );
              })}
            </div>
          </>
        )}
      </Calendar>
      <Legend />
    </>
  );
}

function Day({
  date,
  calendar,
  changes,
}: {
  date: CalendarDate;
  calendar: CalendarModel;
  changes: readonly NightChange[];
}) {
  const iso = date.toString();
  const night = calendarModel.nightAt(calendar, nightOf(iso));
  const status = night?.status ?? 'free';
  const change = changes.find(({ from, to }) => iso >= from && iso < to);
  const words = t.common.status;
  const says = t.history.calendar;
  const said = [
    longDate(iso),
    night?.heldUntil === undefined ? words[status] : says.heldUntil(momentText(night.heldUntil)),
    ...(change === undefined
      ? []
      : [change.before === change.after ? says.deadlineMoved : says.was(words[change.before])]),
  ].join(', ');
  return (
    <CalendarCell
      date={date}
      className="past-day"
      render={(props) => (
        // biome-ignore lint/a11y/useAriaPropsSupportedByRole: its role of a button is among the props.
        <div
          {...props}
          aria-label={said}
          data-date={iso}
          data-state={status}
          data-changed={change === undefined ? undefined : true}
        />
      )}
    >
      {({ formattedDate }) => (
        <>
          <span>{formattedDate}</span>
          {/* Written by the style sheet: the name of the day says it in full. */}
          <span className="past-mark" data-mark={says.marks[status]} />
        </>
      )}
    </CalendarCell>
  );
}

function Legend() {
  const says = t.history.calendar;
  return (
    <ul className="legend" aria-label={says.legend}>
      {(['free', 'held', 'booked', 'blocked'] as const).map((state) => (
        <li key={state}>
          <span className="swatch" data-state={state} />
          {t.common.status[state]}
        </li>
      ))}
      <li>
        <span className="swatch" data-changed />
        {says.changed}
      </li>
    </ul>
  );
}
