/** Claims as the tape chart tells of them: who has which nights, since when, until when. For an apartment's host and for admins. */
import { z } from 'zod';
import { Id } from './ids.ts';
import { Instant } from './instant.ts';
import { IsoDate } from './nights.ts';
import { AmountMinor, Currency } from './resources.ts';

/** A claim with all its nights, also where only some of them are in the window that was asked for. */
export const ClaimView = z.object({
  kind: z.enum(['hold', 'booking', 'block']),
  id: Id,
  from: IsoDate,
  to: IsoDate,
  /** `held` and `confirming`: a hold; `confirmed`: a booking; `closed`: a block. */
  status: z.enum(['held', 'confirming', 'confirmed', 'closed']),
  /** Of a hold: since when its guest has held these nights, over what it replaced. Of a booking or a block: when it was made. */
  since: Instant,
  /** Of a hold: its deadline; the payment's while it is `confirming`. */
  until: Instant.optional(),
  /** Of a hold: its guest may still extend it. */
  extendable: z.boolean().optional(),
  /** Told to admins alone. */
  guestId: Id.optional(),
  /** Of a booking: the name it was made in. */
  guestName: z.string().optional(),
  guests: z.int().positive().optional(),
  totalMinor: AmountMinor.optional(),
  currency: Currency.optional(),
  /** Of a block. */
  reason: z.string().optional(),
});
export type ClaimView = z.infer<typeof ClaimView>;

/** Committed claims that share a night with the window, by their first night. */
export const ClaimsAnswer = z.object({ version: z.int().nonnegative(), claims: z.array(ClaimView) });
export type ClaimsAnswer = z.infer<typeof ClaimsAnswer>;

/** What the apartment itself knows of a claim: of bookings and blocks the rest stands in their tables and the journal. */
export type StandingClaim = Omit<ClaimView, 'since'> & { since?: string | undefined };
export interface StandingClaims {
  readonly version: number;
  readonly claims: readonly StandingClaim[];
}
