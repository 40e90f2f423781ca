/** The virtual guests of a run and their connections: each guest has at most one command in flight. */
import { randomUUID } from 'node:crypto';
import { nowMs } from './clock.ts';
import { type Connection, connect } from './connection.ts';
import { type Answer, eventPacket, readAnswer } from './frames.ts';

export interface Guest {
  readonly index: number;
  readonly connection: Connection;
  /** Acknowledgement awaited, -1 where nothing is in flight. */
  ackId: number;
  nextAckId: number;
  /** Instant from which the answer's latency counts. */
  sinceMs: number;
}

export interface Crowd {
  readonly guests: readonly Guest[];
  /** Commands without an answer yet. */
  readonly inFlight: number;
  /** Answers that nobody waited for. */
  readonly stray: number;
  /** Called with every awaited answer; `answer` is reused from call to call. */
  onAnswer: (guest: Guest, answer: Answer, latencyMs: number) => void;
  /**
   * Sends a command of a guest who has none in flight.
   * @param fields JSON members after `requestId`, such as `"apartmentId":"a1"`
   */
  send(guest: Guest, name: string, fields: string, sinceMs: number): void;
  close(): void;
}

const CONNECT_TIMEOUT_MS = 15_000;
/** Handshakes at once: a server's accept queue is not what is measured. */
const CONNECTING_MAX = 20;

export interface CrowdOptions {
  /** Sockets go to these by turns. */
  readonly ports: readonly number[];
  readonly sockets: number;
  readonly depth: number;
  readonly onLost: (reason: string) => void;
}

export async function gather({ ports, sockets, depth, onLost }: CrowdOptions): Promise<Crowd> {
  const connections: Connection[] = [];
  while (connections.length < sockets) {
    const batch = Math.min(CONNECTING_MAX, sockets - connections.length);
    const opened = await Promise.all(
      Array.from({ length: batch }, async (_, i) => {
        const port = ports[(connections.length + i) % ports.length]!;
        return connect({ port, token: await guestToken(port), onLost, timeoutMs: CONNECT_TIMEOUT_MS });
      }),
    );
    connections.push(...opened);
  }

  let inFlight = 0;
  let stray = 0;
  const answer: Answer = { ackId: 0, ok: false, packet: '' };
  const guests: Guest[] = [];
  const crowd: Crowd = {
    guests,
    get inFlight() {
      return inFlight;
    },
    get stray() {
      return stray;
    },
    onAnswer: () => {},
    send(guest, name, fields, sinceMs) {
      guest.ackId = guest.nextAckId;
      guest.nextAckId += depth;
      guest.sinceMs = sinceMs;
      inFlight++;
      guest.connection.send(eventPacket(guest.ackId, name, `{"requestId":"${randomUUID()}",${fields}}`));
    },
    close() {
      for (const connection of connections) connection.close();
    },
  };

  for (const connection of connections) {
    const base = guests.length;
    for (let slot = 0; slot < depth; slot++)
      guests.push({ index: base + slot, connection, ackId: -1, nextAckId: slot, sinceMs: 0 });
    connection.onPacket = (packet) => {
      if (!readAnswer(packet, answer)) return;
      // Ids of one guest are equal modulo `depth`: the answer finds its guest without a table.
      const guest = guests[base + (answer.ackId % depth)]!;
      if (guest.ackId !== answer.ackId) {
        stray++;
        return;
      }
      guest.ackId = -1;
      inFlight--;
      crowd.onAnswer(guest, answer, nowMs() - guest.sinceMs);
    };
  }
  return crowd;
}

async function guestToken(port: number): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/v1/sessions/guest`, {
    method: 'POST',
    signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS),
  });
  const body = (await response.json()) as { accessToken?: string };
  if (!response.ok || body.accessToken === undefined)
    throw new Error(`POST /v1/sessions/guest answered ${response.status}: ${JSON.stringify(body)}`);
  return body.accessToken;
}
