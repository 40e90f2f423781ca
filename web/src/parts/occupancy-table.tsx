/** Apartments × nights. Rows are drawn again only when their own calendar has moved. */
import { memo, useMemo } from 'react';
import { type CalendarModel, calendarModel } from '../../../src/client/index.ts';
import { dateOf, nightOf, weekdayOf } from '../../../src/protocol/nights.ts';
import { longDate } from '../format.ts';
import { Link } from '../router.tsx';

/** Rows drawn; past it the city filter is the way. */
const ROWS_MAX = 200;
const LETTERS = { held: 'H', booked: 'B', blocked: 'C' } as const;

export function OccupancyTable({
  apartments,
  calendars,
  from,
  nights,
}: {
  apartments: readonly { id: string; name: string; city: string }[];
  calendars: ReadonlyMap<string, CalendarModel>;
  from: string;
  nights: number;
}) {
  const columns = useMemo(() => Array.from({ length: nights }, (_, i) => nightOf(from) + i), [from, nights]);
  return (
    <>
      <div className="table-scroll">
        <table className="occupancy">
          <caption className="unseen">Status of each night: H held, B booked, C closed</caption>
          <thead>
            <tr>
              <th scope="col">Apartment</th>
              {columns.map((night) => (
                <th key={night} scope="col" data-weekend={weekdayOf(night) > 5 || undefined}>
                  <abbr title={longDate(dateOf(night))}>{Number(dateOf(night).slice(8))}</abbr>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {apartments.slice(0, ROWS_MAX).map(({ id, name, city }) => (
              <Row key={id} id={id} name={name} city={city} calendar={calendars.get(id)} columns={columns} />
            ))}
          </tbody>
        </table>
      </div>
      {apartments.length > ROWS_MAX && (
        <p className="muted small">
          The first {ROWS_MAX} of {apartments.length} are shown; choose a city to see others.
        </p>
      )}
    </>
  );
}

const Row = memo(function Row({
  id,
  name,
  city,
  calendar,
  columns,
}: {
  id: string;
  name: string;
  city: string;
  calendar: CalendarModel | undefined;
  columns: readonly number[];
}) {
  return (
    <tr data-apartment={id}>
      <th scope="row">
        <Link href={`/apartments/${id}`}>{name}</Link> <span className="muted">{city}</span>
      </th>
      {columns.map((night) => {
        const status = calendar === undefined ? undefined : calendarModel.nightAt(calendar, night)?.status;
        return (
          <td key={night} data-state={status ?? 'free'} data-night={night}>
            {status === undefined ? '' : LETTERS[status]}
          </td>
        );
      })}
    </tr>
  );
});
