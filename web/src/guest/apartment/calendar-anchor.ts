/**
 * Ties what React Aria keeps to itself, the day on which a range was begun and the months in view, to the address
 * of the page: a stay half chosen survives a reload, the focus going elsewhere (where React Aria would either let
 * go of it or end it at whatever day was under the pointer), and a change typed into the date fields.
 */
import { parseDate } from '@internationalized/date';
import { useContext, useEffect, useRef } from 'react';
import { RangeCalendarStateContext } from 'react-aria-components';
import type { Chosen } from '../stay/selection.ts';

export function CalendarAnchor({
  chosen,
  onBegin,
  onMonth,
}: {
  chosen: Chosen;
  onBegin: (date: string) => void;
  /** Another month is the first one in view, such as `2027-03`. */
  onMonth: (month: string) => void;
}) {
  const state = useContext(RangeCalendarStateContext);
  if (state === null) throw new Error('CalendarAnchor belongs inside of a RangeCalendar');
  const { checkIn, checkOut } = chosen;
  const begun = checkIn !== '' && checkOut === '' ? checkIn : undefined;
  const anchor = state.anchorDate?.toString();
  const before = useRef<string>(undefined);

  useEffect(() => {
    const isDraggingAnEnd =
      state.isDragging && begun === undefined && (anchor === checkIn || anchor === checkOut);
    if (isDraggingAnEnd) return;
    if (begun !== before.current) {
      before.current = begun;
      if (anchor !== begun) state.setAnchorDate(begun === undefined ? null : parseDate(begun));
    } else if (anchor !== begun) {
      if (anchor !== undefined) onBegin(anchor);
      // The day may not begin a stay after all, or React Aria has let go of one that is still wanted.
      state.setAnchorDate(begun === undefined ? null : parseDate(begun));
    }
  });

  const month = state.visibleRange.start.toString().slice(0, 7);
  const shown = useRef(month);
  useEffect(() => {
    if (month === shown.current) return;
    shown.current = month;
    onMonth(month);
  });

  // A stay chosen outside of the calendar is brought into view.
  const wanted = useRef(checkIn);
  useEffect(() => {
    if (checkIn === wanted.current) return;
    wanted.current = checkIn;
    if (checkIn === '') return;
    const { start, end } = state.visibleRange;
    const day = parseDate(checkIn);
    if (day.compare(start) < 0 || day.compare(end) > 0) state.setFocusedDate(day);
  });
  return null;
}
