/** Details of an apartment, as its host may change them while it is looked at. */
import { startTransition, useEffect, useState } from 'react';
import type { Apartment } from '../../../../src/client/index.ts';
import type { Outcome } from '../../../../src/protocol/errors.ts';
import { ApartmentBook } from './apartment-book.ts';
import { client } from './client.ts';

/** How often they are asked for again while they are shown, in milliseconds. */
const AGAIN_MS = 60_000;

const book = new ApartmentBook(
  (apartmentId) => client.apartment(apartmentId),
  () => performance.now(),
);

/** What is known at once; as it is now with each page that shows it, each connection, and every minute. */
export function useApartment(apartmentId: string): Outcome<Apartment> | undefined {
  const [shown, setShown] = useState<{ of: string; outcome: Outcome<Apartment> }>();
  useEffect(() => {
    let gone = false;
    const show = (outcome: Outcome<Apartment>) => {
      // In short steps: what shows an apartment is much to draw at once.
      if (!gone) startTransition(() => setShown({ of: apartmentId, outcome }));
    };
    const look = () => void book.look(apartmentId).then(show);
    const known = book.known(apartmentId);
    if (known !== undefined) show(known);
    look();
    const timer = setInterval(look, AGAIN_MS);
    const stop = client.connection.subscribe((state) => {
      if (state === 'online') look();
    });
    return () => {
      gone = true;
      clearInterval(timer);
      stop();
    };
  }, [apartmentId]);
  return shown?.of === apartmentId ? shown.outcome : undefined;
}

/** Where the day ends last: a stay whose apartment is not known yet is not over before that. */
const LAST_ZONE = 'Etc/GMT+12';

/** The time zones of the apartments of some stays, as far as they are known; IANA. */
export function useTimeZones(
  stays: readonly { readonly apartmentId: string }[],
): (apartmentId: string) => string {
  const [zones, setZones] = useState<ReadonlyMap<string, string>>(new Map());
  const ids = [...new Set(stays.map(({ apartmentId }) => apartmentId))].sort().join(' ');
  useEffect(() => {
    let gone = false;
    for (const id of ids === '' ? [] : ids.split(' ')) {
      void book.look(id).then((outcome) => {
        if (gone || !outcome.ok) return;
        const { timeZone } = outcome.data.terms;
        setZones((known) => (known.get(id) === timeZone ? known : new Map(known).set(id, timeZone)));
      });
    }
    return () => {
      gone = true;
    };
  }, [ids]);
  return (apartmentId) => zones.get(apartmentId) ?? LAST_ZONE;
}
