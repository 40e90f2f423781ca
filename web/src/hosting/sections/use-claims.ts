/** Claims of one apartment, asked for again whenever its calendar has moved. */

import { useEffect, useState } from 'react';
import type { ClaimView } from '../../../../src/client/index.ts';
import type { Outcome } from '../../../../src/protocol/errors.ts';
import { useCalendar } from '../../shared/live/calendars.ts';
import { client } from '../../shared/live/client.ts';

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
