/**
 * What is thrown on the way to an answer, and what its caller is told: the one place where a fault becomes an outcome.
 */
import { randomUUID } from 'node:crypto';
import { type ErrorBody, Refusal, refuse } from '../protocol/errors.ts';
import { idsOf, type Log } from './log.ts';

export class Faults {
  readonly #log: Log;
  readonly #explain: (fault: unknown) => ErrorBody | undefined;

  /** @param explain what a fault means where it is no defect; undefined where it is one */
  constructor(log: Log, explain: (fault: unknown) => ErrorBody | undefined) {
    this.#log = log;
    this.#explain = explain;
  }

  /** A refusal on its way through code that throws is that refusal; a defect is logged under an id and told by it. */
  answer(command: string, payload: unknown, fault: unknown): { ok: false; error: ErrorBody } {
    if (fault instanceof Refusal) return { ok: false, error: fault.body };
    const error = this.#explain(fault);
    if (error !== undefined) return { ok: false, error };
    const faultId = randomUUID();
    this.#log.error({ event: 'gateway.fault', faultId, command, ...idsOf(payload), cause: fault });
    return refuse('internal', `${command} failed because of a defect; quote ${faultId} when you report it`);
  }
}
