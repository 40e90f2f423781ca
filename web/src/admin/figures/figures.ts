/** The figures of a period and of the one before it, asked for again while somebody looks. */
import { startTransition, useEffect, useState } from 'react';
import type { Figures } from '../../../../src/client/index.ts';
import type { ErrorBody } from '../../../../src/protocol/errors.ts';
import { client } from '../../shared/live/client.ts';
import { type Period, periodBefore } from './period.ts';

/** Between two questions without a reason, in milliseconds: other days' nights rarely move faster. */
const EVERY_MS = 20_000;
/** Bookings that come within this long, in milliseconds, are one reason to ask. */
const GATHER_MS = 700;
/** The server counts once for all who ask within some seconds: asked again so soon where it counted before the reason. */
const AGAIN_MS = 2_000;

export interface PeriodFigures {
  readonly now: Figures | undefined;
  readonly before: Figures | undefined;
  /** Of the last question: what is shown with it is what was known before. */
  readonly error: ErrorBody | undefined;
}
const NONE: PeriodFigures = { now: undefined, before: undefined, error: undefined };

/** @param reason another value is a reason to ask again at once, such as a booking that was just made */
export function usePeriodFigures(period: Period, city: string, reason: number): PeriodFigures {
  const [shown, setShown] = useState<PeriodFigures & { readonly of: string }>({ ...NONE, of: '' });
  const { from, to } = period;
  const of = `${from} ${to} ${city}`;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a reason is one to ask again.
  useEffect(() => {
    const gone = new AbortController();
    const reasonAtMs = client.clock.nowMs();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async () => {
      clearTimeout(timer);
      const place = city === '' ? {} : { city };
      const options = { signal: gone.signal };
      const [now, before] = await Promise.all([
        client.management.figures({ from, to, ...place }, options),
        client.management.figures({ ...periodBefore({ from, to }), ...place }, options),
      ]);
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
      const isOlder = reason > 0 && now.ok && Date.parse(now.data.at) < reasonAtMs;
      timer = setTimeout(again, isOlder ? AGAIN_MS : EVERY_MS);
    };
    const again = () => {
      // Asked when it is looked at again.
      if (document.visibilityState === 'visible') void ask().catch(() => {});
    };
    document.addEventListener('visibilitychange', again);
    timer = setTimeout(again, reason === 0 ? 0 : GATHER_MS);
    return () => {
      gone.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', again);
    };
  }, [of, reason]);
  return shown.of === of ? shown : NONE;
}
