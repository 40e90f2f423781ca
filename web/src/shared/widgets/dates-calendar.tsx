/** Two months to choose a range of dates in; one where there is no room for two. Part of a DateRangePicker. */
import { Button, CalendarCell, CalendarGrid, CalendarHeading, RangeCalendar } from 'react-aria-components';
import { t } from '../../texts/index.ts';

const ROOM_FOR_TWO = '(min-width: 44rem)';

export function DatesCalendar() {
  const months = window.matchMedia(ROOM_FOR_TWO).matches ? 2 : 1;
  const says = t.find;
  return (
    <RangeCalendar className="dates-months" visibleDuration={{ months }}>
      <header className="dates-months-head">
        <Button slot="previous" className="quiet" aria-label={says.previousMonth}>
          ‹
        </Button>
        {Array.from({ length: months }, (_, offset) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a month is its place.
          <CalendarHeading key={offset} offset={{ months: offset }} className="dates-months-name" />
        ))}
        <Button slot="next" className="quiet" aria-label={says.nextMonth}>
          ›
        </Button>
      </header>
      <div className="dates-months-grids">
        {Array.from({ length: months }, (_, offset) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: as above.
          <CalendarGrid key={offset} offset={{ months: offset }} className="dates-month" weekdayStyle="short">
            {(date) => <CalendarCell date={date} className="dates-day" />}
          </CalendarGrid>
        ))}
      </div>
    </RangeCalendar>
  );
}
