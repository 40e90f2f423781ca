/** Placing a hold from a page: one at a time, with what the server said no to. */
import { useState } from 'react';
import type { Hold } from '../../../../src/client/index.ts';
import type { ErrorBody } from '../../../../src/protocol/errors.ts';
import { client } from '../../shared/live/client.ts';
import { keepHold } from '../../shared/live/my-stays.ts';
import type { Chosen } from '../stay/selection.ts';
import { partyOf, partyWithin, stayOf } from '../stay/stay-address.ts';

export interface Placing {
  readonly busy: boolean;
  readonly error: ErrorBody | undefined;
  /** With as many children among the guests as the address says. One that it moves, of other nights here, is let go of. */
  place(stay: Chosen & { readonly guests: number }): Promise<void>;
  forget(): void;
}

/**
 * @param held the guest's open holds of the apartment: only one is wanted at a time
 * @param onPlaced called unless the guest has chosen something else, or another page, while the answer was on its
 *   way: it may be long, and the hold is theirs either way
 */
export function usePlacing(
  apartmentId: string,
  held: readonly Hold[],
  onPlaced: (hold: Hold) => void,
): Placing {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorBody>();
  return {
    busy,
    error,
    forget: () => setError(undefined),
    async place({ checkIn, checkOut, guests }) {
      if (busy) return;
      setBusy(true);
      setError(undefined);
      const choice = choiceOfNow();
      const { children } = stayOf(new URLSearchParams(window.location.search));
      const party = partyOf(partyWithin(guests, children));
      const outcome = await client.hold({ apartmentId, checkIn, checkOut, ...party });
      setBusy(false);
      if (!outcome.ok) {
        setError(outcome.error);
        return;
      }
      const { hold } = outcome.data;
      keepHold(hold);
      for (const other of held) {
        // What overlaps was replaced by the server in the same turn.
        const isApart = other.checkOut <= checkIn || checkOut <= other.checkIn;
        if (other.status === 'held' && other.id !== hold.id && isApart) {
          const released = await client.release({ apartmentId, holdId: other.id });
          if (released.ok) keepHold(released.data.hold);
        }
      }
      if (choiceOfNow() === choice) onPlaced(hold);
    },
  };
}

/** The page and the stay chosen on it, as the address says. */
function choiceOfNow(): string {
  const { pathname, search } = window.location;
  const query = new URLSearchParams(search);
  return [pathname, query.get('checkIn'), query.get('checkOut')].join(' ');
}
