import { ApartmentCheck } from './check-apartment.ts';
import type { RecordedRow } from './ports.ts';
import type { Problem } from './problem.ts';

/** A judge that has looked at nothing says so here. */
export interface Counted {
  apartments: number;
  facts: number;
  /** Archived facts that were not read: what follows was judged from what stood after them. */
  unread: number;
  standingBookings: number;
}

/**
 * Judges one apartment after the other, a page of rows in memory at a time.
 * @param hasArchive whether archived facts are among the rows; without them each apartment begins with its baseline
 */
export async function checkAll(
  pages: AsyncIterable<readonly RecordedRow[]>,
  found: (problem: Problem) => void,
  hasArchive = false,
): Promise<Readonly<Counted>> {
  const counted: Counted = { apartments: 0, facts: 0, unread: 0, standingBookings: 0 };
  let current: { readonly apartmentId: string; readonly check: ApartmentCheck } | undefined;
  const end = () => {
    if (current === undefined) return;
    current.check.end();
    counted.apartments += 1;
    counted.facts += current.check.facts;
    counted.unread += current.check.unread;
    counted.standingBookings += current.check.standingBookings;
  };
  for await (const rows of pages) {
    for (const row of rows) {
      const { apartmentId } = row;
      if (current?.apartmentId !== apartmentId) {
        end();
        current = { apartmentId, check: new ApartmentCheck(apartmentId, found, hasArchive) };
      }
      current.check.take(row);
    }
  }
  end();
  return counted;
}
