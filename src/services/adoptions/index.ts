/**
 * What an anonymous guest had, on its way to the account that has signed in where the guest was (G9, ADR 29). Each apartment
 * decides it by itself and writes its own fact; here is what brings all of them to it, whatever ends in between.
 *
 *   sign-in ── intent, in one transaction with its session ──> pass ──────> pass ──────────────────> last pass ──> forgotten
 *                                                         at once, here     soon: what was on its way     no token of the guest's lives
 *
 * A pass asks every apartment where the guest has something, as far as can be seen, and leaves nothing. Which passes there are
 * is in the database: a server that ends leaves them to the others, and one that is done twice finds nothing left.
 */

import type { Adoption, AdoptionStore } from '../../persistence/statements/adoptions.ts';
import type { ApartmentCommand } from '../../protocol/apartment-command.ts';
import { type Outcome, Refusal } from '../../protocol/errors.ts';
import type { Feature } from '../../protocol/feature-levels.ts';
import type { Hold, Subject } from '../../protocol/resources.ts';
import type { Scheduler } from '../../time/scheduler.ts';
import { within } from '../../time/within.ts';
import {
  ADOPTION_LEASE_MS,
  ADOPTION_PATIENCE_MS,
  ADOPTION_RETRY_MS_MAX,
  ADOPTION_RETRY_MS_MIN,
  ADOPTION_SECOND_PASS_MS,
  ADOPTIONS_AT_ONCE,
  ADOPTIONS_POLL_MS,
  APARTMENTS_AT_ONCE,
} from './limits.ts';

export interface AdoptionsParts {
  readonly store: AdoptionStore;
  /** Of a guest, on all servers. @throws where not all of them could be asked */
  readonly openHoldsOf: (guestId: string) => Promise<readonly Hold[]>;
  readonly ask: (subject: Subject, command: ApartmentCommand) => Promise<Outcome<unknown>>;
  readonly mayWrite: (feature: Feature) => boolean;
  readonly newRequestId: () => string;
  readonly scheduler: Scheduler;
  readonly onFault: (event: string, details: Record<string, unknown>) => void;
}

export class Adoptions {
  readonly #parts: AdoptionsParts;
  #stop = () => {};
  #isStopped = false;

  constructor(parts: AdoptionsParts) {
    this.#parts = parts;
    this.#pollLater();
  }

  /**
   * The first pass of one whose intent has just been written. Resolves when it is through, at the latest after
   * ADOPTION_PATIENCE_MS; never rejects, as it goes on in any case.
   */
  async begun(guestId: string, accountId: string): Promise<void> {
    const { mayWrite, scheduler } = this.#parts;
    if (!mayWrite('adoptions')) return;
    const first = this.#pass({ guestId, accountId, isLast: false, failures: 0 });
    await within(scheduler, ADOPTION_PATIENCE_MS, first.catch(this.#fault));
  }

  stop(): void {
    this.#isStopped = true;
    this.#stop();
  }

  #pollLater(): void {
    this.#stop = this.#parts.scheduler.after(ADOPTIONS_POLL_MS, () => {
      void this.#poll()
        .catch(this.#fault)
        .then(() => {
          if (!this.#isStopped) this.#pollLater();
        });
    });
  }

  async #poll(): Promise<void> {
    const { store, mayWrite } = this.#parts;
    // While a server of an older version is there, all of them wait.
    if (!mayWrite('adoptions')) return;
    for (let taken = ADOPTIONS_AT_ONCE; taken === ADOPTIONS_AT_ONCE && !this.#isStopped; ) {
      const due = await store.take({ limit: ADOPTIONS_AT_ONCE, leaseMs: ADOPTION_LEASE_MS });
      await Promise.all(due.map((adoption) => this.#pass(adoption)));
      taken = due.length;
    }
  }

  /** @throws where the store could not be told: it is taken again when its lease ends */
  async #pass({ guestId, accountId, isLast, failures }: Adoption): Promise<void> {
    const { store, onFault } = this.#parts;
    try {
      await this.#move(guestId, accountId);
    } catch (cause) {
      onFault('adoption.not_done', { guestId, accountId, failures, cause });
      const pauseMs = Math.min(ADOPTION_RETRY_MS_MAX, ADOPTION_RETRY_MS_MIN * 2 ** failures);
      return store.failed(guestId, pauseMs);
    }
    return isLast ? store.end(guestId) : store.passed(guestId, ADOPTION_SECOND_PASS_MS);
  }

  /** @throws where something may be left */
  async #move(guestId: string, accountId: string): Promise<void> {
    const { store, openHoldsOf } = this.#parts;
    const refused: Refusal[] = [];
    const adoptAt = async (apartmentId: string) => {
      const refusal = await this.#adopt(guestId, accountId, apartmentId);
      if (refusal !== undefined) refused.push(refusal);
    };
    // Holds first: one that becomes a booking between the two looks is found by the second.
    const held = await openHoldsOf(guestId);
    await Promise.all([...new Set(held.map(({ apartmentId }) => apartmentId))].map(adoptAt));
    for (let after: string | undefined = ''; after !== undefined; ) {
      const page = await store.apartmentsBookedBy(guestId, after, APARTMENTS_AT_ONCE);
      await Promise.all(page.map(adoptAt));
      after = page.length === APARTMENTS_AT_ONCE ? page.at(-1) : undefined;
    }
    if (refused[0] !== undefined) throw refused[0];
  }

  async #adopt(guestId: string, accountId: string, apartmentId: string): Promise<Refusal | undefined> {
    const command = { kind: 'adopt', requestId: this.#parts.newRequestId(), apartmentId, guestId } as const;
    const outcome = await this.#parts.ask({ id: accountId, kind: 'guest' }, command);
    if (outcome.ok) return undefined;
    return new Refusal(outcome.error.code, `${apartmentId}: ${outcome.error.message}`);
  }

  readonly #fault = (cause: unknown) => this.#parts.onFault('adoptions.fault', { cause });
}
