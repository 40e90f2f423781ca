/**
 * Commands over whatever link there is. Each is tried until it has an answer that a retry would not change, or
 * its deadline passes; every try carries the same payload and so the same `requestId`, which makes retrying
 * safe (I3). At most CLIENT_INFLIGHT_MAX are on their way at once, CLIENT_QUEUE_MAX more wait their turn.
 */
import type { CommandAnswers, CommandName, CommandPayload } from '../protocol/commands.ts';
import { type ErrorBody, type Outcome, refuse } from '../protocol/errors.ts';
import type { Connection } from './connection.ts';
import {
  CLIENT_ATTEMPT_MS,
  CLIENT_INFLIGHT_MAX,
  CLIENT_QUEUE_MAX,
  CLIENT_RETRY_BASE_MS,
  CLIENT_RETRY_CAP_MS,
} from './limits.ts';
import type { Link } from './link.ts';
import { backoffMs, type ClientTime, pause, REAL_TIME } from './pause.ts';

export interface CallOptions {
  /** How long the command is tried, in milliseconds. After it: `unavailable`, the outcome unknown. */
  readonly deadlineMs?: number;
  /** Gives up waiting: the call rejects with the signal's reason. What was sent may still take effect. */
  readonly signal?: AbortSignal;
}

type Deadlined = CallOptions & { readonly deadlineMs: number };

export interface CallsOptions {
  readonly connection: Pick<Connection, 'state'> & {
    /** A link to ask on; undefined when the signal aborts first. */
    ready(signal: AbortSignal): Promise<Pick<Link, 'ask'> | undefined>;
  };
  readonly random: () => number;
  readonly attemptMs?: number;
  /** Default: this process's or page's. */
  readonly time?: ClientTime;
  /** Before the first try of a command that needs somebody: makes the link somebody's, or says why not. */
  identify(): Promise<ErrorBody | undefined>;
  /** Gets the link a token that the server takes; false where there is none to be had. */
  reauthenticate(): Promise<boolean>;
}

/** Commands that work for nobody in particular. */
const FOR_ANYBODY: ReadonlySet<CommandName> = new Set(['watch', 'unwatch', 'search', 'authenticate']);

export class Calls {
  readonly #options: CallsOptions;
  readonly #time: ClientTime;
  readonly #turns = new Turns();

  constructor(options: CallsOptions) {
    this.#options = options;
    this.#time = options.time ?? REAL_TIME;
  }

  async call<Name extends CommandName>(
    name: Name,
    payload: CommandPayload<Name>,
    options: Deadlined,
  ): Promise<Outcome<CommandAnswers[Name]>> {
    options.signal?.throwIfAborted();
    const deadline = this.#time.expiry(options.deadlineMs);
    const signal = options.signal === undefined ? deadline : AbortSignal.any([deadline, options.signal]);
    const deadlineAt = this.#time.nowMs() + options.deadlineMs;
    const turn = this.#turns.take(signal);
    if (turn === 'full') {
      return refuse(
        'rate_limited',
        `${name} was not sent: ${CLIENT_QUEUE_MAX} commands of this client are waiting already; wait for some of them`,
        { retryAfterMs: CLIENT_RETRY_CAP_MS },
      );
    }
    const release = await turn;
    try {
      const outcome =
        release === undefined
          ? undefined
          : await this.#try<CommandAnswers[Name]>(name, payload, signal, deadlineAt);
      options.signal?.throwIfAborted();
      return outcome ?? tooLate(name, payload, options.deadlineMs, this.#options.connection);
    } finally {
      release?.();
    }
  }

  /** Undefined where the signal aborted before there was anything to say. */
  async #try<T>(
    name: CommandName,
    payload: unknown,
    signal: AbortSignal,
    deadlineAt: number,
  ): Promise<Outcome<T> | undefined> {
    const { connection, random, attemptMs = CLIENT_ATTEMPT_MS } = this.#options;
    let refusal: Outcome<T> | undefined;
    let renewed = false;
    if (!FOR_ANYBODY.has(name)) {
      const error = await orAborted(this.#options.identify(), signal);
      if (error !== undefined) return { ok: false, error };
    }
    for (let n = 0; !signal.aborted; n++) {
      const link = await connection.ready(signal);
      if (link === undefined) break;
      const answer = await orAborted(link.ask<T>(name, payload, attemptMs), signal);
      if (answer === undefined) break;
      let waitMs = backoffMs(n, { baseMs: CLIENT_RETRY_BASE_MS, capMs: CLIENT_RETRY_CAP_MS }, random());
      if (answer.kind === 'answered') {
        const { outcome } = answer;
        if (outcome.ok) return outcome;
        const { error } = outcome;
        if (error.code === 'unauthenticated' && !renewed) {
          renewed = true;
          if ((await orAborted(this.#options.reauthenticate(), signal)) !== true) return outcome;
          waitMs = 0;
        } else if (!error.retryable) {
          return outcome;
        }
        refusal = outcome;
        waitMs = Math.max(waitMs, retryAfter(error));
        // Waiting past the deadline would end in this same refusal, only later.
        if (this.#time.nowMs() + waitMs > deadlineAt) return outcome;
      }
      await pause(waitMs, signal, this.#time);
    }
    return refusal;
  }
}

function retryAfter(error: ErrorBody): number {
  return error.retryable ? (error.retryAfterMs ?? 0) : 0;
}

function tooLate(
  name: string,
  payload: unknown,
  deadlineMs: number,
  connection: Pick<Connection, 'state'>,
): Outcome<never> {
  const requestId =
    typeof payload === 'object' && payload !== null && 'requestId' in payload
      ? `; send it again with requestId ${String(payload.requestId)} to learn whether it took effect`
      : '; try again';
  return refuse(
    'unavailable',
    `${name} got no answer within ${deadlineMs} ms (connection: ${connection.state})${requestId}`,
  );
}

/** Undefined where the signal aborts first; the promise is left to settle by itself (it never rejects). */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  if (signal.aborted) return Promise.resolve(undefined);
  return new Promise((resolve, reject) => {
    const gone = () => resolve(undefined);
    signal.addEventListener('abort', gone, { once: true });
    promise.then(
      (value) => {
        signal.removeEventListener('abort', gone);
        resolve(value);
      },
      (error: unknown) => {
        signal.removeEventListener('abort', gone);
        reject(error);
      },
    );
  });
}

/** First come, first served. */
class Turns {
  #free = CLIENT_INFLIGHT_MAX;
  readonly #waiting = new Set<() => void>();

  /** Resolves to the way to give the turn back, or to undefined when the signal aborts first. */
  take(signal: AbortSignal): Promise<(() => void) | undefined> | 'full' {
    if (this.#free > 0) {
      this.#free -= 1;
      return Promise.resolve(this.#giveBack());
    }
    if (this.#waiting.size >= CLIENT_QUEUE_MAX) return 'full';
    return new Promise((resolve) => {
      const go = () => {
        signal.removeEventListener('abort', leave);
        resolve(this.#giveBack());
      };
      const leave = () => {
        this.#waiting.delete(go);
        resolve(undefined);
      };
      this.#waiting.add(go);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  #giveBack(): () => void {
    return () => {
      for (const next of this.#waiting) {
        this.#waiting.delete(next);
        next();
        return;
      }
      this.#free += 1;
    };
  }
}
