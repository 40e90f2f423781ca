/**
 * An apartment as of the last of its facts that are archived. Made by the judge (src/verify/baseline.ts), whose fold and this
 * program's must agree before a fact goes; read here, in every form that was ever written, into the calendar of this version
 * of the machine.
 */
import { crc32 } from 'node:zlib';
import type { Price } from '../protocol/price.ts';
import type { ListingStatus } from '../protocol/terms.ts';
import type { Calendar, Claim, HoldClaim } from './calendar/calendar.ts';
import type { StoredBaseline } from './ports.ts';

interface Held {
  readonly id: string;
  readonly from: number;
  readonly to: number;
  readonly guestId: string;
  readonly guests: number;
  readonly price: Price;
  readonly firstHeldAtMs: number;
  readonly expiresAtMs: number;
  readonly isExtended: boolean;
  readonly isGranted: boolean;
  readonly attempts: number;
  readonly payment?: {
    readonly key: string;
    readonly method: string;
    readonly deadlineMs: number;
    readonly isAuthorised: boolean;
    readonly booking: Booked;
  };
}
interface Booked {
  readonly id: string;
  readonly from: number;
  readonly to: number;
  readonly guestId: string;
}
interface Block {
  readonly id: string;
  readonly from: number;
  readonly to: number;
  readonly reason?: string;
}
interface Debt {
  readonly key: string;
  readonly amountMinor: number;
  readonly booking: Booked;
  readonly hold?: Held;
}
interface Ended {
  readonly guestId: string;
  readonly from: number;
  readonly to: number;
  readonly firstHeldAtMs: number;
  readonly endedAtMs: number;
}
interface StateV1 {
  readonly v: 1;
  readonly status?: ListingStatus;
  readonly holds: readonly Held[];
  readonly bookings: readonly Booked[];
  readonly blocks: readonly Block[];
  readonly debts: readonly Debt[];
  readonly ended: readonly Ended[];
}

const US = '\x1f';

/**
 * @param listed the listing's own status, where no fact is about it
 * @throws where it is not as it was written, or of a form that this program does not know
 */
export function calendarOf(apartmentId: string, baseline: StoredBaseline, listed: ListingStatus): Calendar {
  const { version, volume, atMs, hash, crc, state: text } = baseline;
  if ((crc32([apartmentId, version, volume, atMs, hash ?? '', text].join(US)) | 0) !== crc)
    throw new Error(`${apartmentId}: its baseline of version ${version} is not as it was written`);
  const state = JSON.parse(text) as StateV1;
  if (state.v !== 1)
    throw new Error(
      `${apartmentId}: its baseline is of form ${String(state.v)}, which this program does not know; run the newer one that wrote it`,
    );
  const claims: Claim[] = [
    ...state.holds.map(holdOf),
    ...state.bookings.map(({ id, from, to, guestId }) => ({
      ...({ kind: 'booking', id, from, to, guestId } as const),
    })),
    ...state.blocks.map(({ id, from, to, reason }) => ({ kind: 'block', id, from, to, reason }) as const),
  ];
  claims.sort((a, b) => a.from - b.from);
  const settlements = state.debts.map(({ key, amountMinor, booking, hold }) => ({
    ...{ key, amountMinor, bookingId: booking.id, guestId: booking.guestId },
    ...{
      purpose: hold === undefined ? ('refund' as const) : ('unpaid' as const),
      hold: hold && holdOf(hold),
    },
  }));
  const { ended } = state;
  const past = {
    guestIds: ended.map(({ guestId }) => guestId),
    figures: ended.flatMap(({ from, to, firstHeldAtMs, endedAtMs }) => [from, to, firstHeldAtMs, endedAtMs]),
  };
  return {
    ...{ version, status: state.status ?? listed, claims, settlements },
    ...(ended.length > 0 && { past }),
  };
}

/** A block that stood then: its first fact is archived. */
export function blockIn(baseline: StoredBaseline | undefined, blockId: string): Block | undefined {
  const state = baseline && (JSON.parse(baseline.state) as StateV1);
  return state?.blocks.find(({ id }) => id === blockId);
}

function holdOf({ payment, isExtended, isGranted, ...hold }: Held): HoldClaim {
  return {
    ...{ kind: 'hold', ...hold, extended: isExtended },
    ...(isGranted && { granted: true as const }),
    payment: payment && {
      ...{ key: payment.key, bookingId: payment.booking.id, method: payment.method },
      ...{ deadlineMs: payment.deadlineMs, authorised: payment.isAuthorised },
    },
  };
}
