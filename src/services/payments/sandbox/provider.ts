/**
 * A payment provider to try the server with. `payment.method` chooses the outcome:
 *
 * | method | authorise | afterwards |
 * | --- | --- | --- |
 * | sandbox_ok | authorised | |
 * | sandbox_slow | authorised after 5 s | |
 * | sandbox_declined, any unknown one | declined | |
 * | sandbox_action_required | action_required with a client secret | another attempt (a key of its own) may work |
 * | sandbox_refund_refused | authorised | a refund is refused for good |
 * | sandbox_late | never answers | from 3 s on a look-up finds it authorised |
 * | sandbox_down | always fails | look-up and cancel fail for 5 s, then find and void nothing |
 *
 * Its books are written by group commit: calls that arrive while a batch is on its way share the next one.
 */
import { type Amount, type PaymentProvider, RefusedByProvider } from '../../../actors/ports.ts';
import type {
  BookedPayment,
  PaymentChange,
  SandboxBooks,
} from '../../../persistence/statements/sandbox-payments.ts';
import { authorise, cancel, capture, type Decision, lookUp, refund } from './decisions.ts';
import { SANDBOX_BATCH_MAX, SANDBOX_CALLS_WAITING_MAX, SANDBOX_PAYMENTS_REMEMBERED_MAX } from './limits.ts';

/** How long `sandbox_slow` thinks, in milliseconds. */
export const SLOW_MS = 5_000;

export interface SandboxOptions {
  readonly books: SandboxBooks;
  readonly nowMs: () => number;
  /** Calls back once after `ms` milliseconds; returns the way to cancel. */
  readonly after: (ms: number, callback: () => void) => () => void;
}

interface Call {
  readonly key: string;
  readonly signal: AbortSignal;
  /** Books may be ahead of what is remembered (another server wrote them): decide on what is read now. */
  readonly fresh: boolean;
  readonly decide: (payment: BookedPayment | undefined) => Decision<unknown>;
  readonly resolve: (answer: never) => void;
  readonly reject: (error: unknown) => void;
}

export class SandboxPayments implements PaymentProvider {
  readonly #options: SandboxOptions;
  /** As last written by this process; whatever is decided on it counts only if the books still agree. */
  readonly #known = new Map<string, BookedPayment>();
  #waiting: Call[] = [];
  #writing = false;
  #wake = false;

  constructor(options: SandboxOptions) {
    this.#options = options;
  }

  async authorise(request: Parameters<PaymentProvider['authorise']>[0]) {
    const { key, signal, amountMinor, currency, method } = request;
    if (method === 'sandbox_slow') await this.#pause(SLOW_MS, signal);
    const asked = { amountMinor, currency, method };
    return this.#call(key, signal, false, (payment) => authorise(payment, key, asked, this.#options.nowMs()));
  }

  capture({ key, signal }: Parameters<PaymentProvider['capture']>[0]): Promise<Amount> {
    return this.#call(key, signal, false, (payment) => capture(payment, this.#options.nowMs()));
  }

  cancel({ key, signal }: Parameters<PaymentProvider['cancel']>[0]): Promise<void> {
    return this.#call(key, signal, true, (payment) => cancel(payment, this.#options.nowMs()));
  }

  refund(request: Parameters<PaymentProvider['refund']>[0]): Promise<void> {
    const { key, signal } = request;
    return this.#call(key, signal, true, (payment) => refund(payment, request, this.#options.nowMs()));
  }

  lookUp({ key, signal }: Parameters<PaymentProvider['lookUp']>[0]) {
    return this.#call(key, signal, true, (payment) => lookUp(payment, this.#options.nowMs()));
  }

  #call<Answer>(
    key: string,
    signal: AbortSignal,
    fresh: boolean,
    decide: (payment: BookedPayment | undefined) => Decision<Answer>,
  ): Promise<Answer> {
    return new Promise<Answer>((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      if (this.#waiting.length >= SANDBOX_CALLS_WAITING_MAX) {
        return reject(new Error(`${SANDBOX_CALLS_WAITING_MAX} calls wait for the sandbox; try again later`));
      }
      this.#waiting.push({ key, signal, fresh, decide, resolve, reject });
      if (this.#writing || this.#wake) return;
      this.#wake = true;
      queueMicrotask(() => {
        this.#wake = false;
        void this.#writeBatches();
      });
    });
  }

  async #writeBatches(): Promise<void> {
    if (this.#writing) return;
    this.#writing = true;
    while (this.#waiting.length > 0) {
      const batch = this.#nextBatch();
      try {
        await this.#settle(batch);
      } catch (error) {
        // It may have taken effect; what is remembered may be old then, which the next change finds out.
        for (const call of batch) call.reject(error);
      }
    }
    this.#writing = false;
  }

  /** One call a key at most: the next of that key waits for what this one makes of it. */
  #nextBatch(): Call[] {
    const batch: Call[] = [];
    const later: Call[] = [];
    const keys = new Set<string>();
    for (const call of this.#waiting) {
      if (call.signal.aborted) call.reject(call.signal.reason);
      else if (batch.length >= SANDBOX_BATCH_MAX || keys.has(call.key)) later.push(call);
      else {
        keys.add(call.key);
        batch.push(call);
      }
    }
    this.#waiting = later;
    return batch;
  }

  async #settle(batch: readonly Call[]): Promise<void> {
    const unread = batch.filter((call) => call.fresh).map((call) => call.key);
    await this.#read(unread);

    const changes: PaymentChange[] = [];
    const decisions: Decision<unknown>[] = [];
    for (const call of batch) {
      const was = this.#known.get(call.key);
      const decision = call.decide(was);
      decisions.push(decision);
      if (decision.is !== undefined) changes.push({ key: call.key, was, is: decision.is });
    }
    const saved = changes.length > 0 ? await this.#options.books.save(changes) : NONE;
    for (const { key, is } of changes) if (saved.has(key)) this.#remember(key, is);

    const overtaken: Call[] = [];
    batch.forEach((call, i) => {
      const decision = decisions[i] as Decision<unknown>;
      if (decision.is !== undefined ? saved.has(call.key) : this.#known.has(call.key) || call.fresh) {
        answer(call, decision);
      } else overtaken.push({ ...call, fresh: true });
    });
    // The books say otherwise than was remembered, or know of a payment that is not remembered: read, decide anew.
    this.#waiting.unshift(...overtaken);
  }

  async #read(keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return;
    const found = await this.#options.books.load(keys);
    for (const key of keys) {
      const payment = found.get(key);
      if (payment === undefined) this.#known.delete(key);
      else this.#remember(key, payment);
    }
  }

  #remember(key: string, payment: BookedPayment): void {
    if (this.#known.size >= SANDBOX_PAYMENTS_REMEMBERED_MAX && !this.#known.has(key)) this.#known.clear();
    this.#known.set(key, payment);
  }

  /** A caller that gives up meanwhile has asked for nothing. */
  #pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        stop();
        reject(signal.reason);
      };
      const stop = this.#options.after(ms, () => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      });
      if (signal.aborted) giveUp();
      else signal.addEventListener('abort', giveUp, { once: true });
    });
  }
}

const NONE: ReadonlySet<string> = new Set();

function answer(call: Call, decision: Decision<unknown>): void {
  if ('answer' in decision) call.resolve(decision.answer as never);
  else if ('fault' in decision) call.reject(new Error(decision.fault));
  else if ('refusal' in decision) call.reject(new RefusedByProvider(decision.refusal));
  else if (call.signal.aborted) call.reject(call.signal.reason);
  else call.signal.addEventListener('abort', () => call.reject(call.signal.reason), { once: true });
}
