/** The figures of a period and of the one before it, asked for again while somebody looks. */
import { startTransition, useEffect, useRef, useState } from 'react';
import type { Figures } from '../../../../src/client/index.ts';
import type { ErrorBody } from '../../../../src/protocol/errors.ts';
import { client } from '../../shared/live/client.ts';
import { Inquiry } from './inquiry.ts';
import { type Period, periodBefore } from './period.ts';

export interface PeriodFigures {
  readonly now: Figures | undefined;
  readonly before: Figures | undefined;
  /** Of the last question: what is shown with it is what was known before. */
  readonly error: ErrorBody | undefined;
}
const NONE: PeriodFigures = { now: undefined, before: undefined, error: undefined };

/** @param reason another value is a reason to ask again soon, such as a booking that was just made */
export function usePeriodFigures(period: Period, city: string, reason: number): PeriodFigures {
  const [shown, setShown] = useState<PeriodFigures & { readonly of: string }>({ ...NONE, of: '' });
  const inquiry = useRef<Inquiry>(undefined);
  const { from, to } = period;
  const of = `${from} ${to} ${city}`;

  useEffect(() => {
    const ask = async (signal: AbortSignal) => {
      const place = city === '' ? {} : { city };
      const [now, before] = await Promise.all([
        client.management.figures({ from, to, ...place }, { signal }),
        client.management.figures({ ...periodBefore({ from, to }), ...place }, { signal }),
      ]);
      signal.throwIfAborted();
      const refused = now.ok ? (before.ok ? undefined : before.error) : now.error;
      const told = (known: typeof shown) => {
        const kept = known.of === of ? known : NONE;
        return {
          of,
          now: now.ok ? now.data : kept.now,
          before: before.ok ? before.data : kept.before,
          error: refused,
        };
      };
      // In short steps: the plots are much to draw at once.
      startTransition(() => setShown(told));
      return now.ok ? Date.parse(now.data.at) : undefined;
    };
    inquiry.current = new Inquiry({ ask, nowMs: () => client.clock.nowMs() });
    return () => inquiry.current?.end();
  }, [of, from, to, city]);
  useEffect(() => {
    if (reason > 0) inquiry.current?.hurry();
  }, [reason]);
  return shown.of === of ? shown : NONE;
}
