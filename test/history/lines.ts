/** One line of a history as JSONL: a schema for each `type`. */
import { z } from 'zod';
import { ErrorBody } from '../../src/protocol/errors.ts';
import { Availability } from '../../src/protocol/events.ts';
import { Id } from '../../src/protocol/ids.ts';
import { IsoDate } from '../../src/protocol/nights.ts';
import { Block, Booking, Calendar, Hold, SubjectKind } from '../../src/protocol/resources.ts';

/** Nights of one claim: a horizon and some; a corrupt line must not make anybody count to infinity. */
const NIGHTS_MAX = 1_000;

const Ms = z.number();
const Version = z.int().positive();
const Window = { from: IsoDate, to: IsoDate };
const byClient = { atMs: Ms, process: z.string() };
const invoke = {
  ...byClient,
  type: z.literal('invoke'),
  op: z.int(),
  subject: z.string(),
  kind: SubjectKind.optional(),
  requestId: z.string().optional(),
  sentOnce: z.boolean().optional(),
};
const ofHold = z.object({ apartmentId: Id, holdId: z.string() });

const Entry = z.object({
  apartmentId: Id,
  version: Version,
  subjectId: z.string().nullable(),
  requestId: z.string().nullable(),
  atMs: z.int(),
  epoch: z.int().optional(),
  fact: factSchema(),
});

export const Line = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('run'),
    systemAtZeroMs: Ms,
    skewMs: Ms,
    lateMs: Ms.optional(),
    toldMs: Ms.optional(),
    resyncMs: Ms.optional(),
    watchLagMs: Ms.optional(),
    holdsPerGuest: z.int().optional(),
    admins: z.array(z.string()).optional(),
    adopted: z.record(z.string(), z.string()).optional(),
    adoptedByMs: z.record(z.string(), Ms).optional(),
    holdTtlMs: Ms.optional(),
    timeZones: z.record(z.string(), z.string()).optional(),
    isSettled: z.boolean().optional(),
  }),
  z.object({
    type: z.literal('outage'),
    fromMs: Ms,
    toMs: Ms,
    apartmentIds: z.array(z.string()).optional(),
  }),
  z.object({
    type: z.literal('deaf'),
    fromMs: Ms,
    toMs: Ms,
  }),
  z.object({
    type: z.literal('damage'),
    fromMs: Ms,
    toMs: Ms,
    apartmentIds: z.array(z.string()),
  }),
  z.discriminatedUnion('command', [
    z.object({
      ...invoke,
      command: z.literal('hold'),
      args: z.object({
        apartmentId: Id,
        checkIn: IsoDate,
        checkOut: IsoDate,
        guests: z.int().optional(),
        adults: z.int().optional(),
        children: z.int().optional(),
      }),
    }),
    z.object({ ...invoke, command: z.literal('extend'), args: ofHold }),
    z.object({ ...invoke, command: z.literal('release'), args: ofHold }),
    z.object({
      ...invoke,
      command: z.literal('confirm'),
      args: z.looseObject({ apartmentId: Id, holdId: z.string() }),
    }),
    z.object({
      ...invoke,
      command: z.literal('cancel'),
      args: z.object({ apartmentId: Id, bookingId: z.string(), reason: z.string().optional() }),
    }),
    z.object({
      ...invoke,
      command: z.literal('block'),
      args: z.object({ apartmentId: Id, ...Window, reason: z.string().optional() }),
    }),
    z.object({
      ...invoke,
      command: z.literal('unblock'),
      args: z.object({ apartmentId: Id, blockId: z.string() }),
    }),
    z.object({
      ...invoke,
      command: z.literal('calendar'),
      args: z.object({ apartmentId: Id, ...Window }),
    }),
    z.object({ ...invoke, command: z.literal('mine'), args: z.object({}) }),
  ]),
  z.object({
    ...byClient,
    type: z.literal('ok'),
    op: z.int(),
    data: z.union([
      z.object({ hold: Hold }),
      z.object({ booking: Booking }),
      z.object({ block: Block }),
      z.object({ calendar: Calendar }),
      z.object({ holds: z.array(Hold), bookings: z.array(Booking) }),
    ]),
    server: z.string().optional(),
  }),
  z.object({
    ...byClient,
    type: z.literal('fail'),
    op: z.int(),
    error: ErrorBody,
    server: z.string().optional(),
  }),
  z.object({ ...byClient, type: z.literal('unknown'), op: z.int() }),
  z.object({ ...byClient, type: z.literal('calendar'), watch: z.int(), calendar: Calendar }),
  Availability.extend({
    ...byClient,
    type: z.literal('availability'),
    watch: z.int(),
    applied: z.boolean().optional(),
  }),
  z.object({ ...byClient, type: z.literal('unwatch'), watch: z.int(), apartmentId: Id }),
  z.object({ ...byClient, type: z.literal('hold'), hold: Hold }),
  z.object({ ...byClient, type: z.literal('booking'), booking: Booking }),
  Entry.extend({ type: z.literal('journal') }),
  z.object({
    type: z.literal('lost'),
    copyMs: Ms,
    fromMs: Ms,
    untilMs: Ms,
    acceptedMs: Ms,
    journal: z.array(Entry),
    heads: z.record(Id, z.int().nonnegative()),
  }),
  z.object({
    type: z.literal('payment'),
    key: z.string(),
    status: z.enum([
      'none',
      'pending',
      'down',
      'authorised',
      'captured',
      'voided',
      'refunded',
      'declined',
      'action_required',
    ]),
    amountMinor: z.int(),
    refundedMinor: z.int(),
  }),
  z.object({
    type: z.literal('booking-row'),
    id: z.string(),
    apartmentId: Id,
    holdId: z.string(),
    from: z.int(),
    to: z.int(),
    guests: z.int(),
    guestId: z.string(),
    status: z.enum(['pending', 'confirmed', 'cancelled']),
    price: priceSchema(),
    policy: z.enum(['flexible', 'moderate', 'strict']),
    paymentKey: z.string(),
    createdAtMs: z.number(),
    cancelledAtMs: z.number().nullable(),
    refundMinor: z.int().nullable(),
    version: z.int(),
    confirmedVersion: z.int(),
  }),
]);

function priceSchema() {
  return z.object({ currency: z.string(), lines: z.array(z.tuple([z.int(), z.int(), z.int()])) });
}

function factSchema() {
  const hold = z.string();
  const booking = z.string();
  const key = z.string();
  const nights = { from: z.int(), to: z.int() };
  const isBounded = (fact: { from: number; to: number }) => fact.to - fact.from <= NIGHTS_MAX;
  const tooLong = `a claim of more than ${NIGHTS_MAX} nights is none`;
  return z.discriminatedUnion('kind', [
    z
      .object({
        kind: z.literal('held'),
        hold,
        ...nights,
        guests: z.int(),
        adults: z.int().optional(),
        price: priceSchema(),
        expiresAtMs: z.int(),
        firstHeldAtMs: z.int().optional(),
        replaces: z.array(z.string()).optional(),
      })
      .refine(isBounded, tooLong),
    z.discriminatedUnion('v', [
      z.object({
        kind: z.literal('extended'),
        v: z.literal(1).optional(),
        ...{ hold, expiresAtMs: z.int() },
      }),
      z.object({
        kind: z.literal('extended'),
        v: z.literal(2),
        ...{ hold, expiresAtMs: z.int(), used: z.boolean() },
      }),
    ]),
    z.object({
      kind: z.literal('confirming'),
      hold,
      booking,
      key,
      method: z.string(),
      deadlineMs: z.int(),
    }),
    z.object({ kind: z.literal('authorised'), hold, key }),
    z.object({
      kind: z.literal('declined'),
      hold,
      key,
      reason: z.enum(['declined', 'action_required']),
    }),
    z.object({ kind: z.literal('confirmed'), hold, booking, key }),
    z.object({ kind: z.literal('released'), hold, expiresAtMs: z.int().optional() }),
    z.object({ kind: z.literal('expired'), hold }),
    z.object({
      kind: z.literal('settled'),
      key,
      outcome: z.enum(['nothing_taken', 'voided', 'refunded', 'refused']),
    }),
    z.object({
      kind: z.literal('cancelled'),
      booking,
      key,
      refundMinor: z.int(),
      reason: z.string().optional(),
    }),
    z
      .object({ kind: z.literal('blocked'), block: z.string(), ...nights, reason: z.string().optional() })
      .refine(isBounded, tooLong),
    z.object({ kind: z.literal('unblocked'), block: z.string() }),
    z.object({ kind: z.literal('adopted'), guest: z.string(), account: z.string() }),
    z.object({ kind: z.enum(['paused', 'resumed', 'retired']) }),
  ]);
}
