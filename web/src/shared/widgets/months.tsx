/** The months of a calendar that opens under a date. Part of a Calendar or RangeCalendar of as many. */
import { Button, CalendarCell, CalendarGrid, CalendarHeading } from 'react-aria-components';
import { t } from '../../texts/index.ts';
import '../../styles/months.css';

/** A letter on a day, and the state that it is styled by. */
export type MarkOf = (date: string) => { readonly state: string; readonly letter: string } | undefined;

export function Months({ count = 1, markOf }: { count?: number; markOf?: MarkOf | undefined }) {
  const says = t.common.calendar;
  return (
    <>
      <header className="dates-months-head">
        <Button slot="previous" className="quiet" aria-label={says.previousMonth}>
          ‹
        </Button>
        {Array.from({ length: count }, (_, offset) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a month is its place.
          <CalendarHeading key={offset} offset={{ months: offset }} className="dates-months-name" />
        ))}
        <Button slot="next" className="quiet" aria-label={says.nextMonth}>
          ›
        </Button>
      </header>
      <div className="dates-months-grids">
        {Array.from({ length: count }, (_, offset) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: as above.
          <CalendarGrid key={offset} offset={{ months: offset }} className="dates-month" weekdayStyle="short">
            {(date) => <Day date={date} mark={markOf?.(date.toString())} />}
          </CalendarGrid>
        ))}
      </div>
    </>
  );
}

function Day({ date, mark }: { date: Parameters<typeof CalendarCell>[0]['date']; mark: ReturnType<MarkOf> }) {
  if (mark === undefined) return <CalendarCell date={date} className="dates-day" />;
  return (
    <CalendarCell date={date} className="dates-day" data-state={mark.state}>
      {({ formattedDate }) => (
        <>
          {formattedDate}
          <sub>{mark.letter}</sub>
        </>
      )}
    </CalendarCell>
  );
}
