/** One's own apartments, or everybody's for an admin, that fit a filter: read to so many, and paged here. */
import { startTransition, useCallback, useEffect, useState } from 'react';
import type { ManagedApartment } from '../../../../src/client/index.ts';
import type { ErrorBody } from '../../../../src/protocol/errors.ts';
import { PAGE_SIZE_MAX } from '../../../../src/protocol/limits.ts';
import { client, useConnection } from '../../shared/live/client.ts';
import { useUnhurried } from '../../shared/unhurried.ts';
import type { Wanted } from './apartment-filter.ts';

/** Nobody turns the pages of more than these; further ones begin at `after`. */
export const APARTMENTS_MAX = 500;
/** Between two questions while a filter is typed, in milliseconds. */
const ASKED_EVERY_MS = 300;

export interface OwnApartments {
  /** Undefined until the first of them have come. */
  readonly apartments: readonly ManagedApartment[] | undefined;
  /** Of all that fit, read or not. */
  readonly count: number;
  readonly error: ErrorBody | undefined;
  /** Where the ones begin that are not read. */
  readonly further: string | undefined;
  /** One was changed on this page. */
  replace(apartment: ManagedApartment): void;
  retry(): void;
}

export function useApartments({ after, status, text }: Wanted): OwnApartments {
  const [apartments, setApartments] = useState<readonly ManagedApartment[]>();
  const [count, setCount] = useState(0);
  const asked = useUnhurried(text.trim(), ASKED_EVERY_MS);
  const [error, setError] = useState<ErrorBody>();
  const [further, setFurther] = useState<string>();
  const [attempt, setAttempt] = useState(0);
  const online = useConnection() === 'online';
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt, or the server back, is a reason to ask again.
  useEffect(() => {
    let gone = false;
    const read = async () => {
      let found: ManagedApartment[] = [];
      let cursor = after;
      let all = 0;
      do {
        const page = await client.management.apartments({
          limit: PAGE_SIZE_MAX,
          ...(status === 'every' ? {} : { status }),
          ...(asked === '' ? {} : { text: asked }),
          ...(cursor === undefined ? {} : { cursor }),
        });
        if (gone) return;
        if (!page.ok) return setError(page.error);
        found = [...found, ...page.data.apartments];
        all = page.data.count;
        cursor = page.data.nextCursor;
      } while (cursor !== undefined && found.length < APARTMENTS_MAX);
      // In short steps: a list of them is much to draw at once.
      startTransition(() => {
        setError(undefined);
        setApartments(found);
        setCount(all);
        setFurther(cursor);
      });
    };
    void read();
    return () => {
      gone = true;
    };
  }, [after, status, asked, attempt, online]);
  const replace = useCallback(
    (next: ManagedApartment) =>
      setApartments((known) => known?.map((one) => (one.id === next.id ? next : one))),
    [],
  );
  return { apartments, count, error, further, replace, retry: () => setAttempt((count) => count + 1) };
}
