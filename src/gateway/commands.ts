/** The commands that a socket and an HTTP route share: who may, what fits, and what the apartment is told. */

import {
  BlockCommand,
  CancelCommand,
  ClaimsQuery,
  ConfirmCommand,
  ExtendCommand,
  HoldCommand,
  ListQuery,
  Mine,
  OccupancyQuery,
  ReleaseCommand,
  Search,
  UnblockCommand,
} from '../protocol/commands.ts';
import { Refusal } from '../protocol/errors.ts';
import { nightOf } from '../protocol/nights.ts';
import { partyOf } from '../protocol/party.ts';
import type { Subject } from '../protocol/resources.ts';
import type { Caller } from './caller.ts';
import { type CommandTable, command } from './dispatch.ts';
import type { GatewayParts } from './ports.ts';

/** What any guest's socket may send, and HTTP too. */
export function guestCommands<C extends Caller>(parts: GatewayParts): CommandTable<C> {
  const { apartments, bookings, listings } = parts;
  return {
    hold: command({
      access: 'subject',
      begins: 'hold',
      schema: HoldCommand,
      run(caller: C, { requestId, apartmentId, checkIn, checkOut, guests, adults, children }, reply) {
        const stay = { from: nightOf(checkIn), to: nightOf(checkOut) };
        const party = partyOf({ guests, adults, children });
        return apartments.ask(
          subjectOf(caller),
          { kind: 'hold', requestId, apartmentId, stay, ...party },
          reply,
        );
      },
    }),
    extend: command({
      access: 'subject',
      schema: ExtendCommand,
      run(caller: C, { requestId, apartmentId, holdId, minutes }, reply) {
        const extend = { kind: 'extend', requestId, apartmentId, holdId } as const;
        return apartments.ask(
          subjectOf(caller),
          { ...extend, ...(minutes !== undefined && { minutes }) },
          reply,
        );
      },
    }),
    release: command({
      access: 'subject',
      schema: ReleaseCommand,
      run(caller: C, { requestId, apartmentId, holdId }, reply) {
        return apartments.ask(subjectOf(caller), { kind: 'release', requestId, apartmentId, holdId }, reply);
      },
    }),
    confirm: command({
      access: 'subject',
      schema: ConfirmCommand,
      run(caller: C, { requestId, apartmentId, holdId, guest, payment }, reply) {
        const { method } = payment;
        const intent = { requestId, apartmentId, holdId };
        return apartments.ask(
          subjectOf(caller),
          { kind: 'confirm', ...intent, contact: guest, method },
          reply,
        );
      },
    }),
    cancel: command({
      access: 'subject',
      schema: CancelCommand,
      async run(caller: C, { requestId, apartmentId, bookingId, reason }, reply) {
        const subject = await cancellingSubject(parts, subjectOf(caller), apartmentId);
        return apartments.ask(
          subject,
          { kind: 'cancel', requestId, apartmentId, bookingId, ...(reason === undefined ? {} : { reason }) },
          reply,
        );
      },
    }),
    mine: command({
      access: 'subject',
      schema: Mine,
      async run(caller: C, _input, reply) {
        reply({ ok: true, data: await bookings.mine(subjectOf(caller)) });
      },
    }),
    search: command({
      access: 'anyone',
      begins: 'search',
      schema: Search,
      run: (_caller: C, query, reply) => reply(listings.search(query)),
    }),
  };
}

/** What only HTTP offers. */
export function managementCommands<C extends Caller>(parts: GatewayParts): CommandTable<C> {
  const { apartments, listings } = parts;
  return {
    list: command({
      access: 'anyone',
      begins: 'search',
      schema: ListQuery,
      run: (_caller: C, query, reply) => reply(listings.search(query)),
    }),
    block: command({
      access: 'manager',
      schema: BlockCommand,
      async run(caller: C, { requestId, apartmentId, from, to, reason }, reply) {
        const range = { from: nightOf(from), to: nightOf(to) };
        if (range.to <= range.from) throw backwards(from, to);
        const subject = await managingSubject(parts, subjectOf(caller), apartmentId);
        return apartments.ask(
          subject,
          { kind: 'block', requestId, apartmentId, range, ...(reason === undefined ? {} : { reason }) },
          reply,
        );
      },
    }),
    unblock: command({
      access: 'manager',
      schema: UnblockCommand,
      async run(caller: C, { requestId, apartmentId, blockId }, reply) {
        const subject = await managingSubject(parts, subjectOf(caller), apartmentId);
        return apartments.ask(subject, { kind: 'unblock', requestId, apartmentId, blockId }, reply);
      },
    }),
    claims: command({
      access: 'manager',
      schema: ClaimsQuery,
      async run(caller: C, { apartmentId, from, to }, reply) {
        const subject = await managingSubject(parts, subjectOf(caller), apartmentId);
        const window = { from: nightOf(from), to: nightOf(to) };
        reply(await apartments.claims(subject, apartmentId, window));
      },
    }),
    occupancy: command({
      access: 'admin',
      schema: OccupancyQuery,
      async run(_caller: C, query, reply) {
        reply(await apartments.occupancy(query));
      },
    }),
  };
}

/** Of a caller that `access` has let through. */
export function subjectOf(caller: Caller): Subject {
  if (caller.subject === undefined) throw new Error('a command for subjects was run without one');
  return caller.subject;
}

/** A host cancels as a host where the apartment is theirs; elsewhere they are a guest like any other. */
async function cancellingSubject(
  parts: GatewayParts,
  subject: Subject,
  apartmentId: string,
): Promise<Subject> {
  if (subject.kind !== 'host') return subject;
  return (await parts.listings.mayManage(subject, apartmentId)) ? subject : { id: subject.id, kind: 'guest' };
}

/** @throws Refusal where they may not manage the apartment */
export async function managingSubject(
  parts: GatewayParts,
  subject: Subject,
  apartmentId: string,
): Promise<Subject> {
  if (await parts.listings.mayManage(subject, apartmentId)) return subject;
  const known = await parts.listings.get(subject, apartmentId);
  if (!known.ok) {
    const { code, message, ...details } = known.error;
    throw new Refusal(code, message, details);
  }
  const message = `apartment ${apartmentId} is another host's; its host or an admin may do this`;
  throw new Refusal('forbidden', message);
}

function backwards(from: string, to: string): Refusal {
  const message = `to ${to} is not after from ${from}; close at least 1 night`;
  return new Refusal('invalid_request', message, { fields: [{ path: 'to', message }] });
}
