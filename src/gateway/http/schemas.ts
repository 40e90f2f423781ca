/** What HTTP takes and gives beyond the protocol's own schemas: credentials, paths, queries (text made numbers). */
import { z } from 'zod';
import {
  BlockCommand,
  CalendarQuery,
  CancelCommand,
  ConfirmCommand,
  ExtendCommand,
  Search,
  StayWanted,
} from '../../protocol/commands.ts';
import { EMAIL_LENGTH_MAX } from '../../protocol/email.ts';
import { ErrorBody } from '../../protocol/errors.ts';
import { Id } from '../../protocol/ids.ts';
import {
  GUESTS_MAX,
  NAME_LENGTH_MAX,
  PAGE_SIZE_DEFAULT,
  PAGE_SIZE_MAX,
  PASSWORD_LENGTH_MAX,
} from '../../protocol/limits.ts';
import { ManagedApartment } from '../../protocol/managed-apartments.ts';
import { IsoDate } from '../../protocol/nights.ts';
import { Block, Booking, Calendar, Hold, Quote, Session } from '../../protocol/resources.ts';
import { Apartment, ApartmentCard } from '../../protocol/terms.ts';
import { shownLine, storable } from '../../protocol/text.ts';

const email = storable('an e-mail address', EMAIL_LENGTH_MAX);
export const SignUp = z.object({
  email,
  password: z.string().max(PASSWORD_LENGTH_MAX),
  name: shownLine('a name', NAME_LENGTH_MAX).min(1, 'send a name'),
});
export const SignIn = z.object({ email, password: z.string().max(PASSWORD_LENGTH_MAX) });
export const Refresh = z.object({ refreshToken: z.string().max(512) });

export const ApartmentPath = z.object({ id: Id });
export const HoldPath = z.object({ id: Id, holdId: Id });
export const BlockPath = z.object({ id: Id, blockId: Id });

const number = z.coerce.number();
/** The dispatch says what is missing where only one of the dates is there. */
export const ListingQuery = z.object({
  ...Search.shape,
  checkIn: IsoDate.optional(),
  checkOut: IsoDate.optional(),
  guests: number.int().min(1).max(GUESTS_MAX).optional(),
  adults: number.int().min(1).max(GUESTS_MAX).optional(),
  children: number.int().min(0).max(GUESTS_MAX).optional(),
  maxTotalMinor: number.int().nonnegative().optional(),
  limit: number.int().min(1).max(PAGE_SIZE_MAX).default(PAGE_SIZE_DEFAULT),
});
export const BookingsQuery = z.object({
  limit: number.int().min(1).max(PAGE_SIZE_MAX).default(PAGE_SIZE_DEFAULT),
  before: Id.optional().meta({ description: 'id of the last booking of the page before' }),
  whose: z.literal('mine').optional().meta({ description: "an admin's own only, instead of everybody's" }),
});
export const ApartmentBookingsQuery = CalendarQuery.safeExtend({
  limit: number.int().min(1).max(PAGE_SIZE_MAX).default(PAGE_SIZE_DEFAULT),
  cursor: Id.optional().meta({ description: 'id of the last booking of the page before' }),
});
/** What the path and the header do not say already. */
const intent = { requestId: true, apartmentId: true } as const;
export const HoldBody = StayWanted;
export const ConfirmBody = ConfirmCommand.omit({ ...intent, holdId: true });
/** Fastify says null where there is no body. */
export const ExtendBody = ExtendCommand.pick({ minutes: true }).nullish();
export const CancelBody = CancelCommand.pick({ reason: true }).nullish();
export const BlockBody = BlockCommand.omit(intent);
/** `Idempotency-Key` is the `requestId`; without one the server makes one, and a retry is a new intent. */
export const IntentHeaders = z.object({
  'idempotency-key': z.guid('Idempotency-Key is a UUID; send a new one for each intent').optional(),
});

/** Also the revision of what a change was made of, so that it undoes nobody else's. */
export const RevisedHeaders = IntentHeaders.extend({
  'if-match': storable('a revision', 64).optional().meta({
    description: 'the revision the change was made of, as its ETag was: 412 where it is not the latest',
  }),
});

export const BlockAnswer = z.object({ block: Block });
export const BookingsAnswer = z.object({ bookings: z.array(Booking), nextBefore: Id.optional() });
export const Empty = z.object({});
export const Health = z.object({ ok: z.literal(true) });
export const Readiness = z.object({ ready: z.boolean(), reasons: z.array(z.string()) });
export const Failure = z.object({ error: ErrorBody });

/** Named in the OpenAPI document; everything else is written out where it is used. */
export const NAMED = z.registry<{ id: string }>();
for (const [id, schema] of Object.entries({
  Apartment,
  ApartmentCard,
  Block,
  Booking,
  Calendar,
  Error: ErrorBody,
  Hold,
  ManagedApartment,
  Quote,
  Session,
})) {
  NAMED.add(schema, { id });
}
