/** A date as it is typed: by its parts, in the order of the language. */
import { Button, DateInput, DateSegment } from 'react-aria-components';
import { t } from '../../texts/index.ts';
import '../../styles/fields.css';

export function TypedDate({
  end,
  label,
  className = '',
}: {
  /** Which of a range. */
  end?: 'start' | 'end';
  label?: string | undefined;
  className?: string;
}) {
  return (
    <DateInput
      className={`date-input ${className}`}
      {...(end === undefined ? {} : { slot: end })}
      {...(label === undefined ? {} : { 'aria-label': label })}
    >
      {(segment) => <DateSegment segment={segment} className="date-segment" />}
    </DateInput>
  );
}

export function OpenCalendar() {
  return (
    <Button className="dates-open" aria-label={t.common.calendar.open}>
      <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
        <path d="M3 5h14v12H3zM3 8.5h14M7 2.5V6m6-3.5V6" />
      </svg>
    </Button>
  );
}
