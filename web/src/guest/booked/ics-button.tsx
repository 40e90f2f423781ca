import type { Apartment, Booking } from '../../../../src/client/index.ts';
import { guestsText } from '../../format.ts';
import { Part } from '../../part.ts';
import { useLoad } from '../../shared/live/use-part.ts';
import { NotLoaded } from '../../shared/not-loaded.tsx';
import { t } from '../../texts/index.ts';

const WRITER = new Part(() => import('./stay-ics.ts'));

/** Saves the stay as a file that calendars read; what writes it loads with the first click. */
export function IcsButton({ booking, apartment }: { booking: Booking; apartment: Apartment }) {
  const { load, isLoading, isMissing } = useLoad(WRITER);
  const says = t.stays;
  const save = async () => {
    const writer = await load();
    if (writer === undefined) return;
    const url = `${window.location.origin}/bookings/${booking.id}`;
    const text = writer.stayIcs(booking, apartment, {
      summary: says.ics.summary(apartment.name),
      description: says.ics.description(booking.id, guestsText(booking.guests), url),
      url,
    });
    const file = URL.createObjectURL(new Blob([text], { type: 'text/calendar;charset=utf-8' }));
    const link = document.createElement('a');
    link.href = file;
    link.download = `nightlatch-${booking.checkIn}.ics`;
    link.click();
    URL.revokeObjectURL(file);
  };
  return (
    <>
      {/* While the file is written the button keeps the focus it was pressed with. */}
      <button
        type="button"
        className="primary"
        aria-disabled={isLoading}
        onClick={() => {
          if (!isLoading) void save();
        }}
      >
        {isLoading ? says.booking.icsLoading : says.booking.ics}
      </button>
      {isMissing && <NotLoaded />}
    </>
  );
}
