import { ApartmentCheck } from './check-apartment.ts';
import type { RecordedRow } from './ports.ts';
import type { Problem } from './problem.ts';

/** A judge that has looked at nothing says so here. */
export interface Counted {
  apartments: number;
  facts: number;
  standingBookings: number;
}

/** Judges one apartment after the other, a page of rows in memory at a time. */
export async function checkAll(
  pages: AsyncIterable<readonly RecordedRow[]>,
  found: (problem: Problem) => void,
): Promise<Readonly<Counted>> {
  const counted: Counted = { apartments: 0, facts: 0, standingBookings: 0 };
  let current: { readonly apartmentId: string; readonly check: ApartmentCheck } | undefined;
  const end = () => {
    if (current === undefined) return;
    current.check.end();
    counted.apartments += 1;
    counted.facts += current.check.facts;
    counted.standingBookings += current.check.standingBookings;
  };
  for await (const rows of pages) {
    for (const row of rows) {
      const { apartmentId } = row;
      if (current?.apartmentId !== apartmentId) {
        end();
        current = { apartmentId, check: new ApartmentCheck(apartmentId, found) };
      }
      current.check.take(row);
    }
  }
  end();
  return counted;
}
