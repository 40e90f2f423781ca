/**
 * Dates of a period of one's own. What they are typed and chosen with is half as large as the page: it comes after it,
 * and on a phone when somebody wants it.
 */
import { useState } from 'react';
import { datesText, plusDays } from '../../format.ts';
import { Part } from '../../part.ts';
import { usePart } from '../../shared/live/use-part.ts';
import { NotLoaded } from '../../shared/not-loaded.tsx';
import { PHONE } from '../../shared/phone.ts';
import { useIdle } from '../../shared/use-idle.ts';
import { useMedia } from '../../shared/use-media.ts';
import { t } from '../../texts/index.ts';
import type { Period } from './period.ts';

const RANGE = new Part(() => import('../../shared/widgets/date-range.tsx'));

export function OwnDays({ period, onPeriod }: { period: Period; onPeriod: (period: Period) => void }) {
  const isIdle = useIdle();
  const isPhone = useMedia(PHONE);
  const [isAsked, setAsked] = useState(false);
  const { here, isMissing } = usePart(RANGE, isAsked || (isIdle && !isPhone));
  const label = t.admin.period.days;
  // People name the last day; a period ends with the day after it.
  const [start, end] = [period.from, plusDays(period.to, -1)];
  if (here === undefined || (isPhone && !isAsked)) {
    return (
      <div className="field">
        <span>{label}</span>
        <button
          type="button"
          className="dates-summary"
          aria-label={`${label}: ${datesText(start, end)}`}
          onClick={() => setAsked(true)}
        >
          {datesText(start, end)}
        </button>
        {isMissing && <NotLoaded />}
      </div>
    );
  }
  return (
    <here.DateRange
      label={label}
      autoFocus={isAsked}
      value={{ start, end }}
      onChange={(days) => {
        if (days !== undefined) onPeriod({ from: days.start, to: plusDays(days.end, 1) });
      }}
    />
  );
}
