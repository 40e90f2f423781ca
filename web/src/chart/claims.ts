/** Who has which nights of an apartment: asked for when somebody looks, once for each version of its calendar. */
import { useEffect, useState } from 'react';
import type { ErrorBody, Outcome } from '../../../src/protocol/errors.ts';
import { dateOf } from '../../../src/protocol/nights.ts';
import type { ChartStore } from './chart-store.ts';
import type { ChartDesk, Claim } from './ports.ts';

/** Answers kept of other apartments and versions. */
const KEPT_MAX = 50;
/** How long one looks before it is asked, in milliseconds: the mouse passes over more than it rests on. */
const LOOK_MS = 150;

export class ClaimsBook {
  readonly #desk: ChartDesk;
  readonly #store: ChartStore;
  readonly #kept = new Map<string, readonly Claim[]>();

  constructor(desk: ChartDesk, store: ChartStore) {
    this.#desk = desk;
    this.#store = store;
  }

  known(id: string): readonly Claim[] | undefined {
    return this.#kept.get(this.#key(id));
  }

  async ask(id: string): Promise<Outcome<readonly Claim[]>> {
    const key = this.#key(id);
    const kept = this.#kept.get(key);
    if (kept !== undefined) return { ok: true, data: kept };
    const answer = await this.#desk.claims(id, dateOf(this.#store.from), dateOf(this.#store.to));
    if (!answer.ok) return answer;
    this.#kept.set(key, answer.data.claims);
    if (this.#kept.size > KEPT_MAX) this.#kept.delete(this.#kept.keys().next().value as string);
    return { ok: true, data: answer.data.claims };
  }

  #key(id: string): string {
    return `${id} ${this.#store.row(id)?.calendar?.version}`;
  }
}

/** Neither while they are asked for. */
export interface AskedClaims {
  readonly claims: readonly Claim[] | undefined;
  /** Why they are not known. */
  readonly error: ErrorBody | undefined;
  again(): void;
}

/**
 * The claims of an apartment at this version of its calendar.
 * @param delayMs how long to wait before asking
 */
export function useClaims(
  book: ClaimsBook,
  id: string,
  version: number | undefined,
  delayMs = LOOK_MS,
): AskedClaims {
  const [claims, setClaims] = useState(() => book.known(id));
  const [error, setError] = useState<ErrorBody>();
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another version of the calendar is asked about anew, and whatever failed.
  useEffect(() => {
    let gone = false;
    setClaims(book.known(id));
    setError(undefined);
    const timer = setTimeout(() => {
      void book.ask(id).then((answer) => {
        if (gone) return;
        if (answer.ok) setClaims(answer.data);
        else setError(answer.error);
      });
    }, delayMs);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [book, id, version, delayMs, attempt]);
  return { claims, error, again: () => setAttempt((count) => count + 1) };
}
