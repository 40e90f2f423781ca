/** Parts of the program as React follows them: loading, here, or missing until there is a connection. */
import { startTransition, useEffect, useReducer, useRef, useState } from 'react';
import type { Part } from '../../part.ts';
import { useConnection } from './client.ts';

export interface Loading<Module> {
  readonly here: Module | undefined;
  /** It could not be loaded. It is tried again with the next connection. */
  readonly isMissing: boolean;
}

/** @param isWanted it is loaded from when this is true */
export function usePart<Module extends object>(part: Part<Module>, isWanted = true): Loading<Module> {
  const connection = useConnection();
  const [, redraw] = useReducer((times: number) => times + 1, 0);
  const [missing, setMissing] = useState<Part<Module>>();
  const failed = useRef<Part<Module>>(undefined);
  const { here } = part;
  const isNeeded = isWanted && here === undefined;
  useEffect(() => {
    if (!isNeeded) return;
    const isWorthTrying =
      connection === 'online' || (connection === 'reconnecting' && failed.current !== part);
    if (!isWorthTrying) {
      setMissing(part);
      return;
    }
    let isGone = false;
    setMissing(undefined);
    part.load().then(
      () => {
        // In short steps: what is worth loading late is much to draw at once.
        if (!isGone) startTransition(redraw);
      },
      () => {
        failed.current = part;
        if (!isGone) setMissing(part);
      },
    );
    return () => {
      isGone = true;
    };
  }, [part, isNeeded, connection]);
  return { here, isMissing: missing === part && here === undefined };
}

/** A part that something is done with at a click. Where it was missing it is there for the next click. */
export function useLoad<Module extends object>(
  part: Part<Module>,
): { load: () => Promise<Module | undefined>; isLoading: boolean; isMissing: boolean } {
  const [isLoading, setLoading] = useState(false);
  const [hasFailed, setFailed] = useState(false);
  const { isMissing } = usePart(part, hasFailed);
  const load = async () => {
    setLoading(true);
    try {
      return await part.load();
    } catch {
      setFailed(true);
      return undefined;
    } finally {
      setLoading(false);
    }
  };
  return { load, isLoading, isMissing };
}
