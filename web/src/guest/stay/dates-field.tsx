/**
 * Check-in and check-out as one reads them. What they are changed with, by typing or in a calendar, is as large as
 * half the page: it loads when somebody is about to use it.
 */
import { type ReactNode, useEffect, useId, useState } from 'react';
import { stayText } from '../../format.ts';
import { Part } from '../../part.ts';
import { usePart } from '../../shared/live/use-part.ts';
import { NotLoaded } from '../../shared/not-loaded.tsx';
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

const PICKER = new Part(() => import('./dates-picker.tsx'));

export function DatesField(props: DatesProps) {
  const [isWanted, setWanted] = useState(false);
  const [opening, setOpening] = useState<Opening>();
  const { here, isMissing } = usePart(PICKER, isWanted);
  // What comes late opens at the next click: by then the reader may be typing elsewhere.
  useEffect(() => {
    if (isMissing) setOpening(undefined);
  }, [isMissing]);
  if (here !== undefined && opening !== undefined) return <here.DatesPicker {...props} opening={opening} />;
  return (
    <Summary
      {...props}
      onOpen={(how) => {
        setWanted(true);
        if (!isMissing) setOpening(how);
      }}
    >
      {isMissing && <NotLoaded />}
    </Summary>
  );
}

function Summary({
  stay,
  onOpen,
  children,
}: DatesProps & { onOpen: (opening: Opening) => void; children: ReactNode }) {
  const id = useId();
  const { checkIn, checkOut } = stay;
  const isStay = checkIn !== '' && checkOut !== '';
  const preload = () => void PICKER.preload();
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
      {children}
    </div>
  );
}
