/** What the patterns of the calendar mean: those that this apartment can have. */
import type { Terms } from '../../../../src/protocol/terms.ts';
import { t } from '../../texts/index.ts';
import '../../styles/legend.css';

export function CalendarLegend({
  terms,
  isLeaving,
}: {
  terms: Terms;
  /** A stay is begun: days say whether it may end on them. */
  isLeaving: boolean;
}) {
  const says = t.apartment.calendar.legend;
  const isPicky = terms.arrivalDays.length < 7 || terms.minNights > 1;
  return (
    <ul className="legend" aria-label={says.label}>
      {STATES.map((state) => (
        <li key={state}>
          <span className="swatch" data-state={state} />
          {says[state]}
        </li>
      ))}
      <li>
        <span className="swatch" data-state="booked" data-checkout-only />
        {says.outOnly}
      </li>
      {isLeaving && (
        <>
          <li>
            <span className="swatch" data-end="possible" />
            {says.mayLeave}
          </li>
          <li>
            <span className="swatch" data-state="free" data-end="short" />
            {says.mayNotLeave}
          </li>
        </>
      )}
      {isPicky && !isLeaving && (
        <>
          <li>
            <span className="swatch" data-state="free" data-limit="short" />
            {says.short}
          </li>
          <li>
            <span className="swatch" data-state="free" data-limit="no-arrival">
              {t.apartment.calendar.marks['no-arrival']}
            </span>
            {says['no-arrival']}
          </li>
        </>
      )}
      {terms.noticeDays > 0 && !isLeaving && (
        <li>
          <span className="swatch" data-state="free" data-limit="notice" />
          {says.notice}
        </li>
      )}
    </ul>
  );
}

const STATES = ['free', 'mine', 'my-booking', 'held', 'booked', 'blocked'] as const;
