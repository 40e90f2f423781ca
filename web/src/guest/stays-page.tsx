/** What the guest holds and has booked, on whatever page or device it was made. */
import { useRef } from 'react';
import type { Booking } from '../../../src/client/index.ts';
import { todayIn } from '../format.ts';
import { Link } from '../router.tsx';
import { useTimeZones } from '../shared/live/apartments.ts';
import { client, useWho } from '../shared/live/client.ts';
import { isOpenHold, useMyStays } from '../shared/live/my-stays.ts';
import { t } from '../texts/index.ts';
import { useBookingHistory } from './booked/booking-history.ts';
import { useFocusKept } from './booked/focus-kept.ts';
import { sortedStays } from './booked/sorted-stays.ts';
import { BookedRow, HeldRow } from './booked/stay-rows.tsx';
import '../styles/stays.css';

export function StaysPage() {
  const { loaded, holds } = useMyStays();
  const history = useBookingHistory();
  const who = useWho();
  const open = holds.filter(isOpenHold);
  const zoneOf = useTimeZones(history.bookings);
  const { coming, past, cancelled } = sortedStays(history.bookings, (apartmentId) =>
    todayIn(zoneOf(apartmentId), client.clock.nowMs()),
  );
  const title = useRef<HTMLHeadingElement>(null);
  useFocusKept(title, open.length + coming.length);
  const says = t.stays;
  const isLoading = who !== undefined && !(loaded && history.loaded);
  const isEmpty = open.length === 0 && history.bookings.length === 0;

  return (
    <section className="narrow stays">
      <h1 ref={title} tabIndex={-1}>
        {says.title}
      </h1>
      {isEmpty && isLoading && <RowSkeletons />}
      {isEmpty && !isLoading && (
        <div className="empty">
          <h2>{says.none}</h2>
          <p>
            <Link href="/">{says.noneFind}</Link> {says.noneBecause}
          </p>
        </div>
      )}
      {open.length > 0 && (
        <section aria-labelledby="held">
          <h2 id="held">{says.held}</h2>
          <ul className="rows">
            {open.map((hold) => (
              <HeldRow key={hold.id} hold={hold} />
            ))}
          </ul>
        </section>
      )}
      <Bookings id="coming" title={says.coming} bookings={coming} />
      <Bookings id="past" title={says.past} bookings={past} />
      <Bookings id="cancelled" title={says.cancelledStays} bookings={cancelled} />
      {history.error !== undefined && <p className="notice">{says.historyFailed}</p>}
      {history.earlier !== undefined && (
        <button type="button" className="quiet more" onClick={history.earlier}>
          {says.earlier}
        </button>
      )}
      {who?.anonymous === true && (
        <p className="muted small">
          {says.anonymous} <Link href="/sign-in?new=1&next=/stays">{says.signUp}</Link> {says.anonymousSince}
        </p>
      )}
    </section>
  );
}

function Bookings({ id, title, bookings }: { id: string; title: string; bookings: readonly Booking[] }) {
  if (bookings.length === 0) return null;
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <ul className="rows">
        {bookings.map((booking) => (
          <BookedRow key={booking.id} booking={booking} />
        ))}
      </ul>
    </section>
  );
}

function RowSkeletons() {
  return (
    <>
      <p className="unseen" role="status">
        {t.common.loading}
      </p>
      <ul className="rows" aria-hidden="true">
        {['a', 'b', 'c'].map((key) => (
          <li key={key} className="row skeleton" />
        ))}
      </ul>
    </>
  );
}
