/** A hold and a booking, each as a row of a list: what, when, and what can be done with it. */
import { useState } from 'react';
import type { Booking, Hold } from '../../../../src/client/index.ts';
import type { ErrorBody } from '../../../../src/protocol/errors.ts';
import { guestsText, money, readersTimeZone, stayText } from '../../format.ts';
import { addressOf, Link } from '../../router.tsx';
import { announce } from '../../shared/live/announce.ts';
import { useApartment } from '../../shared/live/apartments.ts';
import { client, useOffline } from '../../shared/live/client.ts';
import { keepHold } from '../../shared/live/my-stays.ts';
import { Refusal } from '../../shared/refusal.tsx';
import { t } from '../../texts/index.ts';
import { isolated } from '../../texts/isolated.ts';
import { Countdown } from '../hold/countdown.tsx';
import { Facade } from '../stay/facade.tsx';
import { CancelStay, refundText } from './cancel-stay.tsx';
import { mayCancel } from './cancellation.ts';

export function HeldRow({ hold }: { hold: Hold }) {
  const isOffline = useOffline();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorBody>();
  const { apartmentId, id: holdId, checkIn, checkOut, guests, quote } = hold;
  const { name, city } = useNamed(apartmentId);
  const href = addressOf(`/apartments/${apartmentId}`, { checkIn, checkOut, guests });
  const isPaying = hold.status === 'confirming';
  const says = t.stays;

  const release = async () => {
    if (isBusy) return;
    setBusy(true);
    setError(undefined);
    const outcome = await client.release({ apartmentId, holdId });
    setBusy(false);
    if (outcome.ok) {
      keepHold(outcome.data.hold);
      announce(says.released(isolated(name)));
    } else {
      setError(outcome.error);
    }
  };

  return (
    <li className="row" data-hold={holdId}>
      <Facade apartmentId={apartmentId} />
      <div className="row-text">
        <Title name={name} city={city} href={href} />
        <p>{stayText(checkIn, checkOut)}</p>
        <p>
          {guestsText(guests)} · {money(quote.totalMinor, quote.currency)}
        </p>
        <p className="row-time" role={isPaying ? 'status' : undefined}>
          {isPaying ? says.paying : says.yoursFor}{' '}
          <Countdown expiresAt={hold.expiresAt} of={isolated(name)} isSuspended={isPaying} />
        </p>
        {error !== undefined && <Refusal error={error} />}
      </div>
      <div className="row-actions">
        <Link
          className={isPaying ? 'button quiet' : 'button primary'}
          href={href}
          aria-label={isPaying ? says.lookAt(isolated(name)) : says.bookAt(isolated(name))}
        >
          {isPaying ? says.look : says.book}
        </Link>
        <button
          type="button"
          className="quiet"
          disabled={isOffline || isPaying}
          aria-disabled={isBusy}
          aria-label={says.releaseAt(isolated(name))}
          onClick={() => void release()}
        >
          {isBusy ? says.releasing : says.release}
        </button>
      </div>
    </li>
  );
}

export function BookedRow({ booking }: { booking: Booking }) {
  const { apartmentId, id: bookingId, price, checkIn, checkOut, guests, status } = booking;
  const { name, city, timeZone } = useNamed(apartmentId);
  const href = `/bookings/${bookingId}`;
  return (
    <li className="row" data-booking={bookingId} data-status={status}>
      <Facade apartmentId={apartmentId} />
      <div className="row-text">
        <Title name={name} city={city} href={href} />
        <p>{stayText(checkIn, checkOut)}</p>
        <p>
          {guestsText(guests)} · {money(price.totalMinor, price.currency)}
        </p>
        {status === 'cancelled' && (
          <p className="muted small">
            {t.stays.booking.cancelled} · {refundText(booking)}
          </p>
        )}
      </div>
      <div className="row-actions">
        {mayCancel(booking, timeZone, client.clock.nowMs()) && <CancelStay booking={booking} name={name} />}
      </div>
    </li>
  );
}

function Title({ name, city, href }: { name: string; city: string | undefined; href: string }) {
  return (
    <h3>
      <Link href={href}>
        <bdi>{name}</bdi>
      </Link>
      {city !== undefined && (
        <span className="muted">
          {' '}
          · <bdi>{city}</bdi>
        </span>
      )}
    </h3>
  );
}

function useNamed(apartmentId: string): { name: string; city: string | undefined; timeZone: string } {
  const details = useApartment(apartmentId);
  return details?.ok === true
    ? { name: details.data.name, city: details.data.city, timeZone: details.data.terms.timeZone }
    : { name: t.stays.apartment, city: undefined, timeZone: readersTimeZone() };
}
