/** A host's apartments, with their next nights as they change. An admin sees everybody's. */
import '../styles/hosting.css';
import { useMemo, useState } from 'react';
import { Input, Label, SearchField } from 'react-aria-components';
import type { ManagedApartment } from '../../../src/client/index.ts';
import { ListingStatus } from '../../../src/protocol/terms.ts';
import { StaffOnly } from '../account/staff-only.tsx';
import { plusDays } from '../format.ts';
import { addressOf, Link, navigate, useAddress } from '../router.tsx';
import { useCalendars } from '../shared/live/calendars.ts';
import { useWho } from '../shared/live/client.ts';
import { useToday } from '../shared/live/today.ts';
import { Refusal } from '../shared/refusal.tsx';
import { Choice } from '../shared/widgets/choice.tsx';
import { t } from '../texts/index.ts';
import { isolated } from '../texts/isolated.ts';
import { addressed, rowsOf, type Wanted, wantedOf } from './apartments/apartment-filter.ts';
import { ApartmentRow, STRIP_NIGHTS } from './apartments/apartment-row.tsx';
import { Lately } from './apartments/lately.tsx';
import { useApartments } from './apartments/use-apartments.ts';
import { useBookings } from './apartments/use-bookings.ts';

export function HostingPage() {
  return (
    <StaffOnly kinds={['host', 'admin']} title={t.hosting.title} invitation={t.account.forHosts}>
      <OwnApartments />
    </StaffOnly>
  );
}

function OwnApartments() {
  const { query } = useAddress();
  const wanted = useMemo(() => wantedOf(query), [query]);
  const { apartments, count, error, further, replace, retry } = useApartments(wanted);
  const [said, setSaid] = useState('');
  const isAdmin = useWho()?.subject.kind === 'admin';
  const says = t.hosting.list;
  const isEverything = wanted.status === 'every' && wanted.text.trim() === '' && wanted.after === undefined;
  const addressWith = (changes: Partial<Wanted>) =>
    addressOf('/hosting', addressed({ ...wanted, ...changes }));
  const want = (changes: Partial<Wanted>) => navigate(addressWith({ page: 1, ...changes }), 'replace');

  return (
    <section className="hosting">
      <header className="hosting-header">
        <div>
          <h1>{isAdmin ? t.hosting.all : t.hosting.title}</h1>
          <p className="muted">{says.intro}</p>
        </div>
        <Link className="button primary" href="/hosting/new">
          {says.create}
        </Link>
      </header>
      <p role="status" className="said">
        {said}
      </p>
      {error !== undefined && (
        <>
          <Refusal error={error} />
          <button type="button" className="quiet" onClick={retry}>
            {t.common.retry}
          </button>
        </>
      )}
      {apartments === undefined ? (
        error === undefined && <p role="status">{t.common.loading}</p>
      ) : apartments.length === 0 && isEverything ? (
        <div className="empty">
          <h2>{says.none}</h2>
          <p>{says.noneBecause}</p>
          <Link className="button primary" href="/hosting/new">
            {says.create}
          </Link>
        </div>
      ) : (
        <>
          <div className="hosting-filter">
            <Choice
              label={says.status}
              value={wanted.status}
              options={(['every', ...ListingStatus.options] as const).map((key) => ({
                key,
                text: key === 'every' ? says.everyStatus : t.hosting.statuses[key],
              }))}
              onChoose={(status) => want({ status, after: undefined })}
            />
            <SearchField
              className="field"
              value={wanted.text}
              onChange={(text) => want({ text, after: undefined })}
            >
              <Label>{says.search}</Label>
              <Input />
            </SearchField>
          </div>
          <Rows
            apartments={apartments}
            count={count}
            wanted={wanted}
            addressWith={addressWith}
            onChanged={(apartment) => {
              replace(apartment);
              setSaid(
                apartment.status === 'paused'
                  ? says.paused(isolated(apartment.name))
                  : says.listed(isolated(apartment.name)),
              );
            }}
          />
          {further !== undefined && (
            <p>
              {says.truncated(apartments.length)}{' '}
              <Link href={addressWith({ after: further, page: 1 })}>{says.further}</Link>
            </p>
          )}
        </>
      )}
    </section>
  );
}

function Rows({
  apartments,
  count,
  wanted,
  addressWith,
  onChanged,
}: {
  apartments: readonly ManagedApartment[];
  /** Of all that fit, here or not. */
  count: number;
  wanted: Wanted;
  addressWith: (changes: Partial<Wanted>) => string;
  onChanged: (apartment: ManagedApartment) => void;
}) {
  const { rows, page, pages } = useMemo(() => rowsOf(apartments, wanted), [apartments, wanted]);
  const ids = useMemo(() => rows.map(({ id }) => id), [rows]);
  // A day more on either side: it is not the same day everywhere.
  const from = plusDays(useToday('UTC'), -1);
  const calendars = useCalendars(ids, from, plusDays(from, STRIP_NIGHTS + 2));
  const bookings = useBookings(calendars, from);
  const names = useMemo(() => new Map(rows.map(({ id, name }) => [id, name])), [rows]);
  const says = t.hosting.list;
  if (rows.length === 0) {
    return (
      <div className="empty">
        <p>{says.noneFits}</p>
        <Link className="button quiet" href={addressWith({ status: 'every', text: '', page: 1 })}>
          {says.showAll}
        </Link>
      </div>
    );
  }
  return (
    <div className="hosting-columns">
      <div>
        <p className="muted" role="status">
          {says.count(count)}
        </p>
        <ul className="own-list">
          {rows.map((apartment) => (
            <ApartmentRow
              key={apartment.id}
              apartment={apartment}
              calendar={calendars.get(apartment.id)}
              bookings={bookings.get(apartment.id)}
              onChanged={onChanged}
            />
          ))}
        </ul>
        {pages > 1 && (
          <nav className="pages" aria-label={says.pages}>
            {page > 1 && (
              <Link className="button quiet" href={addressWith({ page: page - 1 })}>
                {says.previous}
              </Link>
            )}
            <span>{says.page(page, pages)}</span>
            {page < pages && (
              <Link className="button quiet" href={addressWith({ page: page + 1 })}>
                {says.next}
              </Link>
            )}
          </nav>
        )}
      </div>
      <Lately bookings={ids.flatMap((id) => bookings.get(id) ?? [])} names={names} />
    </div>
  );
}
