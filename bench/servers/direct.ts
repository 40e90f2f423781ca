/**
 * Baseline `direct`: a Socket.IO server of the usual kind. The same validation, rules and prices as the real
 * one; then each command is one PostgreSQL transaction through a pool of 20, and an exclusion constraint keeps
 * overlapping claims out. `DIRECT_STYLE` says how the transaction is sent: statement by statement between
 * `begin` and `commit` (`transaction`, the usual way), or as one statement, one round trip (`statement`).
 */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { Namespace, Socket } from 'socket.io';
import type { z } from 'zod';
import { ConfirmCommand, HoldCommand, ReleaseCommand } from '../../src/protocol/commands.ts';
import { type Outcome, refuse } from '../../src/protocol/errors.ts';
import { invalidRequest } from '../../src/protocol/invalid-request.ts';
import { HOLD_TTL_SECONDS_DEFAULT } from '../../src/protocol/limits.ts';
import { localNight } from '../../src/protocol/local-day.ts';
import { nightOf } from '../../src/protocol/nights.ts';
import { partyOf } from '../../src/protocol/party.ts';
import { priceOf, quoteOf } from '../../src/protocol/price.ts';
import type { Booking, Hold } from '../../src/protocol/resources.ts';
import { checkStay } from '../../src/protocol/rules.ts';
import type { Terms } from '../../src/protocol/terms.ts';
import type { Claim, Ledger } from './direct-ledger.ts';
import { statementLedger } from './direct-statement.ts';
import { transactionLedger } from './direct-transaction.ts';
import { openDoor } from './guest-door.ts';

const POOL_MAX = 20;
const SWEEP_EVERY_MS = 1_000;

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: POOL_MAX });
const ledger: Ledger =
  process.env.DIRECT_STYLE === 'statement' ? statementLedger(pool) : transactionLedger(pool);
/** In memory for good: a query for the terms before each hold would only make this baseline slower. */
const termsOf = new Map<string, Terms>(
  (await pool.query<{ id: string; terms: Terms }>('select id, terms from apartments')).rows.map((row) => [
    row.id,
    row.terms,
  ]),
);
setInterval(() => void ledger.expire().catch(() => {}), SWEEP_EVERY_MS);

const door = openDoor();
door.guests.on('connection', (socket) => {
  const guestId = door.guestOf(socket);
  void socket.join(`guest:${guestId}`);
  on(socket, 'hold', HoldCommand, async (command) => {
    const terms = termsOf.get(command.apartmentId);
    if (terms === undefined)
      return refuse('not_found', `no apartment ${command.apartmentId}; search for one that exists`);
    const stay = { from: nightOf(command.checkIn), to: nightOf(command.checkOut) };
    const party = partyOf(command);
    const broken = checkStay(terms, stay, party.guests, localNight(terms.timeZone, Date.now()), undefined);
    if (broken !== undefined)
      return refuse('rule_violation', broken.why, {
        fields: [{ path: broken.path, message: broken.rule }],
      });
    const outcome = await ledger.hold({
      ...command,
      guests: party.guests,
      guestId,
      claimId: randomUUID(),
      quote: quoteOf(priceOf(terms, stay, party)),
      ttlSeconds: terms.holdTtlSeconds ?? HOLD_TTL_SECONDS_DEFAULT,
    });
    return outcome.ok ? told(door.guests, outcome.data, { hold: holdOf(outcome.data) }) : outcome;
  });
  on(socket, 'release', ReleaseCommand, async (command) => {
    const outcome = await ledger.release({ ...command, guestId });
    return outcome.ok ? told(door.guests, outcome.data, { hold: holdOf(outcome.data) }) : outcome;
  });
  on(socket, 'confirm', ConfirmCommand, async (command) => {
    const outcome = await ledger.confirm({ ...command, guestId, bookingId: randomUUID() });
    return outcome.ok ? told(door.guests, outcome.data, { booking: bookingOf(outcome.data) }) : outcome;
  });
});
door.open();

/** Parse, try, acknowledge: the wrapper around every handler. */
function on<Schema extends z.ZodType>(
  socket: Socket,
  event: string,
  schema: Schema,
  handle: (command: z.infer<Schema>) => Promise<Outcome<{ hold: Hold } | { booking: Booking }>>,
): void {
  socket.on(event, async (payload: unknown, acknowledge: unknown) => {
    const parsed = schema.safeParse(payload);
    const outcome = parsed.success
      ? await handle(parsed.data).catch(() => refuse('internal', `${event} failed; try again`))
      : { ok: false as const, error: invalidRequest(parsed.error.issues) };
    if (typeof acknowledge === 'function') acknowledge(outcome);
  });
}

/** Tells the guest's other devices and the apartment's watchers, as the protocol asks of every server. */
function told<Answer extends { hold: Hold } | { booking: Booking }>(
  guests: Namespace,
  claim: Claim,
  answer: Answer,
): Outcome<Answer> {
  guests.to(`guest:${claim.guestId}`).emit('hold' in answer ? 'hold' : 'booking', answer);
  const status = claim.status === 'released' ? 'free' : claim.status === 'held' ? 'held' : 'booked';
  guests.to(`apartment:${claim.apartmentId}`).emit('availability', {
    apartmentId: claim.apartmentId,
    version: claim.version,
    changes: [{ from: claim.checkIn, to: claim.checkOut, status }],
  });
  return { ok: true, data: answer };
}

function holdOf(claim: Claim): Hold {
  return {
    id: claim.id,
    apartmentId: claim.apartmentId,
    checkIn: claim.checkIn,
    checkOut: claim.checkOut,
    guests: claim.guests,
    status: claim.status === 'booked' ? 'confirmed' : claim.status,
    expiresAt: claim.heldUntil.toISOString(),
    extendable: claim.status === 'held',
    quote: claim.quote,
    version: claim.version,
  };
}

function bookingOf(claim: Claim): Booking {
  return {
    id: claim.bookingId ?? '',
    apartmentId: claim.apartmentId,
    checkIn: claim.checkIn,
    checkOut: claim.checkOut,
    guests: claim.guests,
    status: 'confirmed',
    price: claim.quote,
    policy: 'flexible',
    guest: { name: claim.guestName ?? '', email: claim.guestEmail ?? '' },
    createdAt: claim.changedAt.toISOString(),
    version: claim.version,
  };
}
