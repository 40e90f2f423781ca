/** Where prices are edited: who holds right now, and that a quote holds (I7). */
import { calendarModel } from '../../../../src/client/index.ts';
import { dateOf } from '../../../../src/protocol/nights.ts';
import { useCalendar } from '../../shared/live/calendars.ts';
import { t } from '../../texts/index.ts';
import { useForm } from '../draft/form.ts';

export function OpenHolds({ apartmentId }: { apartmentId: string }) {
  const { today, base } = useForm();
  const horizon = base?.terms.horizonNights ?? 1;
  const { calendar } = useCalendar(apartmentId, dateOf(today), dateOf(today + horizon));
  const says = t.hosting.rates;
  const held =
    calendar === undefined
      ? 0
      : calendarModel.takenOf(calendar).filter(({ status }) => status === 'held').length;
  return (
    <p className="notice" data-holds={held}>
      {held === 0 ? says.noHolds : says.holds(held)} {says.bookingsStand}
    </p>
  );
}
