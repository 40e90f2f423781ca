/** One apartment: what it is, which nights are free right now, and the way from a choice to a booking. */
import { useEffect, useMemo, useState } from 'react';
import { type Apartment, type Booking, calendarModel } from '../../../src/client/index.ts';
import type { ErrorBody } from '../../../src/protocol/errors.ts';
import { dateOf, nightOf } from '../../../src/protocol/nights.ts';
import { guestsText, isDate, money, nightsText, plusDays, stayText, todayIn } from '../format.ts';
import { useApartment } from '../live/apartments.ts';
import { useCalendar } from '../live/calendars.ts';
import { client, useConnection, useOffline } from '../live/client.ts';
import { isOpenHold, keepHold, useMyStays } from '../live/my-stays.ts';
import { checkChosen, chooseDay, nightState } from '../live/selection.ts';
import { StayCalendar } from '../parts/calendar.tsx';
import { Facade } from '../parts/facade.tsx';
import { HoldPanel } from '../parts/hold-panel.tsx';
import { QuoteLines } from '../parts/quote-lines.tsx';
import { Refusal } from '../parts/refusal.tsx';
import { StayInputs, stayOf } from '../parts/stay-form.tsx';
import { addressOf, Link, navigate, useAddress } from '../router.tsx';

export function ApartmentPage({ apartmentId }: { apartmentId: string }) {
  const online = useConnection() === 'online';
  const details = useApartment(apartmentId, online ? 1 : 0);
  if (details === undefined) {
    return (
      <section className="narrow" aria-busy="true">
        <div className="card skeleton" />
        <p role="status">Loading …</p>
      </section>
    );
  }
  if (!details.ok) {
    return (
      <section className="narrow">
        <h1>{details.error.code === 'not_found' ? 'No such apartment' : 'This apartment cannot be shown'}</h1>
        <Refusal error={details.error} />
        <p>
          <Link href="/">Back to all apartments</Link>
        </p>
      </section>
    );
  }
  return <Details apartment={details.data} />;
}

function Details({ apartment }: { apartment: Apartment }) {
  const { terms, id: apartmentId } = apartment;
  const { path, query } = useAddress();
  const today = todayIn(terms.timeZone, client.clock.nowMs());
  const tonight = nightOf(today);
  const lastDay = plusDays(today, terms.horizonNights);
  const stay = useMemo(() => stayOf(query, isDate), [query]);
  const month = query.get('month') ?? (stay.checkIn === '' ? today : stay.checkIn).slice(0, 7);

  // From the day before, so that the first day shown knows whether a stay may end on it.
  const { calendar, error: calendarError } = useCalendar(
    apartmentId,
    plusDays(today, -1),
    plusDays(lastDay, 1),
  );
  const mine = useMyStays();
  const own = useMemo(() => {
    const here = (one: { apartmentId: string }) => one.apartmentId === apartmentId;
    return {
      holds: mine.holds.filter(isOpenHold).filter(here),
      bookings: mine.bookings.filter(({ status }) => status === 'confirmed').filter(here),
    };
  }, [mine, apartmentId]);
  const ended = mine.holds.findLast(
    ({ apartmentId: of, status }) => of === apartmentId && status === 'expired',
  );
  const [booked, setBooked] = useState<Booking>();

  const bookable = { from: tonight, to: tonight + terms.horizonNights };
  const stateOf = (night: number) => nightState(calendar, night, own, bookable);
  const show = (changes: Record<string, string | number>) => {
    const { checkIn, checkOut, guests } = stay;
    navigate(addressOf(path, { checkIn, checkOut, guests, month, ...changes }), 'replace');
  };
  const hold = own.holds.at(-1);

  return (
    <article className="apartment">
      <div className="about">
        <div className="banner">
          <Facade apartmentId={apartmentId} />
        </div>
        <h1>{apartment.name}</h1>
        <p className="muted">
          {apartment.city}, {apartment.country} · sleeps {terms.capacity} · from{' '}
          {money(terms.nightlyMinor, terms.currency)} a night
        </p>
        <p>{apartment.description}</p>
        {apartment.amenities.length > 0 && (
          <ul className="amenities" aria-label="Amenities">
            {apartment.amenities.map((amenity) => (
              <li key={amenity}>{amenity}</li>
            ))}
          </ul>
        )}
        <h2>Nights</h2>
        {calendarError !== undefined && <Refusal error={calendarError} />}
        <StayCalendar
          month={month}
          firstMonth={today.slice(0, 7)}
          lastMonth={lastDay.slice(0, 7)}
          onMonth={(next) => show({ month: next })}
          chosen={stay}
          dayOf={(night) => ({
            state: stateOf(night),
            checkOutOnly:
              calendar !== undefined &&
              stateOf(night) !== 'mine' &&
              night > tonight &&
              calendarModel.isCheckOutOnly(calendar, night),
          })}
          onChoose={(date) => {
            const isTaken = (night: number) => stateOf(night) !== 'free' && stateOf(night) !== 'mine';
            show(chooseDay(stay, date, isTaken));
          }}
        />
        <HouseRules apartment={apartment} today={today} />
      </div>
      <aside className="aside">
        {booked !== undefined && <Booked booking={booked} />}
        {hold !== undefined && <HoldPanel key={hold.id} hold={hold} onBooked={setBooked} />}
        {hold === undefined && ended !== undefined && booked === undefined && (
          <p className="notice" role="status">
            Your hold of {stayText(ended.checkIn, ended.checkOut)} has ended. What you typed is kept: hold
            again if the nights are still free.
          </p>
        )}
        {apartment.status !== 'listed' ? (
          <p className="notice">
            This apartment takes no new stays at the moment. Bookings made before stand.
          </p>
        ) : (
          <Chooser
            apartment={apartment}
            stay={stay}
            today={today}
            tonight={tonight}
            calendar={calendar}
            own={own}
            compact={hold !== undefined}
            onChange={(next) =>
              show({ ...next, ...(next.checkIn === '' ? {} : { month: next.checkIn.slice(0, 7) }) })
            }
            onHeld={() => setBooked(undefined)}
          />
        )}
      </aside>
    </article>
  );
}

function Chooser({
  apartment,
  stay,
  today,
  tonight,
  calendar,
  own,
  compact,
  onChange,
  onHeld,
}: {
  apartment: Apartment;
  stay: { checkIn: string; checkOut: string; guests: number };
  today: string;
  tonight: number;
  calendar: ReturnType<typeof useCalendar>['calendar'];
  own: Parameters<typeof checkChosen>[2];
  /** A hold is shown above: this is for changing it. */
  compact: boolean;
  onChange: (stay: { checkIn: string; checkOut: string; guests: number }) => void;
  onHeld: () => void;
}) {
  const offline = useOffline();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorBody>();
  const { checkIn, checkOut, guests } = stay;
  const chosen = checkIn !== '' && checkOut !== '';
  const check = chosen ? checkChosen(apartment.terms, calendar, own, stay, tonight) : undefined;
  const heldAlready = own.holds.some(
    (hold) => hold.checkIn === checkIn && hold.checkOut === checkOut && hold.guests === guests,
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: a refusal is about the stay it was given for.
  useEffect(() => setError(undefined), [checkIn, checkOut, guests]);

  const hold = async (wanted: { checkIn: string; checkOut: string }) => {
    setBusy(true);
    setError(undefined);
    const { checkIn, checkOut } = wanted;
    const outcome = await client.hold({ apartmentId: apartment.id, checkIn, checkOut, guests });
    if (outcome.ok) {
      keepHold(outcome.data.hold);
      onHeld();
      onChange({ checkIn, checkOut, guests });
    } else {
      setError(outcome.error);
    }
    setBusy(false);
  };

  return (
    <section className="panel chooser" aria-label="Choose a stay">
      <h2>{compact ? 'Other nights?' : 'Your stay'}</h2>
      <div className="stay-inputs">
        <StayInputs stay={stay} today={today} guestsMax={apartment.terms.capacity} onChange={onChange} />
      </div>
      {!chosen && (
        <p className="muted" role="status">
          {checkIn === '' ? 'Choose the day you arrive.' : 'Now choose the day you leave.'}
        </p>
      )}
      {check?.ok === true && !heldAlready && <QuoteLines quote={check.quote} />}
      {check?.ok === false && error === undefined && (
        <p className="reason" id="reason" role="status">
          {check.reason.charAt(0).toUpperCase() + check.reason.slice(1)}.
        </p>
      )}
      {error !== undefined && (
        <Refusal error={error} busy={busy || offline} onAlternative={(stay) => void hold(stay)} />
      )}
      {!heldAlready && (
        <button
          type="button"
          className={compact ? 'quiet' : 'primary'}
          disabled={offline || busy || check?.ok !== true}
          aria-describedby={check?.ok === false ? 'reason' : undefined}
          onClick={() => void hold(stay)}
        >
          {busy ? 'Holding …' : chosen ? `Hold ${nightsText(nightOf(checkOut) - nightOf(checkIn))}` : 'Hold'}
        </button>
      )}
      {heldAlready && <p className="muted small">Choose other dates here to move your hold.</p>}
      {!compact && (
        <p className="muted small">A hold costs nothing. Others see the nights as held until it ends.</p>
      )}
    </section>
  );
}

function Booked({ booking }: { booking: Booking }) {
  return (
    <section className="panel booked" role="status" aria-label="Booked" data-booking={booking.id}>
      <h2>Booked!</h2>
      <p>
        {stayText(booking.checkIn, booking.checkOut)} · {guestsText(booking.guests)}
      </p>
      <p>
        {money(booking.price.totalMinor, booking.price.currency)} paid by {booking.guest.name}. Booking number{' '}
        <code>{booking.id}</code>.
      </p>
      <p>
        <Link href="/stays">See all your stays</Link>
      </p>
    </section>
  );
}

const WEEKDAYS = ['', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const POLICIES = {
  flexible: 'Free cancellation until 24 hours before check-in.',
  moderate: 'Free cancellation until 5 days before check-in, then half is refunded.',
  strict: 'Half is refunded until 7 days before check-in, then nothing.',
} as const;

function HouseRules({ apartment: { terms }, today }: { apartment: Apartment; today: string }) {
  const days = (open: readonly number[], verb: string) =>
    open.length === 7
      ? `${verb} on any day.`
      : `${verb} on ${[...open]
          .sort((a, b) => a - b)
          .map((day) => WEEKDAYS[day])
          .join(', ')}.`;
  return (
    <section className="rules">
      <h2>House rules</h2>
      <ul>
        <li>
          Stay {terms.minNights === 1 ? '' : `at least ${nightsText(terms.minNights)}, `}at most{' '}
          {nightsText(terms.maxNights)}.
        </li>
        <li>{days(terms.arrivalDays, 'Arrive')}</li>
        <li>{days(terms.departureDays, 'Leave')}</li>
        {terms.noticeDays > 0 && <li>Book at least {terms.noticeDays} days ahead.</li>}
        {terms.turnoverNights > 0 && <li>{nightsText(terms.turnoverNights)} kept empty between stays.</li>}
        {terms.seasons
          .filter(({ minNights, to }) => minNights !== undefined && to > today)
          .map((season) => (
            <li key={season.name + season.from}>
              {season.name} ({season.from} to {dateOf(nightOf(season.to) - 1)}): at least{' '}
              {nightsText(season.minNights ?? 1)}.
            </li>
          ))}
        <li>{POLICIES[terms.cancellationPolicy]}</li>
        <li>Times are local at the apartment ({terms.timeZone}).</li>
      </ul>
    </section>
  );
}
