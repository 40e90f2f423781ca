import { useState } from 'react';
import type { Apartment, Booking } from '../../../../src/client/index.ts';
import { guestsText } from '../../format.ts';
import { t } from '../../texts/index.ts';

/** Saves the stay as a file that calendars read; what writes it loads with the first click. */
export function IcsButton({ booking, apartment }: { booking: Booking; apartment: Apartment }) {
  const [isBusy, setBusy] = useState(false);
  const says = t.stays;
  const save = async () => {
    setBusy(true);
    const { stayIcs } = await import('./stay-ics.ts');
    const url = `${window.location.origin}/bookings/${booking.id}`;
    const text = stayIcs(booking, apartment, {
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
    setBusy(false);
  };
  return (
    <button type="button" className="primary" disabled={isBusy} onClick={() => void save()}>
      {isBusy ? says.booking.icsLoading : says.booking.ics}
    </button>
  );
}
