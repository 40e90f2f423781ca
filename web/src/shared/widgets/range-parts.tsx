/** What a range of dates is typed into, and the calendar that opens under it. Part of a DateRangePicker. */
import type { ReactNode } from 'react';
import { Dialog, Group, Label, Popover, RangeCalendar } from 'react-aria-components';
import { t } from '../../texts/index.ts';
import { type MarkOf, Months } from './months.tsx';
import { OpenCalendar, TypedDate } from './typed-date.tsx';
import '../../styles/popover.css';

const ROOM_FOR_TWO = '(min-width: 44rem)';

export function RangeParts({
  label,
  ends,
  isWide = false,
  markOf,
  children,
}: {
  label: string;
  /** What the two dates are; "start date" and "end date" where nothing is said. */
  ends?: { readonly start: string; readonly end: string };
  /** Two months where there is room for them. */
  isWide?: boolean;
  markOf?: MarkOf | undefined;
  /** Below the dates: what explains them. */
  children?: ReactNode;
}) {
  return (
    <>
      <Label>{label}</Label>
      <Group className="dates-group">
        <TypedDate end="start" label={ends?.start} />
        <span aria-hidden="true">–</span>
        <TypedDate end="end" label={ends?.end} />
        <OpenCalendar />
      </Group>
      {children}
      <Popover className="popover" placement="bottom start">
        <Dialog className="dates-dialog" aria-label={t.common.calendar.title}>
          <RangeMonths isWide={isWide} markOf={markOf} />
        </Dialog>
      </Popover>
    </>
  );
}

function RangeMonths({ isWide, markOf }: { isWide: boolean; markOf: MarkOf | undefined }) {
  const months = isWide && window.matchMedia(ROOM_FOR_TWO).matches ? 2 : 1;
  return (
    <RangeCalendar visibleDuration={{ months }}>
      <Months count={months} markOf={markOf} />
    </RangeCalendar>
  );
}
