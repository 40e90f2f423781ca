/** The guest's hold of one apartment as its page tells of it, also for a while after it has ended. */
import { useEffect, useMemo, useState } from 'react';
import type { Hold } from '../../../../src/client/index.ts';
import { isOpenHold, useMyStays } from '../../shared/live/my-stays.ts';
import { bookedHere, type HoldHere, holdHere, type SeenHolds } from './hold-phase.ts';

export function useHoldHere(apartmentId: string): {
  readonly here: HoldHere | undefined;
  /** Id of the booking that a hold has become while the page was open. */
  readonly booked: string | undefined;
  dismiss(hold: Hold): void;
} {
  const mine = useMyStays();
  const holds = useMemo(
    () => mine.holds.filter((hold) => hold.apartmentId === apartmentId),
    [mine, apartmentId],
  );
  const [seen, setSeen] = useState<SeenHolds>(NOTHING_SEEN);
  useEffect(() => {
    setSeen((before) => {
      const open = holds.filter((hold) => isOpenHold(hold) && !before.open.has(hold.id));
      const paying = holds.filter(({ id, status }) => status === 'confirming' && !before.paying.has(id));
      if (open.length + paying.length === 0) return before;
      return {
        ...before,
        open: new Set([...before.open, ...open.map(({ id }) => id)]),
        paying: new Set([...before.paying, ...paying.map(({ id }) => id)]),
      };
    });
  }, [holds]);
  return {
    here: holdHere(holds, seen),
    booked: bookedHere(holds, seen),
    dismiss: ({ id }) => setSeen((before) => ({ ...before, dismissed: new Set([...before.dismissed, id]) })),
  };
}

const NOTHING_SEEN: SeenHolds = { open: new Set(), paying: new Set(), dismissed: new Set() };
