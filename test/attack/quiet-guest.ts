/** Who is there beside an attacker: a guest who holds and releases, and a visitor who comes anew each time. */
import { randomUUID } from 'node:crypto';
import { get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { io, type Socket } from 'socket.io-client';
import type { CommandAnswers } from '../../src/protocol/commands.ts';
import type { Outcome } from '../../src/protocol/errors.ts';
import { dateOf } from '../../src/protocol/nights.ts';

/** Fewer commands a second than one guest may send. */
const PAUSE_MS = 25;
/** Before its access token runs out, at 15. */
const RENEWED_AFTER_MS = 10 * 60_000;
const ANSWER_WITHIN_MS = 5_000;
const VISITS_EVERY = 10;
const DAY_MS = 86_400_000;

interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
}

export interface Quiet {
  /** Of holds, releases and visits, in milliseconds. */
  readonly timesMs: number[];
  /** What was not answered as it should have been. */
  readonly failed: string[];
}

export class QuietGuest {
  readonly #url: string;
  readonly #socket: Socket;
  readonly #apartmentId: string;
  #refreshToken: string;
  #renewAtMs = performance.now() + RENEWED_AFTER_MS;

  private constructor(url: string, refreshToken: string, socket: Socket, apartmentId: string) {
    this.#url = url;
    this.#refreshToken = refreshToken;
    this.#socket = socket;
    this.#apartmentId = apartmentId;
  }

  static async arrive(url: string): Promise<QuietGuest> {
    const session = await fetch(`${url}/v1/sessions/guest`, { method: 'POST' });
    const { accessToken: token, refreshToken } = (await session.json()) as Tokens;
    const { checkIn, checkOut } = stay();
    const listed = await fetch(`${url}/v1/apartments?limit=1&checkIn=${checkIn}&checkOut=${checkOut}`);
    const { apartments } = (await listed.json()) as { apartments: { id: string }[] };
    const [apartment] = apartments;
    if (apartment === undefined) throw new Error('the server has no apartment to hold; give it the demo');
    const socket = io(`${url}/v1`, { transports: ['websocket'], auth: { token } });
    await new Promise<void>((resolve, reject) =>
      socket.once('welcome', () => resolve()).once('connect_error', reject),
    );
    return new QuietGuest(url, refreshToken, socket, apartment.id);
  }

  async goOn(isOver: () => boolean): Promise<Quiet> {
    const quiet: Quiet = { timesMs: [], failed: [] };
    const timed = async (what: string, work: () => Promise<string | undefined>) => {
      const startedMs = performance.now();
      const wrong = await work().catch((error: unknown) => String(error));
      quiet.timesMs.push(performance.now() - startedMs);
      if (wrong !== undefined) quiet.failed.push(`${what}: ${wrong}`);
    };
    for (let n = 0; !isOver(); n++) {
      if (performance.now() > this.#renewAtMs) await this.#renew();
      let holdId: string | undefined;
      await timed('hold', async () => {
        const answer = await this.#ask<CommandAnswers['hold']>('hold', { ...stay(), guests: 1 });
        if (!answer.ok) return answer.error.message;
        holdId = answer.data.hold.id;
        return undefined;
      });
      if (holdId !== undefined) {
        await timed('release', async () => {
          const answer = await this.#ask('release', { holdId });
          return answer.ok ? undefined : answer.error.message;
        });
      }
      if (n % VISITS_EVERY === 0) await timed('visit', () => this.#visit());
      await delay(PAUSE_MS);
    }
    return quiet;
  }

  /** Not timed: it is what a client does in the background. */
  async #renew(): Promise<void> {
    this.#renewAtMs = performance.now() + RENEWED_AFTER_MS;
    const session = await fetch(`${this.#url}/v1/sessions/refresh`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ refreshToken: this.#refreshToken }),
    });
    const { accessToken: token, refreshToken } = (await session.json()) as Tokens;
    this.#refreshToken = refreshToken;
    await this.#socket.timeout(ANSWER_WITHIN_MS).emitWithAck('authenticate', { token });
  }

  leave(): void {
    this.#socket.disconnect();
  }

  /** Asks again where it is told to, as the client library does: how long that takes is what a guest sees. */
  async #ask<T>(command: string, wish: object): Promise<Outcome<T>> {
    const payload = { requestId: randomUUID(), apartmentId: this.#apartmentId, ...wish };
    const deadlineMs = performance.now() + ANSWER_WITHIN_MS;
    for (;;) {
      const answer: Outcome<T> = await this.#socket.timeout(ANSWER_WITHIN_MS).emitWithAck(command, payload);
      const { retryAfterMs = Number.POSITIVE_INFINITY } = answer.ok ? {} : answer.error;
      if (performance.now() + retryAfterMs > deadlineMs) return answer;
      await delay(retryAfterMs);
    }
  }

  /** On a connection of its own. */
  #visit(): Promise<string | undefined> {
    return new Promise((resolve, reject) => {
      const visit = get(`${this.#url}/v1/apartments?limit=5`, { agent: false, timeout: ANSWER_WITHIN_MS });
      visit.on('response', (response) => {
        response.resume().once('end', () => {
          // Searches without an account are the first to be refused where there is too much to do.
          resolve(
            [200, 503].includes(response.statusCode ?? 0) ? undefined : `status ${response.statusCode}`,
          );
        });
      });
      visit.on('timeout', () => visit.destroy(new Error(`no answer within ${ANSWER_WITHIN_MS} ms`)));
      visit.on('error', reject);
    });
  }
}

function stay(): { checkIn: string; checkOut: string } {
  const from = Math.floor(Date.now() / DAY_MS) + 90;
  return { checkIn: dateOf(from), checkOut: dateOf(from + 7) };
}
