/** What the chart asks of whoever shows it: to be told of its rows, and what may be done with nights. */
import type { CalendarModel } from '../../../src/client/index.ts';
import type { ErrorBody, Outcome } from '../../../src/protocol/errors.ts';
import type { OccupancyCause } from '../../../src/protocol/events.ts';

export interface ChartApartment {
  readonly id: string;
  readonly name: string;
  readonly city: string;
}

/** A change of one calendar, and who is known to have caused it. */
export interface ChartChange {
  readonly version: number;
  /** Half-open dates. */
  readonly changes: readonly { readonly from: string; readonly to: string }[];
  readonly cause: OccupancyCause;
  readonly at: string;
  readonly guestId?: string | undefined;
}

/** A store of the chart is told of its rows by whoever makes it, such as an admin's live view. */
export interface ChartListener {
  /** Every row and calendar: the first picture, and again whenever something may have been missed. */
  whole(apartments: readonly ChartApartment[], calendars: ReadonlyMap<string, CalendarModel>): void;
  /** `change` is undefined where only the outcome is known. */
  changed(calendar: CalendarModel, change: ChartChange | undefined): void;
}

/** A hold, booking or block over some nights. */
export interface Claim {
  readonly kind: 'hold' | 'booking' | 'block';
  readonly id: string;
  /** Half-open dates. */
  readonly from: string;
  readonly to: string;
  readonly since: string;
  readonly until?: string | undefined;
  readonly guestId?: string | undefined;
  readonly guestName?: string | undefined;
  readonly reason?: string | undefined;
}

export interface ChartDesk {
  /** Whole claims that share a night with the half-open dates, sorted by night. */
  claims(apartmentId: string, from: string, to: string): Promise<Outcome<{ claims: readonly Claim[] }>>;
  close(nights: ClosedNights): Promise<ErrorBody | undefined>;
  open(apartmentId: string, blockId: string): Promise<ErrorBody | undefined>;
}

export interface ClosedNights {
  readonly apartmentId: string;
  /** Half-open dates. */
  readonly from: string;
  readonly to: string;
  readonly reason?: string;
}
