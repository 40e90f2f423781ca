/**
 * The months of an apartment, live: React Aria's range calendar, whose days say what they are and whose line below
 * says why.
 *
 * Two things are not as React Aria has them. `allowsNonContiguousRanges` is on, although no range ever spans a
 * taken night (`isDateUnavailable` sees to it): off, React Aria takes the focus away from every day beyond the
 * first taken one, and calls the days of a minimum stay the end of the range, so that nobody could learn why. And
 * a cell has no property for its label and description, so `render` puts them on.
 */
import { type CalendarDate, endOfMonth, parseDate } from '@internationalized/date';
import { useId, useMemo, useRef, useState } from 'react';
import {
  Button,
  CalendarCell,
  CalendarGrid,
  CalendarGridBody,
  CalendarGridHeader,
  CalendarHeaderCell,
  CalendarHeading,
  RangeCalendar,
} from 'react-aria-components';
import { dateOf, nightOf } from '../../../../src/protocol/nights.ts';
import type { Party } from '../../../../src/protocol/party.ts';
import { useMedia } from '../../shared/use-media.ts';
import { t } from '../../texts/index.ts';
import type { Openings } from '../stay/openings.ts';
import { begunIn, type Chosen, chooseDay, meaningOf } from '../stay/selection.ts';
import { PLACES } from '../stay/stay-bar.tsx';
import { CalendarAnchor } from './calendar-anchor.ts';
import { CalendarLegend } from './calendar-legend.tsx';
import { DayLine } from './day-line.tsx';
import { type Day, dayOf } from './day-of.ts';
import { dayLabel, dayMark } from './day-text.ts';
import '../../styles/calendar.css';

export function StayCalendar({
  openings,
  chosen,
  party,
  month,
  isLive,
  onChoose,
  onMonth,
}: {
  openings: Openings;
  chosen: Chosen;
  /** For whom prices are told. */
  party: Party;
  /** The first one in view to begin with, such as `2027-03`. */
  month: string;
  /** The server tells of each change; otherwise the days may be out of date. */
  isLive: boolean;
  onChoose: (chosen: Chosen) => void;
  onMonth: (month: string) => void;
}) {
  const says = t.apartment.calendar;
  const months = useMedia('(max-width: 40rem)') ? 1 : 2;
  const lineId = useId();
  const [looked, setLooked] = useState<string>();
  const focused = useRef<string>(undefined);
  const { today, terms } = openings;
  const begun = begunIn(chosen);
  const { checkIn, checkOut } = chosen;
  const range = useMemo(
    () =>
      checkIn === '' || checkOut === '' ? null : { start: parseDate(checkIn), end: parseDate(checkOut) },
    [checkIn, checkOut],
  );
  const first = parseDate(dateOf(today));
  const [begins] = useState(() => {
    const isShown = checkIn.startsWith(month);
    return isShown ? parseDate(checkIn) : parseDate(`${month}-01`);
  });

  const choose = (date: string) => {
    const next = chooseDay(openings, chosen, date);
    if (next !== chosen) onChoose(next);
  };

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a key that looks at a day moves the focus to it.
    // biome-ignore lint/a11y/noStaticElementInteractions: what the days inside hear comes by here.
    <div
      className="calendar"
      id={PLACES.nights}
      data-live={isLive}
      onPointerOver={({ target }) => setLooked(dateAt(target) ?? focused.current)}
      onPointerLeave={() => setLooked(focused.current)}
      // A finger is over no day once it is lifted: what it has touched stays told.
      onClick={({ target }) => setLooked(dateAt(target) ?? focused.current)}
      onFocus={({ target }) => {
        focused.current = dateAt(target);
        setLooked(focused.current);
      }}
      onBlur={() => {
        focused.current = undefined;
        setLooked(undefined);
      }}
      onKeyDownCapture={({ key }) => {
        if (key === 'Escape' && begun !== undefined) onChoose({ checkIn: '', checkOut: '' });
      }}
    >
      {!isLive && (
        <p className="notice" role="status">
          {says.notLive}
        </p>
      )}
      <RangeCalendar
        className="range"
        aria-label={says.label}
        visibleDuration={{ months }}
        pageBehavior="single"
        selectionAlignment="start"
        commitBehavior="reset"
        allowsNonContiguousRanges
        defaultFocusedValue={begins}
        minValue={first}
        maxValue={endOfMonth(first.add({ days: terms.horizonNights }))}
        value={range}
        isDateUnavailable={(date, anchor) => {
          const night = nightOf(date.toString());
          const from = anchor === null ? undefined : nightOf(anchor.toString());
          // The end of what is chosen may be another guest's arrival day: it is no mistake.
          if (anchor === null && date.toString() === checkOut) return false;
          return meaningOf(openings, from, night).is === 'nothing';
        }}
        onChange={({ start, end }) => {
          const [from, to] = [start.toString(), end.toString()];
          if (begun !== undefined) choose(from === checkIn ? to : from);
          // An end of the chosen stay was dragged.
          else if (openings.obstacleTo({ from: nightOf(from), to: nightOf(to) }, 1) === undefined) {
            onChoose({ checkIn: from, checkOut: to });
          }
        }}
      >
        <CalendarAnchor
          chosen={chosen}
          onBegin={(date) => {
            const isArrival = meaningOf(openings, undefined, nightOf(date)).is === 'arrive';
            if (isArrival) onChoose({ checkIn: date, checkOut: '' });
          }}
          onMonth={onMonth}
        />
        <div className="calendar-bar">
          <Button slot="previous" className="quiet">
            ←
          </Button>
          <Button slot="next" className="quiet">
            →
          </Button>
        </div>
        <div className="months">
          {Array.from({ length: months }, (_, offset) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a month is its place beside the other.
            <div className="month" key={offset}>
              <CalendarHeading offset={{ months: offset }} className="month-name" />
              <CalendarGrid offset={{ months: offset }} weekdayStyle="short">
                <CalendarGridHeader>
                  {(weekday) => <CalendarHeaderCell>{weekday}</CalendarHeaderCell>}
                </CalendarGridHeader>
                <CalendarGridBody>
                  {(date) => (
                    <DayCell
                      date={date}
                      day={dayOf(openings, chosen, looked, date.toString())}
                      today={today}
                      lineId={date.toString() === looked ? lineId : undefined}
                    />
                  )}
                </CalendarGridBody>
              </CalendarGrid>
            </div>
          ))}
        </div>
      </RangeCalendar>
      <DayLine id={lineId} openings={openings} chosen={chosen} looked={looked} party={party} />
      <CalendarLegend terms={terms} isLeaving={begun !== undefined} />
    </div>
  );
}

function DayCell({
  date,
  day,
  today,
  lineId,
}: {
  date: CalendarDate;
  day: Day;
  today: number;
  /** Of the line that tells of this day, while it does. */
  lineId: string | undefined;
}) {
  return (
    <CalendarCell
      date={date}
      className="day"
      data-date={day.date}
      data-state={day.state}
      data-checkout-only={day.checkOutOnly || undefined}
      data-limit={day.limit}
      data-end={day.end?.is}
      data-part={day.part}
      data-choosable={day.choosable || undefined}
      render={(props, { isOutsideMonth }) =>
        isOutsideMonth ? (
          // The same day stands in its own month: here it only keeps its place in the week.
          <div {...props} className="outside" data-date={undefined} hidden />
        ) : (
          // biome-ignore lint/a11y/useAriaPropsSupportedByRole: the role, a button's, is among `props`.
          <div
            {...props}
            aria-label={dayLabel(day, today)}
            aria-describedby={[props['aria-describedby'], lineId].filter(Boolean).join(' ') || undefined}
          />
        )
      }
    >
      <span className="day-number">{date.day}</span>
      {/* Drawn by the style sheet: the name says it in full, and need not repeat the mark word for word. */}
      <span className="day-mark" aria-hidden="true" data-mark={dayMark(day)} />
    </CalendarCell>
  );
}

function dateAt(target: EventTarget): string | undefined {
  const day = target instanceof Element ? target.closest<HTMLElement>('.day') : null;
  return day?.dataset.date;
}
