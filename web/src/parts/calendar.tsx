/**
 * Two months of an apartment, live. Each day is a button of a grid: arrow keys move by day and week, Page Up and
 * Page Down by month, Home and End within the week (ARIA Authoring Practices, grid pattern).
 */
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { dateOf, nightOf, weekdayOf } from '../../../src/protocol/nights.ts';
import { longDate, monthName } from '../format.ts';
import type { NightState } from '../live/selection.ts';

export interface Day {
  readonly state: NightState;
  /** A stay may end here although the night is taken. */
  readonly checkOutOnly: boolean;
}

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const STATE_TEXT: Record<NightState, string> = {
  free: 'free',
  mine: 'held by you',
  'my-booking': 'booked by you',
  held: 'held by someone',
  booked: 'booked',
  blocked: 'closed',
  past: 'not bookable',
  unknown: 'loading',
};
const MARKS: Partial<Record<NightState, string>> = {
  mine: 'yours',
  'my-booking': 'yours',
  held: 'held',
  booked: 'booked',
  blocked: 'closed',
};

export function StayCalendar({
  month,
  firstMonth,
  lastMonth,
  onMonth,
  dayOf,
  chosen,
  onChoose,
}: {
  /** `2027-03`: the left one of the two shown. */
  month: string;
  firstMonth: string;
  lastMonth: string;
  onMonth: (month: string) => void;
  dayOf: (night: number) => Day;
  chosen: { checkIn: string; checkOut: string };
  onChoose: (date: string) => void;
}) {
  const months = [month, plusMonths(month, 1)];
  const from = nightOf(`${month}-01`);
  const to = nightOf(`${plusMonths(month, 2)}-01`);
  const [focused, setFocused] = useState<number>();
  const grid = useRef<HTMLDivElement>(null);
  const moved = useRef(false);
  const start = chosen.checkIn === '' ? from : nightOf(chosen.checkIn);
  const tabStop =
    focused !== undefined && focused >= from && focused < to ? focused : clamp(start, from, to - 1);

  useEffect(() => {
    if (!moved.current) return;
    moved.current = false;
    grid.current?.querySelector<HTMLButtonElement>(`[data-night="${focused}"]`)?.focus();
  }, [focused]);

  const onKeyDown = (event: KeyboardEvent) => {
    const weekday = weekdayOf(tabStop);
    const date = dateOf(tabStop);
    const steps: Record<string, number> = {
      ArrowLeft: -1,
      ArrowRight: 1,
      ArrowUp: -7,
      ArrowDown: 7,
      Home: 1 - weekday,
      End: 7 - weekday,
      PageUp: nightOf(sameDay(date, -1)) - tabStop,
      PageDown: nightOf(sameDay(date, 1)) - tabStop,
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const earliest = nightOf(`${firstMonth}-01`);
    const latest = nightOf(`${plusMonths(lastMonth, 1)}-01`) - 1;
    const next = clamp(tabStop + step, earliest, latest);
    moved.current = true;
    setFocused(next);
    if (next < from) onMonth(plusMonths(month, -1));
    else if (next >= to) onMonth(plusMonths(month, 1));
  };

  return (
    <div className="calendar">
      <div className="calendar-bar">
        <button
          type="button"
          className="quiet"
          aria-label="Earlier months"
          disabled={month <= firstMonth}
          onClick={() => onMonth(plusMonths(month, -1))}
        >
          ←
        </button>
        <button
          type="button"
          className="quiet"
          aria-label="Later months"
          disabled={month >= lastMonth}
          onClick={() => onMonth(plusMonths(month, 1))}
        >
          →
        </button>
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: keys bubble from the day buttons inside. */}
      <div className="months" ref={grid} onKeyDown={onKeyDown}>
        {months.map((one) => (
          <Month key={one} month={one} dayOf={dayOf} chosen={chosen} onChoose={onChoose} tabStop={tabStop} />
        ))}
      </div>
      <Legend />
    </div>
  );
}

function Month({
  month,
  dayOf,
  chosen,
  onChoose,
  tabStop,
}: {
  month: string;
  dayOf: (night: number) => Day;
  chosen: { checkIn: string; checkOut: string };
  onChoose: (date: string) => void;
  tabStop: number;
}) {
  const first = nightOf(`${month}-01`);
  const last = nightOf(`${plusMonths(month, 1)}-01`);
  const weeks: number[] = [];
  for (let monday = first - weekdayOf(first) + 1; monday < last; monday += 7) weeks.push(monday);
  return (
    <table className="month">
      <caption>{monthName(month)}</caption>
      <thead>
        <tr>
          {WEEKDAYS.map((weekday) => (
            <th key={weekday} scope="col">
              {weekday}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeks.map((monday) => (
          <tr key={monday}>
            {WEEKDAYS.map((weekday, i) => {
              const night = monday + i;
              if (night < first || night >= last) return <td key={weekday} />;
              return (
                <td key={weekday}>
                  <DayButton
                    night={night}
                    day={dayOf(night)}
                    chosen={chosen}
                    onChoose={onChoose}
                    tabStop={night === tabStop}
                  />
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function DayButton({
  night,
  day,
  chosen,
  onChoose,
  tabStop,
}: {
  night: number;
  day: Day;
  chosen: { checkIn: string; checkOut: string };
  onChoose: (date: string) => void;
  tabStop: boolean;
}) {
  const date = dateOf(night);
  const { state, checkOutOnly } = day;
  const part =
    date === chosen.checkIn
      ? 'check-in'
      : date === chosen.checkOut
        ? 'check-out'
        : chosen.checkOut !== '' && date > chosen.checkIn && date < chosen.checkOut
          ? 'stay'
          : undefined;
  const said = [
    longDate(date),
    STATE_TEXT[state],
    ...(checkOutOnly ? ['check-out only'] : []),
    ...(part === undefined ? [] : [part === 'stay' ? 'in your stay' : part.replace('-', ' ')]),
  ].join(', ');
  return (
    <button
      type="button"
      className="day"
      data-night={night}
      data-date={date}
      data-state={state}
      data-checkout-only={checkOutOnly || undefined}
      data-part={part}
      aria-label={said}
      aria-pressed={part !== undefined}
      // Taken days keep the focus, so that the keyboard passes over them like the eye does.
      aria-disabled={state === 'past' || (state !== 'free' && state !== 'mine' && !checkOutOnly)}
      tabIndex={tabStop ? 0 : -1}
      onClick={() => {
        if (state !== 'past') onChoose(date);
      }}
    >
      <span className="day-number">{Number(date.slice(8))}</span>
      <span className="day-mark" aria-hidden="true">
        {markOf(day, part)}
      </span>
    </button>
  );
}

/** What happened to a night goes before what was chosen: a taken check-in day says so. */
function markOf({ state, checkOutOnly }: Day, part: string | undefined): string | undefined {
  if (part === 'check-out') return 'out';
  if (part === 'check-in' && (state === 'free' || state === 'mine')) return 'in';
  return checkOutOnly && part === undefined ? 'out only' : MARKS[state];
}

function Legend() {
  const entries: [NightState, string][] = [
    ['free', 'Free'],
    ['mine', 'Yours'],
    ['held', 'Held by someone'],
    ['booked', 'Booked'],
    ['blocked', 'Closed'],
  ];
  return (
    <ul className="legend" aria-label="Legend">
      {entries.map(([state, text]) => (
        <li key={state}>
          <span className="swatch" data-state={state} />
          {text}
        </li>
      ))}
      <li>
        <span className="swatch" data-state="booked" data-checkout-only />
        Check-out only
      </li>
    </ul>
  );
}

/** @param month `2027-03` */
export function plusMonths(month: string, months: number): string {
  const index = Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1 + months;
  return `${Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}`;
}

/** The same day of another month, or its last one. */
function sameDay(date: string, months: number): string {
  const month = plusMonths(date.slice(0, 7), months);
  const last = nightOf(`${plusMonths(month, 1)}-01`) - 1;
  return dateOf(Math.min(nightOf(`${month}-01`) + Number(date.slice(8)) - 1, last));
}

const clamp = (value: number, least: number, most: number) => Math.max(least, Math.min(most, value));
