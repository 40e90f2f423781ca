/** One's own apartments, or everybody's for an admin: all of them are read, so that they can be filtered and paged here. */
import { startTransition, useCallback, useEffect, useState } from 'react';
import type { ManagedApartment } from '../../../../src/client/index.ts';
import type { ErrorBody } from '../../../../src/protocol/errors.ts';
import { PAGE_SIZE_MAX } from '../../../../src/protocol/limits.ts';
import { client, useConnection } from '../../shared/live/client.ts';

/** A page of filters over more than these would not be read anyway; further ones begin at `after`. */
export const APARTMENTS_MAX = 500;

export interface OwnApartments {
  /** Undefined until the first of them have come. */
  readonly apartments: readonly ManagedApartment[] | undefined;
  readonly error: ErrorBody | undefined;
  /** Where the ones begin that are not read. */
  readonly further: string | undefined;
  /** One was changed on this page. */
  replace(apartment: ManagedApartment): void;
  retry(): void;
}

/** @param after the cursor to begin at; undefined for the first */
export function useApartments(after: string | undefined): OwnApartments {
  const [apartments, setApartments] = useState<readonly ManagedApartment[]>();
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
      do {
        const page = await client.management.apartments({
          limit: PAGE_SIZE_MAX,
          ...(cursor === undefined ? {} : { cursor }),
        });
        if (gone) return;
        if (!page.ok) return setError(page.error);
        found = [...found, ...page.data.apartments];
        cursor = page.data.nextCursor;
      } while (cursor !== undefined && found.length < APARTMENTS_MAX);
      // In short steps: a list of them is much to draw at once.
      startTransition(() => {
        setError(undefined);
        setApartments(found);
        setFurther(cursor);
      });
    };
    void read();
    return () => {
      gone = true;
    };
  }, [after, attempt, online]);
  const replace = useCallback(
    (next: ManagedApartment) =>
      setApartments((known) => known?.map((one) => (one.id === next.id ? next : one))),
    [],
  );
  return { apartments, error, further, replace, retry: () => setAttempt((count) => count + 1) };
}
