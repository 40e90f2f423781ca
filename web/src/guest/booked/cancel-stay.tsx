/** Cancelling a booking: what comes back is said before, and by the server after. */
import { useState } from 'react';
import { Button } from 'react-aria-components';
import type { Booking } from '../../../../src/client/index.ts';
import { money, stayText } from '../../format.ts';
import { announce } from '../../shared/live/announce.ts';
import { useApartment } from '../../shared/live/apartments.ts';
import { client, useOffline, useWho } from '../../shared/live/client.ts';
import { keepBooking } from '../../shared/live/my-stays.ts';
import { AskedFirst } from '../../shared/widgets/asked-first.tsx';
import { t } from '../../texts/index.ts';
import { isolated } from '../../texts/isolated.ts';
import { PolicyText } from '../stay/policy-text.tsx';
import { refundOf } from './cancellation.ts';

export function CancelStay({ booking, name }: { booking: Booking; name: string }) {
  const isOffline = useOffline();
  const [isOpen, setOpen] = useState(false);
  const says = t.stays.cancel;
  const { apartmentId, id: bookingId } = booking;
  return (
    <>
      <Button
        className="quiet"
        isDisabled={isOffline}
        aria-label={says.openAt(isolated(name))}
        aria-haspopup="dialog"
        onPress={() => setOpen(true)}
      >
        {says.open}
      </Button>
      {isOpen && (
        <AskedFirst
          title={says.title}
          act={says.sure}
          acting={says.busy}
          leave={says.keep}
          isDangerous
          onAct={() => client.cancel({ apartmentId, bookingId })}
          onDone={(data) => {
            keepBooking(data.booking);
            announce(says.done(refundText(data.booking)));
          }}
          onClose={() => setOpen(false)}
        >
          <p>
            <strong>
              <bdi>{name}</bdi>
            </strong>
            <br />
            {stayText(booking.checkIn, booking.checkOut)}
          </p>
          <WhatComesBack booking={booking} />
        </AskedFirst>
      )}
    </>
  );
}

/** The amount at this moment, and the policy that it follows from. */
function WhatComesBack({ booking }: { booking: Booking }) {
  const details = useApartment(booking.apartmentId);
  const isStaff = useWho()?.subject.kind === 'admin';
  const { policy, price } = booking;
  if (isStaff) return <p>{t.stays.cancel.byStaff(money(price.totalMinor, price.currency))}</p>;
  if (details?.ok !== true) return <p>{t.common.policy.inWords[policy]}</p>;
  const { timeZone } = details.data.terms;
  const refundMinor = refundOf(booking, timeZone, client.clock.nowMs());
  const [back, paid] = [money(refundMinor, price.currency), money(price.totalMinor, price.currency)];
  const says = t.stays.cancel;
  return (
    <>
      <p className="refund" data-refund={refundMinor}>
        {refundMinor === 0
          ? says.nothing(paid)
          : refundMinor === price.totalMinor
            ? says.all(back)
            : says.part(back, paid)}
      </p>
      <p className="muted small">
        <PolicyText policy={policy} checkIn={booking.checkIn} timeZone={timeZone} />
      </p>
    </>
  );
}

export function refundText({ refund }: Booking): string {
  const says = t.stays;
  return refund === undefined || refund.amountMinor === 0
    ? says.nothingRefunded
    : says.refunded(money(refund.amountMinor, refund.currency));
}
