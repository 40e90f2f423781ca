/** The next nights of one apartment in a line: letter, pattern and colour for the eye, counts for a screen reader. */
import { type CalendarModel, calendarModel } from '../../../../src/client/index.ts';
import { dateOf, weekdayOf } from '../../../../src/protocol/nights.ts';
import { nightsText, shortDate } from '../../format.ts';
import { t } from '../../texts/index.ts';
import { isolated } from '../../texts/isolated.ts';
import { countNights } from './coming.ts';

export function NightStrip({
  name,
  calendar,
  weekendDays,
  from,
  nights,
}: {
  name: string;
  calendar: CalendarModel | undefined;
  /** ISO weekdays. */
  weekendDays: readonly number[];
  /** Night number. */
  from: number;
  nights: number;
}) {
  const says = t.hosting.list;
  const counts = countNights(calendar, from, nights);
  const label =
    counts === undefined
      ? says.stripLoading
      : says.strip(
          nightsText(counts.booked),
          nightsText(counts.held),
          nightsText(counts.blocked),
          nightsText(counts.free),
        );
  return (
    <div className="strip" role="img" aria-label={`${says.nights(isolated(name))}. ${label}`}>
      {Array.from({ length: nights }, (_, at) => {
        const night = from + at;
        const status =
          counts === undefined || calendar === undefined
            ? 'unknown'
            : (calendarModel.nightAt(calendar, night)?.status ?? 'free');
        return (
          <span
            key={night}
            data-state={status}
            data-weekend={weekendDays.includes(weekdayOf(night)) || undefined}
            title={
              status === 'unknown' ? undefined : `${shortDate(dateOf(night))}: ${t.common.status[status]}`
            }
          >
            {status === 'unknown' || status === 'free' ? '' : t.hosting.calendar.marks[status]}
          </span>
        );
      })}
    </div>
  );
}
