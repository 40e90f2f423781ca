/** The guest's hold of one apartment as its page tells of it, also for a while after it has ended. */
import { useEffect, useMemo, useState } from 'react';
import type { Hold } from '../../../src/client/index.ts';
import { isOpenHold, useMyStays } from './my-stays.ts';

export type HoldPhase =
  | 'held'
  /** The payment is under way. */
  | 'paying'
  | 'expired'
  /** The payment was not answered in time: the hold has ended, the money is still being asked after. */
  | 'settling';

export interface HoldHere {
  readonly hold: Hold;
  readonly phase: HoldPhase;
}

/** What the page has seen of the holds of its apartment: ids. */
export interface SeenHolds {
  readonly open: ReadonlySet<string>;
  readonly paying: ReadonlySet<string>;
  /** Ended, and the guest wants to hear no more of it. */
  readonly dismissed: ReadonlySet<string>;
}

/** Pure: which hold the page tells of, an open one before one that has ended before the guest's eyes. */
export function holdHere(holds: readonly Hold[], seen: SeenHolds): HoldHere | undefined {
  const open = holds.findLast(isOpenHold);
  if (open !== undefined) return { hold: open, phase: open.status === 'confirming' ? 'paying' : 'held' };
  const last = holds.at(-1);
  if (last?.status !== 'expired' || seen.dismissed.has(last.id)) return undefined;
  return { hold: last, phase: seen.paying.has(last.id) ? 'settling' : 'expired' };
}

/** Pure: the booking that a hold seen here before has become, be it through another device. */
export function bookedHere(holds: readonly Hold[], seen: SeenHolds): string | undefined {
  return holds.findLast(({ id, status }) => status === 'confirmed' && seen.open.has(id))?.bookingId;
}

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
