/** Commands of /v1/admin: the live picture of all apartments. */
import { Authenticate, OccupancyQuery } from '../../protocol/commands.ts';
import { BAD_TOKEN, callerOf, NO_ADMIN, NOBODY } from '../caller.ts';
import { type CommandTable, command } from '../dispatch.ts';
import type { GatewayParts } from '../ports.ts';
import { FEED } from './fan-out.ts';
import type { Session } from './session.ts';

export function adminSocketCommands(parts: GatewayParts): CommandTable<Session> {
  return {
    /**
     * The snapshot, then every committed change and `stats` once a second. The feed tells of all apartments;
     * one that is not in the snapshot (another city, listed since) is for the client to ask about or ignore.
     */
    occupancy: command({
      access: 'admin',
      schema: OccupancyQuery,
      async run(session: Session, query, reply) {
        await session.withSnapshot(async () => {
          const joined = !session.socket.rooms.has(FEED);
          if (joined) await session.join(FEED);
          const outcome = await parts.apartments.occupancy(query);
          if (!outcome.ok && joined) session.leave(FEED);
          reply(outcome);
        });
      },
    }),
    authenticate: command({
      access: 'anyone',
      schema: Authenticate,
      async run(session: Session, { token }, reply) {
        const verified = await parts.accounts.verify(token);
        if (verified?.subject.kind !== 'admin') {
          reply({ ok: false, error: verified === undefined ? BAD_TOKEN : NO_ADMIN });
          return;
        }
        session.become(callerOf(verified));
        reply({ ok: true, data: { subject: verified.subject } });
      },
    }),
  };
}

/** The feed tells of every guest: it ends with the right to it. */
export function leaveFeed(session: Session): void {
  session.leave(FEED);
  session.become(NOBODY);
}
