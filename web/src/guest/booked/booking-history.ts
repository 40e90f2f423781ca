/** Every booking of the guest's, past and cancelled ones too, newest first: page by page, and as it changes. */
import { useEffect, useMemo, useRef, useState } from 'react';
import type { Booking } from '../../../../src/client/index.ts';
import type { ErrorBody, Outcome } from '../../../../src/protocol/errors.ts';
import { client, useWho } from '../../shared/live/client.ts';
import { useMyStays } from '../../shared/live/my-stays.ts';
import { type Listed, NOTHING_LISTED, newest, withEarlier, withLatest } from './booking-pages.ts';

const PAGE = 50;

export interface BookingHistory {
  readonly loaded: boolean;
  readonly bookings: readonly Booking[];
  readonly error: ErrorBody | undefined;
  /** Undefined: there are no earlier ones. */
  readonly earlier: (() => void) | undefined;
}

export function useBookingHistory(): BookingHistory {
  const subjectId = useWho()?.subject.id;
  const { bookings: followed } = useMyStays();
  const [{ bookings: listed, before }, setListed] = useState<Listed>(NOTHING_LISTED);
  const [loaded, setLoaded] = useState(false);
  const [error, setError] = useState<ErrorBody>();
  const whose = useRef(subjectId);
  whose.current = subjectId;

  useEffect(() => {
    setListed(NOTHING_LISTED);
    setLoaded(subjectId === undefined);
    if (subjectId === undefined) return;
    const load = async () => {
      const outcome = await client.bookings({ whose: 'mine', limit: PAGE });
      if (whose.current !== subjectId) return;
      setLoaded(true);
      if (!outcome.ok) {
        setError(outcome.error);
        return;
      }
      setError(undefined);
      setListed((known) => withLatest(known, outcome.data));
    };
    void load();
    // What changed while nobody listened.
    return client.connection.subscribe((state) => {
      if (state === 'online') void load();
    });
  }, [subjectId]);

  const bookings = useMemo(() => newest([...listed, ...followed]), [listed, followed]);
  const earlier = async () => {
    if (typeof before !== 'string') return;
    const outcome = await client.bookings({ whose: 'mine', limit: PAGE, before });
    if (whose.current !== subjectId) return;
    if (!outcome.ok) {
      setError(outcome.error);
      return;
    }
    setListed((known) => withEarlier(known, outcome.data));
  };
  return { loaded, bookings, error, earlier: typeof before === 'string' ? () => void earlier() : undefined };
}

/** One booking: followed where it is the guest's own, asked for where it is not known. */
export function useBooking(bookingId: string): Outcome<Booking> | undefined {
  const subjectId = useWho()?.subject.id;
  const { bookings } = useMyStays();
  const [asked, setAsked] = useState<Outcome<Booking>>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: somebody else may see what the one before could not.
  useEffect(() => {
    let isGone = false;
    setAsked(undefined);
    const ask = () =>
      void client.booking(bookingId).then((outcome) => {
        // Once it is known, a connection that fails does not take it away.
        if (!isGone) setAsked((known) => (known?.ok === true && !outcome.ok ? known : outcome));
      });
    ask();
    const stop = client.connection.subscribe((state) => {
      if (state === 'online') ask();
    });
    return () => {
      isGone = true;
      stop();
    };
  }, [bookingId, subjectId]);
  const own = bookings.find(({ id }) => id === bookingId);
  if (own === undefined) return asked;
  return asked?.ok === true && asked.data.version > own.version ? asked : { ok: true, data: own };
}
