/**
 * One dispatch for both worlds: a name and a payload from a socket, or what an HTTP route made of its request,
 * end in exactly one outcome. Nothing that a client sends, and no defect in a command, gets past it (faults.ts).
 */
import type { z } from 'zod';
import { type ErrorBody, errorBody, type Outcome, refuse } from '../protocol/errors.ts';
import { invalidRequest } from '../protocol/invalid-request.ts';
import { type Access, type Caller, refusalFor } from './caller.ts';
import type { Faults } from './faults.ts';
import type { Load, Sheddable } from './limits/load.ts';
import { idsOf, type Log } from './log.ts';

export type Reply<Answer = unknown> = (outcome: Outcome<Answer>) => void;

export interface Command<C extends Caller, Schema extends z.ZodType = z.ZodType> {
  readonly access: Access;
  readonly schema: Schema;
  /** What it begins, where it may be refused under load; `search` only of who is not signed in. */
  readonly begins?: Exclude<Sheddable, 'socket'>;
  /** Calls `reply` once, now or later. What it throws or rejects with is answered as `Faults` says. */
  run(caller: C, input: z.output<Schema>, reply: Reply): void | Promise<void>;
}

/** Ties `run`'s input to the schema's output; the table forgets it. */
export function command<C extends Caller, Schema extends z.ZodType>(entry: Command<C, Schema>): Command<C> {
  return entry as unknown as Command<C>;
}

export type CommandTable<C extends Caller> = Readonly<Record<string, Command<C>>>;

export interface DispatchOptions {
  readonly nowMs: () => number;
  readonly log: Log;
  readonly faults: Faults;
  readonly load: Load;
}

export class Dispatch<C extends Caller> {
  readonly #commands: Map<string, Command<C>>;
  readonly #nowMs: () => number;
  readonly #log: Log;
  readonly #faults: Faults;
  readonly #load: Load;
  readonly #debug: boolean;

  constructor(commands: CommandTable<C>, options: DispatchOptions) {
    // A map, so that a command named `constructor` is not found.
    this.#commands = new Map(Object.entries(commands));
    this.#nowMs = options.nowMs;
    this.#log = options.log;
    this.#faults = options.faults;
    this.#load = options.load;
    this.#debug = options.log.isLevelEnabled('debug');
  }

  /** @param reply called exactly once */
  run(caller: C, name: unknown, payload: unknown, reply: Reply): void {
    const entry = this.#commands.get(name as string);
    if (entry === undefined) {
      reply(refuse('invalid_request', `no command is called ${quoted(name)}; there are: ${this.#names()}`));
      return;
    }
    const answer = this.#debug ? this.#told(name as string, payload, reply) : reply;
    this.#load.lastBegun = name as string;
    try {
      const refusal = refusalFor(caller, entry.access, this.#nowMs()) ?? this.#shed(caller, entry);
      if (refusal !== undefined) {
        answer({ ok: false, error: refusal });
        return;
      }
      const parsed = entry.schema.safeParse(payload);
      if (!parsed.success) {
        answer({ ok: false, error: invalidRequest(parsed.error.issues) });
        return;
      }
      const running = entry.run(caller, parsed.data, answer);
      if (running !== undefined) {
        running.catch((error: unknown) => answer(this.#faults.answer(name as string, payload, error)));
      }
    } catch (error) {
      answer(this.#faults.answer(name as string, payload, error));
    }
  }

  /** As `run`, for callers that wait. */
  ask(caller: C, name: string, payload: unknown): Promise<Outcome<unknown>> {
    return new Promise((resolve) => this.run(caller, name, payload, resolve));
  }

  #shed(caller: C, { begins }: Command<C>): ErrorBody | undefined {
    if (begins === undefined || (begins === 'search' && caller.subject !== undefined)) return undefined;
    const retryAfterMs = this.#load.sheds(begins);
    if (retryAfterMs === undefined) return undefined;
    const message = `this server has more to do than it can just now; send it again after ${retryAfterMs} ms`;
    return errorBody('unavailable', message, { retryAfterMs });
  }

  #told(name: string, payload: unknown, reply: Reply): Reply {
    const startedAt = performance.now();
    return (outcome) => {
      this.#log.debug({
        event: outcome.ok ? `${name}.answered` : `${name}.refused`,
        ...idsOf(payload),
        ...(outcome.ok ? {} : { code: outcome.error.code }),
        durationMs: Math.round((performance.now() - startedAt) * 1_000) / 1_000,
      });
      reply(outcome);
    };
  }

  /** As this program names it, so that nothing of what was sent is told of. */
  nameOf(name: unknown): string {
    return this.#commands.has(name as string) ? (name as string) : 'no such command';
  }

  #names(): string {
    return [...this.#commands.keys()].join(', ');
  }
}

function quoted(name: unknown): string {
  return typeof name === 'string' ? JSON.stringify(name.slice(0, 64)) : `(${typeof name})`;
}
