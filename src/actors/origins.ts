/**
 * What the guests of one origin hold together. An anonymous guest costs nothing, so one address may be hundreds; where
 * none of its guests has booked, its open holds and their nights are bounded over all servers, and who lets nights lapse
 * again and again waits longer each time (G4). A guest's id says which origin it is of, so that what is known of holds
 * anywhere, after a restart or of a server of another version, can be counted.
 */
import { LRUCache } from 'lru-cache';
import { originOf } from '../protocol/ids.ts';
import type { Subject } from '../protocol/resources.ts';
import type { OriginStanding } from './calendar/circumstances.ts';
import {
  LAPSE_WAIT_MAX_MS,
  LAPSE_WAIT_MS,
  LAPSES_FORGOTTEN_MS,
  LAPSES_FREE,
  ORIGIN_DOUBTED_MS,
  ORIGIN_TRUSTED_MS,
  ORIGINS_MAX,
} from './limits.ts';

export interface OriginBounds {
  readonly holdsMax: number;
  readonly nightsMax: number;
  /** Whether a guest of this origin has a booking that stands; read from storage, in the background. */
  readonly hasBooked: (origin: string) => Promise<boolean>;
  readonly onFault: (event: string, details: Record<string, unknown>) => void;
}

interface Open {
  readonly nights: number;
  /** Until when it is believed, in epoch milliseconds: without end where it is of an apartment that runs here. */
  readonly untilMs: number;
}
interface Lapses {
  readonly count: number;
  readonly waitUntilMs: number;
}

export class Origins {
  readonly #bounds: OriginBounds;
  readonly #open = new Map<string, Map<string, Open>>();
  readonly #booked = new LRUCache<string, boolean>({ max: ORIGINS_MAX });
  readonly #asking = new Set<string>();
  readonly #lapses = new LRUCache<string, Lapses>({ max: ORIGINS_MAX, ttl: LAPSES_FORGOTTEN_MS });

  constructor(bounds: OriginBounds) {
    this.#bounds = bounds;
  }

  /** Undefined where nothing is bounded: of hosts and admins, and where somebody of its origin has booked. */
  standingOf({ id, kind }: Subject, nowMs: number): OriginStanding | undefined {
    const origin = kind === 'guest' ? originOf(id) : undefined;
    if (origin === undefined || this.#booked.get(origin) === true) return undefined;
    const { holdsMax, nightsMax } = this.#bounds;
    let holds = 0;
    let nights = 0;
    for (const [holdId, open] of this.#open.get(origin) ?? []) {
      if (open.untilMs <= nowMs) this.#forget(origin, holdId);
      else {
        holds += 1;
        nights += open.nights;
      }
    }
    const waitMs = Math.max(0, (this.#lapses.get(origin)?.waitUntilMs ?? 0) - nowMs);
    // Before it matters, so that nobody waits for the answer.
    if (holds * 2 >= holdsMax || nights * 2 >= nightsMax || waitMs > 0) this.#look(origin);
    return { holds, nights, holdsMax, nightsMax, waitMs };
  }

  opened(guestId: string, holdId: string, nights: number, untilMs = Number.POSITIVE_INFINITY): void {
    const origin = originOf(guestId);
    if (origin === undefined) return;
    const open = this.#open.get(origin);
    if (open === undefined) this.#open.set(origin, new Map([[holdId, { nights, untilMs }]]));
    else open.set(holdId, { nights, untilMs });
  }

  ended(guestId: string, holdId: string): void {
    const origin = originOf(guestId);
    if (origin !== undefined) this.#forget(origin, holdId);
  }

  /** A hold ran out with nobody paying for it. */
  lapsed(guestId: string, nowMs: number): void {
    const origin = originOf(guestId);
    if (origin === undefined) return;
    const count = (this.#lapses.get(origin)?.count ?? 0) + 1;
    const waitMs = Math.max(0, count - LAPSES_FREE) * LAPSE_WAIT_MS;
    this.#lapses.set(origin, { count, waitUntilMs: nowMs + Math.min(waitMs, LAPSE_WAIT_MAX_MS) });
  }

  booked(guestId: string): void {
    const origin = originOf(guestId);
    if (origin !== undefined) this.#booked.set(origin, true, { ttl: ORIGIN_TRUSTED_MS });
  }

  #forget(origin: string, holdId: string): void {
    const open = this.#open.get(origin);
    if (open?.delete(holdId) === true && open.size === 0) this.#open.delete(origin);
  }

  #look(origin: string): void {
    if (this.#booked.has(origin) || this.#asking.has(origin)) return;
    this.#asking.add(origin);
    this.#bounds
      .hasBooked(origin)
      .then(
        (hasBooked) =>
          void this.#booked.set(origin, hasBooked, {
            ttl: hasBooked ? ORIGIN_TRUSTED_MS : ORIGIN_DOUBTED_MS,
          }),
        (cause) => this.#bounds.onFault('origin.not_read', { cause }),
      )
      .finally(() => this.#asking.delete(origin));
  }
}
