/** The things that cross the wire: what a guest, an admin or a peer gets to see. Schemas first, types from them. */
import { z } from 'zod';
import { EmailAddress } from './email.ts';
import { Id } from './ids.ts';
import { Instant } from './instant.ts';
import { NAME_LENGTH_MAX } from './limits.ts';
import { IsoDate } from './nights.ts';
import { shownLine } from './text.ts';

export const Currency = z.string().regex(/^[A-Z]{3}$/, 'a currency is an ISO 4217 code such as EUR');
/** Integer minor units (cents) of an ISO 4217 currency. */
export const AmountMinor = z.int();
export const Money = z.object({ currency: Currency, amountMinor: AmountMinor });
export type Money = z.infer<typeof Money>;

export const RangeStatus = z.enum(['held', 'booked', 'blocked', 'free']);
export type RangeStatus = z.infer<typeof RangeStatus>;

/** Half-open nights with one status. `checkOutOnly`: the first day of a taken range on which a stay may end. */
export const Range = z.object({
  from: IsoDate,
  to: IsoDate,
  status: RangeStatus,
  heldUntil: Instant.optional(),
  checkOutOnly: z.boolean().optional(),
});
export type Range = z.infer<typeof Range>;

/** Taken nights of one apartment in [from, to), sorted, half-open, never `free`, never overlapping. */
export const Calendar = z.object({
  apartmentId: Id,
  version: z.int().nonnegative(),
  from: IsoDate,
  to: IsoDate,
  taken: z.array(Range),
});
export type Calendar = z.infer<typeof Calendar>;

export const QuoteLine = z.object({
  kind: z.enum(['nights', 'cleaning', 'tax', 'discount', 'extra_guests', 'city_tax']),
  label: z.string(),
  amountMinor: AmountMinor,
});
export type QuoteLine = z.infer<typeof QuoteLine>;

/** The lines add up to `totalMinor`. */
export const Quote = z.object({ currency: Currency, totalMinor: AmountMinor, lines: z.array(QuoteLine) });
export type Quote = z.infer<typeof Quote>;

export const HoldStatus = z.enum(['held', 'confirming', 'confirmed', 'released', 'expired']);
export type HoldStatus = z.infer<typeof HoldStatus>;

export const Hold = z.object({
  id: Id,
  apartmentId: Id,
  checkIn: IsoDate,
  checkOut: IsoDate,
  guests: z.int().positive(),
  status: HoldStatus,
  expiresAt: Instant,
  extendable: z.boolean(),
  quote: Quote,
  version: z.int().nonnegative(),
  bookingId: Id.optional(),
});
export type Hold = z.infer<typeof Hold>;

export const GuestContact = z.object({
  name: shownLine('a name', NAME_LENGTH_MAX).min(1, 'send the name of the guest'),
  email: EmailAddress,
});
export type GuestContact = z.infer<typeof GuestContact>;

export const CancellationPolicy = z.enum(['flexible', 'moderate', 'strict']);
export type CancellationPolicy = z.infer<typeof CancellationPolicy>;

/** `policy`: the one in force when it was booked; what its apartment has come to ask since does not count. */
export const Booking = z.object({
  id: Id,
  apartmentId: Id,
  checkIn: IsoDate,
  checkOut: IsoDate,
  guests: z.int().positive(),
  status: z.enum(['confirmed', 'cancelled']),
  price: Quote,
  policy: CancellationPolicy,
  guest: GuestContact,
  createdAt: Instant,
  cancelledAt: Instant.optional(),
  refund: Money.optional(),
  version: z.int().nonnegative(),
});
export type Booking = z.infer<typeof Booking>;

export const SubjectKind = z.enum(['guest', 'host', 'admin']);
export type SubjectKind = z.infer<typeof SubjectKind>;
/** Who is asking: an account, or an anonymous guest. */
export const Subject = z.object({ id: Id, kind: SubjectKind });
export type Subject = z.infer<typeof Subject>;

export const Session = z.object({
  accessToken: z.string(),
  expiresInSeconds: z.int().positive(),
  refreshToken: z.string(),
  subject: Subject,
});
export type Session = z.infer<typeof Session>;

export const Block = z.object({
  id: Id,
  apartmentId: Id,
  from: IsoDate,
  to: IsoDate,
  reason: z.string().optional(),
  version: z.int().nonnegative(),
});
export type Block = z.infer<typeof Block>;
