/** What came in lately for the apartments shown. */
import type { Booking } from '../../../../src/client/index.ts';
import { momentText, money, stayText } from '../../format.ts';
import { Link } from '../../router.tsx';
import { t } from '../../texts/index.ts';
import { isolated } from '../../texts/isolated.ts';
import { latelyOf } from './coming.ts';

const SHOWN_MAX = 10;

export function Lately({
  bookings,
  names,
}: {
  bookings: readonly Booking[];
  /** Of apartments, by id. */
  names: ReadonlyMap<string, string>;
}) {
  const says = t.hosting.lately;
  const happened = latelyOf(bookings, SHOWN_MAX);
  return (
    <section className="panel lately" aria-labelledby="lately">
      <h2 id="lately">{says.title}</h2>
      {happened.length === 0 ? (
        <p className="muted">{says.none}</p>
      ) : (
        <ol>
          {happened.map(({ kind, booking, at }) => (
            <li key={`${booking.id} ${kind}`} data-kind={kind}>
              <time dateTime={at} className="muted">
                {momentText(at)}
              </time>
              <strong>{says[kind](isolated(booking.guest.name))}</strong>
              <span>
                <Link href={`/hosting/apartments/${encodeURIComponent(booking.apartmentId)}?tab=calendar`}>
                  <bdi>{names.get(booking.apartmentId) ?? booking.apartmentId}</bdi>
                </Link>
              </span>
              <span className="muted">
                {stayText(booking.checkIn, booking.checkOut)} ·{' '}
                {money(booking.price.totalMinor, booking.price.currency)}
              </span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
