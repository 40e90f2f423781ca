/** The apartment's own calendar: who stays when, and nights that the host closes and opens again. */
import { useState } from 'react';
import type { ManagedApartment } from '../../../../src/client/index.ts';
import { stayText } from '../../format.ts';
import { t } from '../../texts/index.ts';
import { ClaimsTable } from './claims-table.tsx';
import { CloseNights } from './close-nights.tsx';

export function CalendarSection({ apartment, today }: { apartment: ManagedApartment; today: number }) {
  const [said, setSaid] = useState('');
  const says = t.hosting.calendar;
  return (
    <>
      <p role="status" className="said">
        {said}
      </p>
      {apartment.status !== 'retired' && (
        <CloseNights
          apartment={apartment}
          today={today}
          onClosed={({ from, to }) => setSaid(says.closed(stayText(from, to)))}
        />
      )}
      <ClaimsTable
        apartment={apartment}
        today={today}
        onOpened={({ from, to }) => setSaid(says.opened(stayText(from, to)))}
      />
    </>
  );
}
