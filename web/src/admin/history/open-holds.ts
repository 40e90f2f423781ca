/** The holds of one apartment that are open right now, asked for again whenever its calendar has moved. */
import { useEffect, useState } from 'react';
import type { ClaimView } from '../../../../src/client/index.ts';
import { HORIZON_NIGHTS_MAX } from '../../../../src/protocol/limits.ts';
import { plusDays, todayIn } from '../../format.ts';
import { client } from '../../shared/live/client.ts';

/** @param version the calendar's: another one is a reason to ask again */
export function useOpenHolds(
  apartmentId: string,
  version: number | undefined,
): readonly ClaimView[] | undefined {
  const [holds, setHolds] = useState<readonly ClaimView[]>();
  useEffect(() => {
    if (version === undefined) return;
    const gone = new AbortController();
    const today = todayIn('UTC', client.clock.nowMs());
    const window = { from: plusDays(today, -1), to: plusDays(today, HORIZON_NIGHTS_MAX) };
    client.management.claims(apartmentId, window, { signal: gone.signal }).then(
      (answer) => {
        if (answer.ok) setHolds(answer.data.claims.filter(({ kind }) => kind === 'hold'));
      },
      () => {},
    );
    return () => gone.abort();
  }, [apartmentId, version]);
  return holds;
}
