/** The confirms of one apartment that wait for the outcome of a payment, by its key. */
import type { ApartmentAnswer } from '../protocol/apartment-command.ts';
import type { Outcome } from '../protocol/errors.ts';
import { answerUnavailable, isOverdue } from './overdue.ts';
import type { Asked } from './turn.ts';

export class PaymentWaiters {
  /** Undefined while nobody waits: nearly always, in nearly every apartment. */
  #byKey: Map<string, Asked[]> | undefined;

  get isEmpty(): boolean {
    return this.#byKey === undefined;
  }

  add(key: string, asked: Asked): void {
    this.#byKey ??= new Map();
    const waiters = this.#byKey.get(key);
    if (waiters === undefined) this.#byKey.set(key, [asked]);
    else waiters.push(asked);
  }

  answer(key: string, outcome: Outcome<ApartmentAnswer>): void {
    const waiters = this.#byKey?.get(key) ?? [];
    this.#remove(key);
    for (const waiter of waiters) waiter.reply(outcome);
  }

  overdue(nowMs: number): void {
    for (const [key, waiters] of this.#byKey ?? []) {
      const patient: Asked[] = [];
      for (const asked of waiters) {
        if (isOverdue(asked, nowMs)) answerUnavailable(asked);
        else patient.push(asked);
      }
      if (patient.length > 0) this.#byKey?.set(key, patient);
      else this.#remove(key);
    }
  }

  /** @returns who waited */
  close(): Asked[] {
    const waiters = [...(this.#byKey?.values() ?? [])].flat();
    this.#byKey = undefined;
    return waiters;
  }

  #remove(key: string): void {
    this.#byKey?.delete(key);
    if (this.#byKey?.size === 0) this.#byKey = undefined;
  }
}
