/** What a client may send over a socket: one schema an event, each with the type of its answer. */
import { z } from 'zod';
import { Id, RequestId } from './ids.ts';
import {
  GRANT_MINUTES_MAX,
  GUESTS_MAX,
  PAGE_SIZE_DEFAULT,
  PAGE_SIZE_MAX,
  WATCH_APARTMENTS_MAX,
  WINDOW_NIGHTS_MAX,
} from './limits.ts';
import { IsoDate, nightOf } from './nights.ts';
import { type AskedParty, partyProblem } from './party.ts';
import { Booking, type Calendar, Currency, GuestContact, Hold, type Subject } from './resources.ts';
import { ApartmentCard } from './terms.ts';
import { shownLine, storable } from './text.ts';

const Guests = z.int().min(1, 'at least 1 guest').max(GUESTS_MAX, `at most ${GUESTS_MAX} guests`);

/** `guests` are adults and children together: any two say the third, and `guests` alone, 1 by default, says no more. */
const partyShape = {
  guests: Guests.optional(),
  adults: z.int().min(1, 'at least 1 adult').max(GUESTS_MAX).optional(),
  children: z.int().min(0).max(GUESTS_MAX).optional(),
};
function checkParty(asked: AskedParty, context: z.core.$RefinementCtx): void {
  const message = partyProblem(asked);
  if (message === undefined) return;
  for (const path of ['guests', 'adults', 'children'] as const) {
    if (asked[path] !== undefined) context.addIssue({ code: 'custom', path: [path], message });
  }
}

interface Window {
  from: string;
  to: string;
}
function checkWindow({ from, to }: Window, context: z.core.$RefinementCtx): void {
  const nights = nightOf(to) - nightOf(from);
  if (nights >= 1 && nights <= WINDOW_NIGHTS_MAX) return;
  context.addIssue({
    code: 'custom',
    path: ['to'],
    message:
      nights < 1
        ? `to ${to} is not after from ${from}; ask for at least 1 night`
        : `${nights} nights from ${from} to ${to} are more than ${WINDOW_NIGHTS_MAX}; ask for a shorter window`,
  });
}

const windowShape = { from: IsoDate, to: IsoDate };
export const CalendarQuery = z.object(windowShape).superRefine(checkWindow);
/** Of one apartment, as a command: HTTP has the apartment in its path. */
export const ClaimsQuery = z.object({ apartmentId: Id, ...windowShape }).superRefine(checkWindow);
const cityShape = { ...windowShape, city: storable('a city', 100).optional() };
export const FiguresQuery = z.object(cityShape).superRefine(checkWindow);
/** `name`: a part of it, in any case. */
export const OccupancyQuery = z
  .object({ ...cityShape, name: storable('a name', 100).optional() })
  .superRefine(checkWindow);
export type OccupancyQuery = z.infer<typeof OccupancyQuery>;

export const Watch = z
  .object({ apartmentIds: z.array(Id).min(1).max(WATCH_APARTMENTS_MAX), ...windowShape })
  .superRefine(checkWindow);
export const Unwatch = z.object({ apartmentIds: z.array(Id).min(1).max(WATCH_APARTMENTS_MAX) });

export const SearchSort = z.enum(['price_asc', 'price_desc', 'name']);
const searchShape = {
  city: storable('a city', 100).optional(),
  ...partyShape,
  /** Only apartments priced in it. */
  currency: Currency.optional(),
  /** Minor units of `currency`; without one, of each apartment's own. */
  maxTotalMinor: z.int().nonnegative().optional(),
  /** By price: one currency after the other, by its code. */
  sort: SearchSort.optional(),
  limit: z.int().min(1).max(PAGE_SIZE_MAX).default(PAGE_SIZE_DEFAULT),
  cursor: storable('a cursor', 512).optional(),
};
export const Search = z
  .object({ ...searchShape, checkIn: IsoDate, checkOut: IsoDate })
  .superRefine(checkParty);
/** Over HTTP dates are optional: without them it lists, without availability or quote. */
export const ListQuery = z
  .object({ ...searchShape, checkIn: IsoDate.optional(), checkOut: IsoDate.optional() })
  .refine((query) => (query.checkIn === undefined) === (query.checkOut === undefined), {
    path: ['checkOut'],
    message: 'send checkIn and checkOut together, or neither',
  })
  .superRefine(checkParty);
export type SearchQuery = z.infer<typeof ListQuery>;

const Reason = shownLine('a reason', 500);

const intent = { requestId: RequestId, apartmentId: Id };
/** The order of check-in and check-out is a rule, not a shape: `rule_violation` says more than a schema can. */
export const StayWanted = z.object({ checkIn: IsoDate, checkOut: IsoDate, ...partyShape });
export const HoldCommand = z.object({ ...intent, ...StayWanted.shape }).superRefine(checkParty);
export const ExtendCommand = z.object({
  ...intent,
  holdId: Id,
  /** From now; for admins, whose extension is not the guest's own (H10). */
  minutes: z.int().min(1).max(GRANT_MINUTES_MAX).optional(),
});
export const ReleaseCommand = z.object({ ...intent, holdId: Id });
export const ConfirmCommand = z.object({
  ...intent,
  holdId: Id,
  guest: GuestContact,
  payment: z.object({
    method: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'a method is a name such as sandbox_ok'),
  }),
});
export const CancelCommand = z.object({ ...intent, bookingId: Id, reason: Reason.optional() });
export const BlockCommand = z.object({
  ...intent,
  from: IsoDate,
  to: IsoDate,
  reason: Reason.optional(),
});
export const UnblockCommand = z.object({ ...intent, blockId: Id });
export const Mine = z.object({}).optional();
export const Authenticate = z.object({ token: z.string().max(8_192) });

export const CommandSchemas = {
  watch: Watch,
  unwatch: Unwatch,
  search: Search,
  hold: HoldCommand,
  extend: ExtendCommand,
  release: ReleaseCommand,
  confirm: ConfirmCommand,
  cancel: CancelCommand,
  mine: Mine,
  authenticate: Authenticate,
} as const;
export type CommandName = keyof typeof CommandSchemas;
/** What a client writes (defaults may be left out). */
export type CommandPayload<Name extends CommandName> = z.input<(typeof CommandSchemas)[Name]>;

export const SearchAnswer = z.object({
  apartments: z.array(ApartmentCard),
  nextCursor: z.string().optional(),
});
export type SearchAnswer = z.infer<typeof SearchAnswer>;
/** Where there are listed apartments, by name; `currencies` by code. */
export const CitiesAnswer = z.object({
  cities: z.array(z.object({ name: z.string(), apartments: z.int(), currencies: z.array(Currency) })),
});
export type CitiesAnswer = z.infer<typeof CitiesAnswer>;
export const HoldAnswer = z.object({ hold: Hold });
export const BookingAnswer = z.object({ booking: Booking });
export const MineAnswer = z.object({ holds: z.array(Hold), bookings: z.array(Booking) });
export type MineAnswer = z.infer<typeof MineAnswer>;

export interface CommandAnswers {
  watch: { calendars: Calendar[] };
  unwatch: Record<string, never>;
  search: SearchAnswer;
  hold: { hold: Hold };
  extend: { hold: Hold };
  release: { hold: Hold };
  confirm: { booking: Booking };
  cancel: { booking: Booking };
  mine: MineAnswer;
  authenticate: { subject: Subject };
}
