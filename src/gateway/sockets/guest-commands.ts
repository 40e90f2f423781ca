/** Commands that only make sense on a socket of /v1: what it watches, and who it is. */
import { Authenticate, Unwatch, Watch } from '../../protocol/commands.ts';
import { type Outcome, Refusal } from '../../protocol/errors.ts';
import { WATCHES_PER_SOCKET_MAX } from '../../protocol/limits.ts';
import { nightOf } from '../../protocol/nights.ts';
import type { Calendar } from '../../protocol/resources.ts';
import { BAD_TOKEN, callerOf, NOBODY } from '../caller.ts';
import { guestCommands } from '../commands.ts';
import { type CommandTable, command } from '../dispatch.ts';
import type { GatewayParts, Listings, VerifiedToken } from '../ports.ts';
import { apartmentRoom, type FanOut, guestRoom } from './fan-out.ts';
import type { Session } from './session.ts';

export function guestSocketCommands(parts: GatewayParts, fanOut: FanOut): CommandTable<Session> {
  return {
    ...guestCommands<Session>(parts),
    watch: command({
      access: 'anyone',
      schema: Watch,
      async run(session: Session, { apartmentIds, from, to }, reply) {
        const window = { from: nightOf(from), to: nightOf(to) };
        const wanted = [...new Set(apartmentIds)];
        const fresh = wanted.filter((id) => !session.watched.has(id));
        if (session.watched.size + fresh.length > WATCHES_PER_SOCKET_MAX) throw tooManyWatches(session);
        // Each of the others is looked up in the database, and ids that there are not cost nobody anything to make up.
        session.link.owe(wanted.filter((id) => !parts.listings.isPublic(id)).length);
        await session.withSnapshot(async () => {
          // Joined before reading: a change is in the calendar that is read, or in a delta that follows it.
          for (const id of fresh) session.watched.add(id);
          const joined = session.join(fresh.map(apartmentRoom));
          if (session.socket.connected) for (const id of fresh) fanOut.watched(id);
          await joined;
          const outcomes = await Promise.all(
            wanted.map((id) => parts.apartments.calendar(session.subject, id, window)),
          ).catch((fault) => {
            // Whether it may know of them was not found out.
            leave(session, fresh);
            throw fault;
          });
          const calendars: Calendar[] = [];
          let refusal: Outcome<never> | undefined;
          for (const [i, outcome] of outcomes.entries()) {
            if (outcome.ok) {
              calendars.push(outcome.data);
              fanOut.known(outcome.data.apartmentId, outcome.data.version);
            } else {
              // Only this one: another `watch` of this socket may count on the rest.
              leave(session, [wanted[i]!]);
              refusal ??= outcome;
            }
          }
          reply(refusal ?? { ok: true, data: { calendars } });
        });
      },
    }),
    unwatch: command({
      access: 'anyone',
      schema: Unwatch,
      run(session: Session, { apartmentIds }, reply) {
        leave(session, apartmentIds);
        reply({ ok: true, data: {} });
      },
    }),
    authenticate: command({
      access: 'anyone',
      schema: Authenticate,
      async run(session: Session, { token }, reply) {
        const verified = await parts.accounts.verify(token);
        if (verified === undefined) {
          reply({ ok: false, error: BAD_TOKEN });
          return;
        }
        await signIn(session, verified, parts.listings);
        reply({ ok: true, data: { subject: verified.subject } });
      },
    }),
  };
}

/** From now on this socket is the subject's: it hears of their holds and bookings. */
export async function signIn(
  session: Session,
  token: VerifiedToken,
  listings: Pick<Listings, 'isPublic'>,
): Promise<void> {
  const isNew = session.subject?.id !== token.subject.id;
  if (isNew) signOut(session, listings);
  session.become(callerOf(token));
  if (isNew) await session.join(guestRoom(token.subject.id));
}

/** What it watches by who it was, and not as anybody may (S8), ends too: its client comes back, and asks as who it is then. */
export function signOut(session: Session, listings: Pick<Listings, 'isPublic'>): void {
  if (session.subject === undefined) return;
  session.leave(guestRoom(session.subject.id));
  session.become(NOBODY);
  const byRight = [...session.watched].filter((id) => !listings.isPublic(id));
  if (byRight.length === 0) return;
  leave(session, byRight);
  session.link.close();
}

function leave(session: Session, apartmentIds: readonly string[]): void {
  for (const id of apartmentIds) {
    if (!session.watched.delete(id)) continue;
    session.leave(apartmentRoom(id));
    session.forget(id);
  }
}

function tooManyWatches(session: Session): Refusal {
  const message = `this socket watches ${session.watched.size} apartments of at most ${WATCHES_PER_SOCKET_MAX}; unwatch some first`;
  return new Refusal('invalid_request', message, { fields: [{ path: 'apartmentIds', message }] });
}
