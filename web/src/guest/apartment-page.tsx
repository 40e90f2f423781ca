/** One apartment: what it is, which nights are free right now, and the way from a choice to a booking. */
import { useEffect, useMemo, useRef, useState } from 'react';
import type { Apartment, Hold } from '../../../src/client/index.ts';
import { nightOf } from '../../../src/protocol/nights.ts';
import { plusDays } from '../format.ts';
import { addressOf, Link, navigate, useAddress } from '../router.tsx';
import { useApartment } from '../shared/live/apartments.ts';
import { useCalendar } from '../shared/live/calendars.ts';
import { useConnection } from '../shared/live/client.ts';
import { isOpenHold, useMyStays } from '../shared/live/my-stays.ts';
import { useToday } from '../shared/live/today.ts';
import { Refusal } from '../shared/refusal.tsx';
import { t } from '../texts/index.ts';
import { isolated } from '../texts/isolated.ts';
import { ApartmentFacts } from './apartment/apartment-facts.tsx';
import { Chooser } from './apartment/chooser.tsx';
import { HouseRules } from './apartment/house-rules.tsx';
import { StayCalendar } from './apartment/stay-calendar.tsx';
import { useHoldHere } from './hold/hold-here.ts';
import { HoldPanel } from './hold/hold-panel.tsx';
import { usePlacing } from './hold/placing.ts';
import { openingsOf } from './stay/openings.ts';
import { monthOf, partyOf, stayWithin } from './stay/stay-address.ts';

export function ApartmentPage({ apartmentId }: { apartmentId: string }) {
  const details = useApartment(apartmentId);
  if (details === undefined) {
    return (
      <section className="narrow" aria-busy="true">
        <div className="card skeleton" />
        <p role="status">{t.common.loading}</p>
      </section>
    );
  }
  if (!details.ok) {
    const says = t.apartment;
    return (
      <section className="narrow">
        <h1>{details.error.code === 'not_found' ? says.missing : says.cannotShow}</h1>
        <Refusal error={details.error} />
        <p>
          <Link href="/">{says.back}</Link>
        </p>
      </section>
    );
  }
  return <Details apartment={details.data} />;
}

function Details({ apartment }: { apartment: Apartment }) {
  const { terms, id: apartmentId } = apartment;
  const { path, query } = useAddress();
  const isLive = useConnection() === 'online';
  const date = useToday(terms.timeZone);
  const today = nightOf(date);
  const { stay, wrong } = useMemo(() => {
    const open = { first: date, last: plusDays(date, terms.horizonNights) };
    return stayWithin(query, open);
  }, [query, date, terms.horizonNights]);

  // From the day before, so that the first day shown knows whether a stay may end on it.
  const { calendar, error: calendarError } = useCalendar(
    apartmentId,
    plusDays(date, -1),
    plusDays(date, terms.horizonNights + 1),
  );
  const mine = useMyStays();
  const own = useMemo(() => {
    const isHere = (one: { apartmentId: string }) => one.apartmentId === apartmentId;
    return {
      holds: mine.holds.filter(isOpenHold).filter(isHere),
      bookings: mine.bookings.filter(({ status }) => status === 'confirmed').filter(isHere),
    };
  }, [mine, apartmentId]);
  const openings = useMemo(() => openingsOf(terms, calendar, own, today), [terms, calendar, own, today]);
  const { here, booked, dismiss } = useHoldHere(apartmentId);
  const [placedId, setPlacedId] = useState<string>();
  const chooserHeading = useRef<HTMLHeadingElement>(null);

  useEffect(() => {
    document.title = `${isolated(apartment.name)} · Nightlatch`;
  }, [apartment.name]);
  useEffect(() => {
    if (booked !== undefined) navigate(`/bookings/${booked}?new=1`);
  }, [booked]);

  const show = (changes: Record<string, string | number>) => {
    // As it is now: a day and the month it is in may be changed one right after the other.
    const now = Object.fromEntries(new URLSearchParams(window.location.search));
    navigate(addressOf(path, { ...now, ...changes }), 'replace');
  };
  const onPlaced = (hold: Hold) => {
    setPlacedId(hold.id);
    show({ checkIn: hold.checkIn, checkOut: hold.checkOut });
  };
  const choosing = usePlacing(apartmentId, own.holds, onPlaced);
  const again = usePlacing(apartmentId, own.holds, onPlaced);

  return (
    <article className="apartment">
      <div className="about">
        <ApartmentFacts apartment={apartment} today={date} />
        <h2>{t.apartment.calendar.heading}</h2>
        {calendarError !== undefined && <Refusal error={calendarError} />}
        <StayCalendar
          openings={openings}
          chosen={stay}
          party={partyOf(stay)}
          month={monthOf(query, date)}
          isLive={isLive}
          onChoose={({ checkIn, checkOut }) => show({ checkIn, checkOut })}
          onMonth={(next) => show({ month: next })}
        />
      </div>
      <aside className="aside">
        {here !== undefined && (
          <HoldPanel
            apartment={apartment}
            here={here}
            placing={again}
            placedId={placedId}
            onDone={() => {
              dismiss(here.hold);
              chooserHeading.current?.focus();
            }}
          />
        )}
        {apartment.status !== 'listed' ? (
          <p className="notice">{t.apartment.takesNone}</p>
        ) : (
          <Chooser
            apartment={apartment}
            openings={openings}
            stay={stay}
            wrong={wrong}
            here={here}
            placing={choosing}
            heading={chooserHeading}
            onChange={({ children, ...next }) => show({ ...next, children: children === 0 ? '' : children })}
          />
        )}
      </aside>
      <HouseRules terms={terms} today={today} />
    </article>
  );
}
