/**
 * The results of a search, page after page. What was found is kept for a while, so that going back shows at once
 * what was left, as far down as it was; its cards are watched, so nothing on it is taken for free that is not.
 */
import { startTransition, useEffect, useState } from 'react';
import type { ApartmentCard } from '../../../../src/client/index.ts';
import type { ErrorBody, Outcome } from '../../../../src/protocol/errors.ts';
import { PAGE_SIZE_MAX } from '../../../../src/protocol/limits.ts';
import { client } from '../../shared/live/client.ts';
import { cardsWanted, questionOf, type Wanted } from './wanted.ts';

interface Found {
  readonly cards: readonly ApartmentCard[];
  /** Undefined: there are no more. */
  readonly cursor: string | undefined;
  readonly atMs: number;
}

export interface Results {
  /** What the cards answer: the wish before this one, while the answer to it is on its way; undefined before the first. */
  readonly of: Wanted | undefined;
  readonly cards: readonly ApartmentCard[];
  readonly hasMore: boolean;
  readonly error: ErrorBody | undefined;
  readonly isLoading: boolean;
}

const NOTHING: Results = { of: undefined, cards: [], hasMore: false, error: undefined, isLoading: false };

const KEPT_MAX = 12;
const KEPT_MS = 5 * 60_000;
const kept = new Map<string, Found>();

/**
 * @param wanted undefined: nothing is looked for
 * @param attempt another number asks again
 */
export function useResults(wanted: Wanted | undefined, attempt: number): Results {
  const [shown, setShown] = useState(() => (wanted === undefined ? undefined : known(wanted)));
  const [failed, setFailed] = useState<{ key: string; error: ErrorBody }>();
  const key = wanted === undefined ? '' : keyOf(wanted);
  const count = wanted === undefined ? 0 : cardsWanted(wanted);
  const error = failed?.key === key ? failed.error : undefined;
  const [connections, setConnections] = useState(0);
  useEffect(
    () =>
      client.connection.subscribe((state) => {
        if (state === 'online') setConnections((before) => before + 1);
      }),
    [],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: the key is all of the wish that matters; what failed is asked for again once the server is back, or when somebody says so.
  useEffect(() => {
    setFailed(undefined);
    if (wanted === undefined) return;
    const found = known(wanted);
    if (found !== undefined) setShown(found);
    if (found !== undefined && isEnough(found, count)) return;
    const gone = new AbortController();
    find(wanted, found, gone.signal).then(
      (outcome) => {
        if (!outcome.ok) {
          setFailed({ key, error: outcome.error });
          return;
        }
        keep(key, outcome.data);
        // In short steps: a page of cards is much to draw at once.
        startTransition(() => setShown({ of: wanted, ...outcome.data }));
      },
      () => {
        // Something else was asked for meanwhile; its own answer follows.
      },
    );
    return () => gone.abort();
  }, [key, count, attempt, connections]);

  if (wanted === undefined) return NOTHING;
  const isCurrent = shown !== undefined && keyOf(shown.of) === key;
  return {
    of: shown?.of,
    cards: shown === undefined ? [] : isCurrent ? shown.cards.slice(0, count) : shown.cards,
    hasMore: isCurrent && (shown.cursor !== undefined || shown.cards.length > count),
    error,
    isLoading: error === undefined && !(isCurrent && isEnough(shown, count)),
  };
}

const keyOf = (wanted: Wanted): string => JSON.stringify(questionOf(wanted));
const isEnough = ({ cards, cursor }: Found, count: number) => cursor === undefined || cards.length >= count;

function known(wanted: Wanted): (Found & { readonly of: Wanted }) | undefined {
  const found = kept.get(keyOf(wanted));
  if (found === undefined || performance.now() - found.atMs > KEPT_MS) return undefined;
  return { ...found, of: wanted };
}

function keep(key: string, found: Found): void {
  kept.delete(key);
  kept.set(key, found);
  if (kept.size > KEPT_MAX) kept.delete(kept.keys().next().value as string);
}

/** Goes on from what is known until there are as many cards as wanted, or no more. */
async function find(wanted: Wanted, found: Found | undefined, signal: AbortSignal): Promise<Outcome<Found>> {
  const cards = [...(found?.cards ?? [])];
  let cursor = found?.cursor;
  do {
    const limit = Math.min(PAGE_SIZE_MAX, cardsWanted(wanted) - cards.length);
    const outcome = await client.search(
      { ...questionOf(wanted), limit, ...(cursor === undefined ? {} : { cursor }) },
      { signal },
    );
    if (!outcome.ok) return outcome;
    cards.push(...outcome.data.apartments);
    cursor = outcome.data.nextCursor;
  } while (cursor !== undefined && cards.length < cardsWanted(wanted));
  return { ok: true, data: { cards, cursor, atMs: performance.now() } };
}
