/**
 * Takes the outside steps of payments, once the facts that announce them are on disk, and reports what became
 * of them. Every call is idempotent by key and is repeated until the provider has answered: a step asked twice
 * (after a crash, a lost actor, a time-out) does no harm. What may still be owed is in the calendar, not here.
 */

import type { Scheduler } from '../time/scheduler.ts';
import type { Settlement } from './calendar/calendar.ts';
import type { PaymentStep } from './calendar/payment.ts';
import type { PendingBooking } from './facts.ts';
import type { PaymentProvider, PaymentRecord } from './ports.ts';
import type { OutsideStep, PaymentJob } from './turn.ts';

/** How long one call of the provider may take, in milliseconds; then it is looked up what became of it. */
const CALL_DEADLINE_MS = 8_000;
/** Between tries, doubling, in milliseconds. */
const BACK_OFF_MS_MIN = 250;
const BACK_OFF_MS_MAX = 60_000;

export interface SagaPorts {
  readonly provider: PaymentProvider;
  readonly scheduler: Scheduler;
  readonly report: (apartmentId: string, step: PaymentStep) => void;
  /** The contact and price of a booking under way, after a restart. */
  readonly pendingBooking: (apartmentId: string, holdId: string) => Promise<PendingBooking | undefined>;
  readonly onFault: (event: string, details: { apartmentId: string; key: string; cause: unknown }) => void;
}

/** Stops a procedure between two calls, and the call under way. */
type Running = AbortController;

export class PaymentSaga {
  readonly #ports: SagaPorts;
  /** One procedure a payment key at a time; a later one of the same key replaces it. */
  readonly #running = new Map<string, Running>();
  /** The contact from the confirm that began here, so that the answer needs no look-up. */
  readonly #bookings = new Map<string, PendingBooking>();

  constructor(ports: SagaPorts) {
    this.#ports = ports;
  }

  get size(): number {
    return this.#running.size;
  }

  take(apartmentId: string, step: OutsideStep): void {
    switch (step.do) {
      case 'authorise':
        if (step.payment.booking !== undefined) this.#bookings.set(step.payment.key, step.payment.booking);
        return this.#run(apartmentId, step.payment.key, (running) =>
          this.#authorise(apartmentId, step.payment, running),
        );
      case 'capture':
        return this.#run(apartmentId, step.payment.key, (running) =>
          this.#capture(apartmentId, step.payment, running),
        );
      case 'settle':
        return this.#run(apartmentId, step.settlement.key, (running) =>
          this.#settle(apartmentId, step.settlement, running),
        );
      case 'refund':
        return this.#run(apartmentId, step.settlement.key, (running) =>
          this.#refund(apartmentId, step.settlement, running),
        );
    }
  }

  /** The apartment is gone from here: whoever runs it next takes the steps again. */
  forget(key: string): void {
    this.#running.get(key)?.abort();
    this.#running.delete(key);
    this.#bookings.delete(key);
  }

  stop(): void {
    for (const running of this.#running.values()) running.abort();
    this.#running.clear();
    this.#bookings.clear();
  }

  async #authorise(apartmentId: string, payment: PaymentJob, running: Running): Promise<void> {
    const { key, holdId, amountMinor, currency, method } = payment;
    await this.#untilAnswered(apartmentId, key, running, async (signal) => {
      const answer = await this.#ports.provider
        .authorise({ key, amountMinor, currency, method, signal })
        .catch(() => this.#afterwards(key, running));
      if (answer === undefined || answer.status === 'none') return false;
      const { status } = answer;
      if (status === 'authorised' || status === 'captured') {
        this.#report(apartmentId, running, { kind: 'authorised', holdId, key });
      } else {
        const reason = status === 'action_required' ? 'action_required' : 'declined';
        const clientSecret = 'clientSecret' in answer ? answer.clientSecret : undefined;
        this.#report(apartmentId, running, { kind: 'declined', holdId, key, reason, clientSecret });
      }
      return true;
    });
  }

  /** What became of a call that did not answer; undefined where that cannot be known yet. */
  async #afterwards(key: string, running: Running): Promise<PaymentRecord | undefined> {
    return this.#call(running, (signal) => this.#ports.provider.lookUp({ key, signal })).catch(
      () => undefined,
    );
  }

  async #capture(apartmentId: string, payment: PaymentJob, running: Running): Promise<void> {
    const { key, holdId } = payment;
    const booking = this.#bookings.get(key) ?? (await this.#readBooking(apartmentId, holdId, running));
    if (booking === undefined) return;
    await this.#untilAnswered(apartmentId, key, running, async (signal) => {
      await this.#ports.provider.capture({ key, signal });
      this.#report(apartmentId, running, { kind: 'captured', holdId, key, booking });
      return true;
    });
  }

  /** An unpaid hold: ask what the provider has, and give it back. A cancelled booking: refund what is due. */
  async #settle(apartmentId: string, settlement: Settlement, running: Running): Promise<void> {
    if (settlement.purpose === 'refund') return this.#refund(apartmentId, settlement, running);
    const { key } = settlement;
    await this.#untilAnswered(apartmentId, key, running, async (signal) => {
      const { status } = await this.#ports.provider.lookUp({ key, signal });
      if (status === 'captured') {
        const holdId = settlement.hold?.id ?? '';
        const booking = this.#bookings.get(key) ?? (await this.#ports.pendingBooking(apartmentId, holdId));
        if (booking === undefined) throw new Error(`no booking of hold ${holdId} is under way`);
        this.#report(apartmentId, running, { kind: 'paid_late', key, booking });
        return true;
      }
      // Also where nothing is known of the key: a call still under way must not succeed later.
      if (status !== 'refunded') await this.#ports.provider.cancel({ key, signal });
      const outcome =
        status === 'refunded' ? 'refunded' : status === 'authorised' ? 'voided' : 'nothing_taken';
      this.#report(apartmentId, running, { kind: 'settled', key, outcome });
      return true;
    });
  }

  async #refund(apartmentId: string, settlement: Settlement, running: Running): Promise<void> {
    const { key, amountMinor } = settlement;
    await this.#untilAnswered(apartmentId, key, running, async (signal) => {
      await this.#ports.provider.refund({ key, refundKey: `${key}-refund`, amountMinor, signal });
      this.#report(apartmentId, running, { kind: 'settled', key, outcome: 'refunded' });
      return true;
    });
  }

  async #readBooking(
    apartmentId: string,
    holdId: string,
    running: Running,
  ): Promise<PendingBooking | undefined> {
    let found: PendingBooking | undefined;
    await this.#untilAnswered(apartmentId, holdId, running, async () => {
      found = await this.#ports.pendingBooking(apartmentId, holdId);
      if (found === undefined) throw new Error(`no booking of hold ${holdId} is under way`);
      return true;
    });
    return found;
  }

  #run(apartmentId: string, key: string, procedure: (running: Running) => Promise<void>): void {
    this.#running.get(key)?.abort();
    const running = new AbortController();
    this.#running.set(key, running);
    procedure(running).then(
      () => {
        if (this.#running.get(key) === running) this.#running.delete(key);
      },
      (cause: unknown) => this.#ports.onFault('payment.defect', { apartmentId, key, cause }),
    );
  }

  #report(apartmentId: string, running: Running, step: PaymentStep): void {
    if (running.signal.aborted) return;
    if (step.kind !== 'authorised') this.#bookings.delete(step.key);
    this.#ports.report(apartmentId, step);
  }

  /** Repeats a try, with back-off, until it says that it is done or the procedure is stopped. */
  async #untilAnswered(
    apartmentId: string,
    key: string,
    running: Running,
    attempt: (signal: AbortSignal) => Promise<boolean>,
  ): Promise<void> {
    for (
      let backOffMs = BACK_OFF_MS_MIN;
      !running.signal.aborted;
      backOffMs = Math.min(2 * backOffMs, BACK_OFF_MS_MAX)
    ) {
      try {
        if (await this.#call(running, attempt)) return;
      } catch (cause) {
        if (running.signal.aborted) return;
        this.#ports.onFault('payment.unanswered', { apartmentId, key, cause });
      }
      await this.#pause(backOffMs, running);
    }
  }

  /** One call of the provider, ended by its own deadline or with the procedure. */
  async #call<T>(running: Running, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const deadline = new AbortController();
    const abort = () => deadline.abort();
    running.signal.addEventListener('abort', abort, { once: true });
    const cancel = this.#ports.scheduler.after(CALL_DEADLINE_MS, abort);
    try {
      return await new Promise<T>((resolve, reject) => {
        deadline.signal.addEventListener(
          'abort',
          () => reject(new Error('the payment provider did not answer in time')),
          {
            once: true,
          },
        );
        call(deadline.signal).then(resolve, reject);
      });
    } finally {
      cancel();
      running.signal.removeEventListener('abort', abort);
    }
  }

  async #pause(ms: number, running: Running): Promise<void> {
    await new Promise<void>((resolve) => {
      // A provider may be away for days: what is left behind at each back-off would grow with them.
      const end = () => {
        cancel();
        running.signal.removeEventListener('abort', end);
        resolve();
      };
      const cancel = this.#ports.scheduler.after(ms, end);
      running.signal.addEventListener('abort', end);
    });
  }
}
