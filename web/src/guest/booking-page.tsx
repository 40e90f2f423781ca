/** One booking: the confirmation when it is new, and later everything that was agreed. */
import { useRef } from 'react';
import type { Apartment, Booking } from '../../../src/client/index.ts';
import type { ErrorBody } from '../../../src/protocol/errors.ts';
import { nightOf } from '../../../src/protocol/nights.ts';
import { guestsText, longDate, momentText, nightsText, readersTimeZone, todayIn } from '../format.ts';
import { addressOf, Link, useAddress } from '../router.tsx';
import { useApartment } from '../shared/live/apartments.ts';
import { client, useOffline, useWho } from '../shared/live/client.ts';
import { Refusal } from '../shared/refusal.tsx';
import { t } from '../texts/index.ts';
import { isolated } from '../texts/isolated.ts';
import { useBooking } from './booked/booking-history.ts';
import { CancelStay, refundText } from './booked/cancel-stay.tsx';
import { mayCancel } from './booked/cancellation.ts';
import { useFocusKept } from './booked/focus-kept.ts';
import { IcsButton } from './booked/ics-button.tsx';
import { Facade } from './stay/facade.tsx';
import { PolicyText } from './stay/policy-text.tsx';
import { QuoteLines } from './stay/quote-lines.tsx';
import '../styles/stays.css';

export function BookingPage({ bookingId }: { bookingId: string }) {
  const outcome = useBooking(bookingId);
  if (outcome === undefined) {
    return (
      <section className="narrow" aria-busy="true">
        <p role="status">{t.common.loading}</p>
        <div className="panel skeleton" />
      </section>
    );
  }
  return outcome.ok ? (
    <Booked booking={outcome.data} />
  ) : (
    <NotShown bookingId={bookingId} error={outcome.error} />
  );
}

function Booked({ booking }: { booking: Booking }) {
  const details = useApartment(booking.apartmentId);
  const apartment = details?.ok === true ? details.data : undefined;
  const isNew = useAddress().query.has('new') && booking.status === 'confirmed';
  const says = t.stays.booking;
  const name = apartment?.name ?? t.stays.apartment;
  const timeZone = apartment?.terms.timeZone ?? readersTimeZone();
  const nowMs = client.clock.nowMs();
  const isPast = booking.checkOut < todayIn(timeZone, nowMs);
  const isCancellable = mayCancel(booking, timeZone, nowMs);
  const title = useRef<HTMLHeadingElement>(null);
  useFocusKept(title, isCancellable ? 1 : 0);
  const state = booking.status === 'cancelled' ? 'cancelled' : isPast ? 'past' : 'confirmed';
  return (
    <article className="booking" data-booking={booking.id} data-status={booking.status}>
      {isNew && (
        <div className="booked-new" role="status">
          <svg viewBox="0 0 24 24" width="28" height="28" aria-hidden="true" focusable="false">
            <path d="M4 12.5 9.5 18 20 6.5" />
          </svg>
          <div>
            <strong>{says.isNew}</strong>
            <p>{says.isNewBecause(booking.guest.email)}</p>
          </div>
        </div>
      )}
      <header className="booking-head">
        <Facade apartmentId={booking.apartmentId} />
        <div>
          <p className="state" data-state={state}>
            {says[state]}
            {state === 'cancelled' && ` · ${refundText(booking)}`}
          </p>
          <h1 ref={title} tabIndex={-1}>
            <bdi>{name}</bdi>
          </h1>
          {apartment !== undefined && (
            <p className="muted">{says.place(isolated(apartment.city), isolated(apartment.country))}</p>
          )}
        </div>
      </header>
      <div className="booking-columns">
        <div>
          <WhenAndWho booking={booking} timeZone={apartment?.terms.timeZone} />
          <section>
            <h2>{says.policy}</h2>
            <p>
              {apartment === undefined ? (
                t.common.policy.inWords[booking.policy]
              ) : (
                <PolicyText policy={booking.policy} checkIn={booking.checkIn} timeZone={timeZone} />
              )}
            </p>
          </section>
        </div>
        <aside className="panel">
          <h2>{says.price}</h2>
          <QuoteLines quote={booking.price} />
          <div className="booking-actions">
            {state === 'confirmed' && apartment !== undefined && (
              <IcsButton booking={booking} apartment={apartment} />
            )}
            <Link className="button quiet" href={`/apartments/${booking.apartmentId}`}>
              {says.apartment}
            </Link>
            {isCancellable && <CancelStay booking={booking} name={name} />}
          </div>
        </aside>
      </div>
      <p>
        <Link href="/stays">{says.all}</Link>
      </p>
    </article>
  );
}

function WhenAndWho({
  booking,
  timeZone,
}: {
  booking: Booking;
  timeZone: Apartment['terms']['timeZone'] | undefined;
}) {
  const says = t.stays.booking;
  const { checkIn, checkOut } = booking;
  return (
    <>
      <div className="when">
        <Day label={t.common.fields.checkIn} date={checkIn} />
        <Day label={t.common.fields.checkOut} date={checkOut} />
      </div>
      <p className="muted small">
        {nightsText(nightOf(checkOut) - nightOf(checkIn))}
        {timeZone !== undefined && <> · {says.localTime(timeZone)}</>}
      </p>
      <dl className="facts">
        <dt>{says.who}</dt>
        <dd>{says.guest(isolated(booking.guest.name), guestsText(booking.guests))}</dd>
        <dt>{says.number}</dt>
        <dd>
          <code>{booking.id}</code>
        </dd>
        <dt>{says.bookedOn}</dt>
        <dd>{momentText(booking.createdAt)}</dd>
        {booking.cancelledAt !== undefined && (
          <>
            <dt>{says.cancelledOn}</dt>
            <dd>{momentText(booking.cancelledAt)}</dd>
          </>
        )}
      </dl>
    </>
  );
}

function Day({ label, date }: { label: string; date: string }) {
  return (
    <p>
      <span className="muted small">{label}</span>
      <time dateTime={date}>{longDate(date)}</time>
    </p>
  );
}

function NotShown({ bookingId, error }: { bookingId: string; error: ErrorBody }) {
  const who = useWho();
  const isOffline = useOffline();
  const says = t.stays.booking;
  const isUnknown =
    error.code === 'not_found' || error.code === 'unauthenticated' || error.code === 'forbidden';
  return (
    <section className="narrow">
      <h1>{isUnknown ? says.notFound : says.unreachable}</h1>
      {isUnknown ? <p>{says.notFoundBecause}</p> : !isOffline && <Refusal error={error} />}
      <div className="actions">
        {isUnknown && who?.anonymous !== false && (
          <Link className="button primary" href={addressOf('/sign-in', { next: `/bookings/${bookingId}` })}>
            {says.signIn}
          </Link>
        )}
        <Link className="button quiet" href="/stays">
          {says.all}
        </Link>
      </div>
    </section>
  );
}
