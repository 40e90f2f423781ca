/**
 * What peers answer to questions, and asking them. A peer may be of another version: its answer is read before it is
 * believed, and one of another shape is none. A question always comes to an end: much waits for it.
 */
import { z } from 'zod';
import { Hold } from '../protocol/resources.ts';
import type { Peer } from './membership/ports.ts';
import type { PeerRequests } from './router.ts';

/** An open hold, as the search index and the limit on holds need it. */
export const OpenHold = z.object({
  apartmentId: z.string(),
  /** Half-open, in night numbers. */
  from: z.int(),
  to: z.int(),
  guestId: z.string(),
  id: z.string(),
  /** When it ends, in epoch milliseconds. */
  untilMs: z.number(),
});
export type OpenHold = Readonly<z.infer<typeof OpenHold>>;

/** Guest, hold, when it ends in epoch milliseconds, apartment; how many nights, which a server of before does not tell. */
export const KnownHold = z.tuple([z.string(), z.string(), z.number(), z.string()]).rest(z.unknown());
export type KnownHold = readonly [
  guestId: string,
  id: string,
  untilMs: number,
  apartmentId: string,
  nights?: unknown,
];

/** What a node answers: for which shards, and what it found in them. */
export interface Part<T> {
  readonly shards: string;
  readonly found: readonly T[];
}
export function part<T>(found: z.ZodType<T>): z.ZodType<Part<T>> {
  return z.object({ shards: z.string(), found: z.array(found) });
}

export const ANSWERS = {
  known: z.array(KnownHold),
  open: part(OpenHold),
  holds: part(Hold),
  versions: z.array(z.tuple([z.string(), z.int()]).rest(z.unknown())),
};

export type PeerFault = (event: string, details: Record<string, unknown>) => void;

export class PeerQuestions {
  readonly #peers: PeerRequests | undefined;
  readonly #fault: PeerFault | undefined;

  /** @param peers undefined where this node is alone */
  constructor(peers: PeerRequests | undefined, fault: PeerFault | undefined) {
    this.#peers = peers;
    this.#fault = fault;
  }

  /** Resolves to undefined where there is no answer in time, or one that cannot be read. */
  ask<T>(
    peer: Peer,
    method: string,
    body: unknown,
    deadlineMs: number,
    answer: z.ZodType<T>,
  ): Promise<T | undefined> {
    return new Promise((resolve) => {
      if (this.#peers === undefined) return resolve(undefined);
      this.#peers.request(peer, method, body, deadlineMs, (reply) => {
        const read = reply.ok ? answer.safeParse(reply.body) : undefined;
        resolve(read?.data);
        const [issue] = read?.error?.issues ?? [];
        if (issue === undefined) return;
        const { message, path } = issue;
        this.#fault?.('peer.answer_not_read', { peerId: peer.id, method, at: path.join('.'), message });
      });
    });
  }
}
