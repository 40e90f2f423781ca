/**
 * Takes the outside steps of payments, once the facts that announce them are on disk, and reports what became
 * of them. Every call is idempotent by key and is repeated until the provider has answered: a step asked twice
 * (after a crash, a lost actor, a time-out) does no harm. What may still be owed is in the calendar, not here.
 *
 * What the provider says that it took is compared with the price. Another amount is never booked: it is given back. A
 * refund that the provider refuses for good is not asked for again, as the operator may give it back by other means.
 */

import type { Scheduler } from '../time/scheduler.ts';
import type { Settlement } from './calendar/calendar.ts';
import type { PaymentStep } from './calendar/payment.ts';
import type { PendingBooking } from './facts.ts';
import { type Amount, type PaymentProvider, type PaymentRecord, RefusedByProvider } from './ports.ts';
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

/** What the guest agreed to pay, under a key. */
interface Due extends Amount {
  readonly key: string;
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
      if (answer.status === 'authorised' || answer.status === 'captured') {
        const isPrice = this.#isPrice(apartmentId, payment, answer);
        if (!isPrice) await this.#giveBack(key, signal);
        this.#report(
          apartmentId,
          running,
          isPrice
            ? { kind: 'authorised', holdId, key }
            : { kind: 'declined', holdId, key, reason: 'declined' },
        );
      } else {
        const reason = answer.status === 'action_required' ? 'action_required' : 'declined';
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
      const isPrice = this.#isPrice(
        apartmentId,
        payment,
        await this.#ports.provider.capture({ key, signal }),
      );
      if (!isPrice) await this.#giveBack(key, signal);
      this.#report(
        apartmentId,
        running,
        isPrice
          ? { kind: 'captured', holdId, key, booking }
          : { kind: 'declined', holdId, key, reason: 'declined' },
      );
      return true;
    });
  }

  /** An unpaid hold: ask what the provider has, and give it back. A cancelled booking: refund what is due. */
  async #settle(apartmentId: string, settlement: Settlement, running: Running): Promise<void> {
    const { key, purpose, hold, amountMinor } = settlement;
    if (purpose === 'refund') return this.#refund(apartmentId, settlement, running);
    await this.#untilAnswered(apartmentId, key, running, async (signal) => {
      const record = await this.#ports.provider.lookUp({ key, signal });
      const { status } = record;
      if (status === 'captured') {
        if (hold === undefined) throw new Error(`what hold ${key} is a payment of is not known`);
        if (!this.#isPrice(apartmentId, { key, amountMinor, currency: hold.price.currency }, record)) {
          const outcome = await this.#refunded(apartmentId, key, record.amountMinor, signal);
          this.#report(apartmentId, running, { kind: 'settled', key, outcome });
          return true;
        }
        const booking = this.#bookings.get(key) ?? (await this.#ports.pendingBooking(apartmentId, hold.id));
        if (booking === undefined) throw new Error(`no booking of hold ${hold.id} is under way`);
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
      const outcome = await this.#refunded(apartmentId, key, amountMinor, signal);
      this.#report(apartmentId, running, { kind: 'settled', key, outcome });
      return true;
    });
  }

  /** What became of a refund that the provider has answered. */
  async #refunded(
    apartmentId: string,
    key: string,
    amountMinor: number,
    signal: AbortSignal,
  ): Promise<'refunded' | 'refused'> {
    const { provider, onFault } = this.#ports;
    try {
      await provider.refund({ key, refundKey: `${key}-refund`, amountMinor, signal });
      return 'refunded';
    } catch (cause) {
      if (!(cause instanceof RefusedByProvider)) throw cause;
      // Somebody may have given it back already, with the provider's own tools.
      const { refundedMinor } = await provider.lookUp({ key, signal });
      if (refundedMinor >= amountMinor) return 'refunded';
      onFault('payment.refund_refused', { apartmentId, key, cause });
      return 'refused';
    }
  }

  /** Whether the provider speaks of the price. If not, it or what asked it has a defect: nothing is booked for that. */
  #isPrice(apartmentId: string, { key, ...due }: Due, said: Amount): boolean {
    if (said.amountMinor === due.amountMinor && said.currency === due.currency) return true;
    const sentence = `the provider has ${said.amountMinor} ${said.currency} under ${key}, and the price is ${due.amountMinor} ${due.currency}`;
    const cause = new Error(`${sentence}; nothing is booked for it and it is given back`);
    this.#ports.onFault('payment.wrong_amount', { apartmentId, key, cause });
    return false;
  }

  /** Gives back whatever the provider has under a key, before its hold is open again. */
  async #giveBack(key: string, signal: AbortSignal): Promise<void> {
    const { provider } = this.#ports;
    const { status, amountMinor } = await provider.lookUp({ key, signal });
    if (status === 'captured')
      await provider.refund({ key, refundKey: `${key}-refund`, amountMinor, signal });
    else if (status !== 'refunded') await provider.cancel({ key, signal });
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
