/** Claims of one apartment, asked for again whenever its calendar has moved. */

import { useEffect, useState } from 'react';
import type { ClaimView } from '../../../../src/client/index.ts';
import type { Outcome } from '../../../../src/protocol/errors.ts';
import { plusDays } from '../../format.ts';
import { useCalendar } from '../../shared/live/calendars.ts';
import { client } from '../../shared/live/client.ts';
import { nextStay } from './next-stay.ts';

/**
 * @param from,to half-open dates
 * @returns undefined until the first answer; what was known stays while it is asked again
 */
export function useClaims(apartmentId: string, from: string, to: string): Outcome<ClaimView[]> | undefined {
  const { calendar } = useCalendar(apartmentId, from, to);
  const version = calendar?.version;
  const [known, setKnown] = useState<{ of: string; outcome: Outcome<ClaimView[]> }>();
  const of = `${apartmentId} ${from} ${to}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another version is a reason to ask again.
  useEffect(() => {
    let gone = false;
    void client.management.claims(apartmentId, { from, to }).then((answer) => {
      if (gone) return;
      setKnown({ of, outcome: answer.ok ? { ok: true, data: answer.data.claims } : answer });
    });
    return () => {
      gone = true;
    };
  }, [apartmentId, from, to, of, version]);
  return known?.of === of ? known.outcome : undefined;
}

/** The first day, from today on, of the next stay or hold; undefined until it is known, and where there is none. */
export function useNextStay(apartmentId: string, today: string, horizonNights: number): string | undefined {
  const [next, setNext] = useState<string>();
  useEffect(() => {
    let gone = false;
    void client.management
      .claims(apartmentId, { from: today, to: plusDays(today, horizonNights) })
      .then((answer) => {
        if (!gone && answer.ok) setNext(nextStay(answer.data.claims, today));
      });
    return () => {
      gone = true;
    };
  }, [apartmentId, today, horizonNights]);
  return next;
}
