/**
 * Check-in and check-out as one reads them. What they are changed with, by typing or in a calendar, is as large as
 * half the page: it loads when somebody is about to use it.
 */
import { lazy, Suspense, useId, useState } from 'react';
import { stayText } from '../../format.ts';
import { t } from '../../texts/index.ts';
import '../../styles/fields.css';

export interface Dates {
  /** Empty: not said yet. */
  readonly checkIn: string;
  readonly checkOut: string;
}
export interface DatesProps {
  readonly stay: Dates;
  readonly today: string;
  readonly onChange: (dates: Dates) => void;
}
/** A pointer opens the calendar, a key begins to type. */
export type Opening = 'calendar' | 'typing';

const load = () => import('./dates-picker.tsx');
const DatesPicker = lazy(async () => ({ default: (await load()).DatesPicker }));

export function DatesField(props: DatesProps) {
  const [opening, setOpening] = useState<Opening>();
  const summary = <Summary {...props} onOpen={setOpening} />;
  if (opening === undefined) return summary;
  return (
    <Suspense fallback={summary}>
      <DatesPicker {...props} opening={opening} />
    </Suspense>
  );
}

function Summary({ stay, onOpen }: DatesProps & { onOpen: (opening: Opening) => void }) {
  const id = useId();
  const { checkIn, checkOut } = stay;
  const isStay = checkIn !== '' && checkOut !== '';
  const preload = () => void load();
  return (
    <div className="field dates">
      <span id={`${id}-label`}>{t.find.dates}</span>
      <button
        type="button"
        className="dates-summary"
        id={`${id}-dates`}
        aria-labelledby={`${id}-label ${id}-dates`}
        onPointerEnter={preload}
        onFocus={preload}
        onClick={({ detail }) => onOpen(detail === 0 ? 'typing' : 'calendar')}
      >
        {isStay ? stayText(checkIn, checkOut) : t.find.chooseDates}
      </button>
    </div>
  );
}
