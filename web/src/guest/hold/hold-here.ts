/** The guest's hold of one apartment as its page tells of it, also for a while after it has ended. */
import { useEffect, useMemo, useState } from 'react';
import { type KnownHold, useMyStays } from '../../shared/live/my-stays.ts';
import { bookedHere, type HoldHere, holdHere, NOTHING_SEEN, seenToo } from './hold-phase.ts';

export function useHoldHere(apartmentId: string): {
  readonly here: HoldHere | undefined;
  /** Id of the booking that a hold has become while the page was open. */
  readonly booked: string | undefined;
  dismiss(hold: KnownHold): void;
} {
  const mine = useMyStays();
  const holds = useMemo(
    () => mine.holds.filter((hold) => hold.apartmentId === apartmentId),
    [mine, apartmentId],
  );
  const [seen, setSeen] = useState(NOTHING_SEEN);
  useEffect(() => setSeen((before) => seenToo(before, holds)), [holds]);
  return {
    here: holdHere(holds, seen),
    booked: bookedHere(holds, seen),
    dismiss: ({ id }) => setSeen((before) => ({ ...before, dismissed: new Set([...before.dismissed, id]) })),
  };
}
