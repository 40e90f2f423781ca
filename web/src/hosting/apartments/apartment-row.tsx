/** One apartment in the host's list: what it is, how its next nights stand, and what can be done with it. */
import { useState } from 'react';
import { Button } from 'react-aria-components';
import type { Booking, CalendarModel, ManagedApartment } from '../../../../src/client/index.ts';
import type { ErrorBody } from '../../../../src/protocol/errors.ts';
import { nightOf } from '../../../../src/protocol/nights.ts';
import { weekendDaysOf } from '../../../../src/protocol/price.ts';
import { money, percentText, shortDate } from '../../format.ts';
import { Link } from '../../router.tsx';
import { client, useOffline } from '../../shared/live/client.ts';
import { useToday } from '../../shared/live/today.ts';
import { Refusal } from '../../shared/refusal.tsx';
import { t } from '../../texts/index.ts';
import { isolated } from '../../texts/isolated.ts';
import { comingOf, countNights, occupancyOf } from './coming.ts';
import { NightStrip } from './night-strip.tsx';

export const STRIP_NIGHTS = 30;

export function ApartmentRow({
  apartment,
  calendar,
  bookings,
  onChanged,
}: {
  apartment: ManagedApartment;
  calendar: CalendarModel | undefined;
  /** Undefined while they are on their way. */
  bookings: readonly Booking[] | undefined;
  onChanged: (apartment: ManagedApartment) => void;
}) {
  const { id, name, city, country, status, terms } = apartment;
  const says = t.hosting.list;
  const today = useToday(terms.timeZone);
  const coming = bookings === undefined ? undefined : comingOf(bookings, today);
  const counts = countNights(calendar, nightOf(today), STRIP_NIGHTS);
  const occupancy = counts && occupancyOf(counts);
  const dateText = (date: string | undefined) => (date === undefined ? says.noneComing : shortDate(date));
  const path = encodeURIComponent(id);
  return (
    <li className="panel own" data-apartment={id}>
      <div className="own-head">
        <h2>
          <Link href={`/hosting/apartments/${path}`}>
            <bdi>{name}</bdi>
          </Link>
        </h2>
        <span className="status" data-status={status}>
          {t.hosting.statuses[status]}
        </span>
        <p className="muted">
          {[city, country].filter(Boolean).map(isolated).join(', ')} ·{' '}
          {says.fromNightly(money(terms.nightlyMinor, terms.currency))}
        </p>
      </div>
      <dl className="own-facts">
        <div>
          <dt>{says.nextArrival}</dt>
          <dd>{coming === undefined ? '…' : dateText(coming.arrival)}</dd>
        </div>
        <div>
          <dt>{says.nextDeparture}</dt>
          <dd>{coming === undefined ? '…' : dateText(coming.departure)}</dd>
        </div>
        <div>
          <dt>{says.occupancy}</dt>
          <dd>{counts === undefined ? '…' : occupancy === undefined ? '–' : percentText(occupancy)}</dd>
        </div>
      </dl>
      <NightStrip
        name={name}
        calendar={calendar}
        weekendDays={weekendDaysOf(apartment.terms)}
        from={nightOf(today)}
        nights={STRIP_NIGHTS}
      />
      <RowActions apartment={apartment} onChanged={onChanged} />
    </li>
  );
}

function RowActions({
  apartment: { id, name, status },
  onChanged,
}: {
  apartment: ManagedApartment;
  onChanged: (apartment: ManagedApartment) => void;
}) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorBody>();
  const offline = useOffline();
  const says = t.hosting.list;
  const path = encodeURIComponent(id);
  const isListed = status === 'listed';
  const change = async () => {
    setBusy(true);
    setError(undefined);
    const outcome = await client.management.changeApartment({
      apartmentId: id,
      change: { status: isListed ? 'paused' : 'listed' },
    });
    setBusy(false);
    if (outcome.ok) onChanged(outcome.data);
    else setError(outcome.error);
  };
  return (
    <div className="own-actions">
      {error !== undefined && <Refusal error={error} />}
      <div className="actions">
        <Link
          className="button quiet"
          href={`/hosting/apartments/${path}`}
          aria-label={says.editOf(isolated(name))}
        >
          {says.edit}
        </Link>
        <Link
          className="button quiet"
          href={`/hosting/apartments/${path}?tab=calendar`}
          aria-label={says.calendarOf(isolated(name))}
        >
          {t.hosting.form.tabNames.calendar}
        </Link>
        <Link
          className="button quiet"
          href={`/apartments/${path}`}
          aria-label={says.guestsPageOf(isolated(name))}
        >
          {says.guestsPage}
        </Link>
        {status !== 'retired' && (
          <Button
            className="quiet"
            isDisabled={busy || offline}
            aria-label={isListed ? says.pauseOf(isolated(name)) : says.listOf(isolated(name))}
            onPress={() => void change()}
          >
            {isListed ? says.pause : says.list}
          </Button>
        )}
      </div>
    </div>
  );
}
