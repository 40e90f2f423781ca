/**
 * Where events may have been lost on their way between servers (Redis was away, a server died before it told what it
 * had committed), everybody here is asked to look again, who is somebody: the admin's picture and a guest's own holds and
 * bookings have no version by which a loss could be noticed. Watched calendars have, and beacons (beacons.ts).
 */
import { MISSED_GATHER_MS, MISSED_SPREAD_MAX_MS, MISSED_SPREAD_PER_SOCKET_MS } from '../limits.ts';
import type { Session } from './session.ts';

export class MissedNotice {
  readonly #sessions: () => Iterable<Session>;
  #timer: NodeJS.Timeout | undefined;

  constructor(sessions: () => Iterable<Session>) {
    this.#sessions = sessions;
  }

  /** Asked for often, as when the shards of a dead server find owners one by one, it is told once. */
  tell(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#tellAll();
    }, MISSED_GATHER_MS);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #tellAll(): void {
    const concerned = [...this.#sessions()].filter(({ subject }) => subject !== undefined);
    const askInMs = Math.min(MISSED_SPREAD_MAX_MS, concerned.length * MISSED_SPREAD_PER_SOCKET_MS);
    for (const session of concerned) session.send('notice', { kind: 'missed', askInMs });
  }
}
