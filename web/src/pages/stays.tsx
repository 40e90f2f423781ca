/** What the guest holds and has booked, on whatever page or device it was made. */
import { useRef, useState } from 'react';
import type { Booking, Hold } from '../../../src/client/index.ts';
import type { ErrorBody } from '../../../src/protocol/errors.ts';
import { guestsText, money, stayText } from '../format.ts';
import { useApartment } from '../live/apartments.ts';
import { client, useOffline, useWho } from '../live/client.ts';
import { isOpenHold, keepBooking, keepHold, useMyStays } from '../live/my-stays.ts';
import { Countdown } from '../parts/countdown.tsx';
import { Facade } from '../parts/facade.tsx';
import { Refusal } from '../parts/refusal.tsx';
import { addressOf, Link } from '../router.tsx';

export function StaysPage() {
  const { loaded, holds, bookings } = useMyStays();
  const who = useWho();
  const open = holds.filter(isOpenHold);
  if (!loaded && who !== undefined) {
    return (
      <section className="narrow">
        <h1>My stays</h1>
        <p role="status">Loading …</p>
      </section>
    );
  }
  return (
    <section className="narrow stays">
      <h1>My stays</h1>
      {open.length === 0 && bookings.length === 0 && (
        <div className="empty">
          <h2>Nothing held, nothing booked</h2>
          <p>
            <Link href="/">Find a stay</Link> and hold it: it shows up here, on every device you are signed in
            on.
          </p>
        </div>
      )}
      {open.length > 0 && (
        <section aria-labelledby="holds">
          <h2 id="holds">Held</h2>
          <ul className="rows">
            {open.map((hold) => (
              <HeldRow key={hold.id} hold={hold} />
            ))}
          </ul>
        </section>
      )}
      {bookings.length > 0 && (
        <section aria-labelledby="bookings">
          <h2 id="bookings">Booked</h2>
          <ul className="rows">
            {bookings.map((booking) => (
              <BookedRow key={booking.id} booking={booking} />
            ))}
          </ul>
        </section>
      )}
      {who?.anonymous === true && (
        <p className="muted small">
          You are a guest without an account: these stays belong to this browser.{' '}
          <Link href="/sign-in?new=1&next=/stays">Sign up</Link> before your next hold to have them
          everywhere.
        </p>
      )}
    </section>
  );
}

function Title({ apartmentId, href }: { apartmentId: string; href: string }) {
  const details = useApartment(apartmentId);
  return (
    <h3>
      <Link href={href}>{details?.ok === true ? details.data.name : 'Apartment'}</Link>
      {details?.ok === true && <span className="muted"> · {details.data.city}</span>}
    </h3>
  );
}

function HeldRow({ hold }: { hold: Hold }) {
  const { busy, error, act } = useAction();
  const offline = useOffline();
  const { apartmentId, id: holdId, checkIn, checkOut, guests, quote } = hold;
  const href = addressOf(`/apartments/${apartmentId}`, { checkIn, checkOut, guests });
  const release = () =>
    act(async () => {
      const outcome = await client.release({ apartmentId, holdId });
      if (outcome.ok) keepHold(outcome.data.hold);
      return outcome;
    });
  return (
    <li className="row" data-hold={holdId}>
      <Facade apartmentId={apartmentId} />
      <div>
        <Title apartmentId={apartmentId} href={href} />
        <p>
          {stayText(checkIn, checkOut)} · {guestsText(guests)} · {money(quote.totalMinor, quote.currency)}
        </p>
        {hold.status === 'confirming' ? (
          <p role="status">Paying …</p>
        ) : (
          <p>
            Yours for <Countdown expiresAt={hold.expiresAt} />
          </p>
        )}
        {error !== undefined && <Refusal error={error} />}
      </div>
      <div className="row-actions">
        <Link className="button primary" href={href}>
          Book it
        </Link>
        <button
          type="button"
          className="quiet"
          disabled={busy || offline || hold.status === 'confirming'}
          onClick={release}
        >
          Release
        </button>
      </div>
    </li>
  );
}

function BookedRow({ booking }: { booking: Booking }) {
  const { busy, error, act } = useAction();
  const offline = useOffline();
  const dialog = useRef<HTMLDialogElement>(null);
  const { apartmentId, id: bookingId, price, refund } = booking;
  const cancel = () =>
    act(async () => {
      dialog.current?.close();
      const outcome = await client.cancel({ apartmentId, bookingId });
      if (outcome.ok) keepBooking(outcome.data.booking);
      return outcome;
    });
  return (
    <li className="row" data-booking={bookingId} data-status={booking.status}>
      <Facade apartmentId={apartmentId} />
      <div>
        <Title apartmentId={apartmentId} href={`/apartments/${apartmentId}`} />
        <p>
          {stayText(booking.checkIn, booking.checkOut)} · {guestsText(booking.guests)} ·{' '}
          {money(price.totalMinor, price.currency)}
        </p>
        <p className="muted small">
          {booking.status === 'confirmed' ? 'Booked' : 'Cancelled'} for {booking.guest.name} · number{' '}
          <code>{bookingId}</code>
          {refund !== undefined && <> · {money(refund.amountMinor, refund.currency)} refunded</>}
        </p>
        {error !== undefined && <Refusal error={error} />}
      </div>
      {booking.status === 'confirmed' && (
        <div className="row-actions">
          <button
            type="button"
            className="quiet"
            disabled={busy || offline}
            onClick={() => dialog.current?.showModal()}
          >
            {busy ? 'Cancelling …' : 'Cancel'}
          </button>
          <dialog ref={dialog} aria-labelledby={`cancel-${bookingId}`}>
            <h2 id={`cancel-${bookingId}`}>Cancel this stay?</h2>
            <p>
              {stayText(booking.checkIn, booking.checkOut)}. What is refunded follows the apartment's
              cancellation policy as it was when you booked.
            </p>
            <div className="actions">
              <button type="button" className="danger" onClick={cancel}>
                Cancel the stay
              </button>
              <button type="button" className="quiet" onClick={() => dialog.current?.close()}>
                Keep it
              </button>
            </div>
          </dialog>
        </div>
      )}
    </li>
  );
}

/** One command at a time, and what came of the last. */
function useAction() {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorBody>();
  const act = async (work: () => Promise<{ ok: true } | { ok: false; error: ErrorBody }>) => {
    setBusy(true);
    setError(undefined);
    const outcome = await work();
    if (!outcome.ok) setError(outcome.error);
    setBusy(false);
  };
  return { busy, error, act: (work: Parameters<typeof act>[0]) => void act(work) };
}
