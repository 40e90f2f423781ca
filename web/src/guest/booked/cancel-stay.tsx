/** Cancelling a booking: what comes back is said before, and by the server after. */
import { useState } from 'react';
import { Button, Dialog, DialogTrigger, Heading, Modal, ModalOverlay } from 'react-aria-components';
import type { Booking } from '../../../../src/client/index.ts';
import type { ErrorBody } from '../../../../src/protocol/errors.ts';
import { money, stayText, zonedText } from '../../format.ts';
import { announce } from '../../shared/live/announce.ts';
import { useApartment } from '../../shared/live/apartments.ts';
import { client, useOffline } from '../../shared/live/client.ts';
import { keepBooking } from '../../shared/live/my-stays.ts';
import { Refusal } from '../../shared/refusal.tsx';
import { t } from '../../texts/index.ts';
import { cancellationOf } from './cancellation.ts';

export function CancelStay({ booking, name }: { booking: Booking; name: string }) {
  const isOffline = useOffline();
  const [isOpen, setOpen] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorBody>();
  const says = t.stays.cancel;
  const { apartmentId, id: bookingId } = booking;

  const cancel = async () => {
    setBusy(true);
    setError(undefined);
    const outcome = await client.cancel({ apartmentId, bookingId });
    setBusy(false);
    if (!outcome.ok) {
      setError(outcome.error);
      return;
    }
    setOpen(false);
    keepBooking(outcome.data.booking);
    announce(says.done(refundText(outcome.data.booking)));
  };

  return (
    <DialogTrigger
      isOpen={isOpen}
      onOpenChange={(next) => {
        setOpen(next);
        setError(undefined);
      }}
    >
      <Button className="quiet" isDisabled={isOffline} aria-label={says.openAt(name)}>
        {says.open}
      </Button>
      <ModalOverlay className="overlay" isDismissable={!isBusy}>
        <Modal className="modal">
          <Dialog role="alertdialog" className="dialog">
            <Heading slot="title">{says.title}</Heading>
            <p>
              <strong>{name}</strong>
              <br />
              {stayText(booking.checkIn, booking.checkOut)}
            </p>
            <WhatComesBack booking={booking} />
            {error !== undefined && <Refusal error={error} />}
            <div className="actions">
              <Button className="danger" isDisabled={isBusy || isOffline} onPress={() => void cancel()}>
                {isBusy ? says.busy : says.sure}
              </Button>
              <Button className="quiet" slot="close" isDisabled={isBusy} autoFocus>
                {says.keep}
              </Button>
            </div>
          </Dialog>
        </Modal>
      </ModalOverlay>
    </DialogTrigger>
  );
}

/** The amount at this moment, and the policy that it follows from. */
function WhatComesBack({ booking }: { booking: Booking }) {
  const details = useApartment(booking.apartmentId);
  const { policy, price } = booking;
  if (details?.ok !== true) return <p>{t.stays.policy.inWords[policy]}</p>;
  const { refundMinor } = cancellationOf(booking, details.data.terms.timeZone, client.clock.nowMs());
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
        <PolicyText booking={booking} timeZone={details.data.terms.timeZone} />
      </p>
    </>
  );
}

/** The policy as it was when the stay was booked, with the instant at which it turns. */
export function PolicyText({ booking, timeZone }: { booking: Booking; timeZone: string }) {
  const { cutOffMs } = cancellationOf(booking, timeZone, client.clock.nowMs());
  return t.stays.policy.until[booking.policy](zonedText(cutOffMs, timeZone));
}

export function refundText({ refund }: Booking): string {
  const says = t.stays;
  return refund === undefined || refund.amountMinor === 0
    ? says.nothingRefunded
    : says.refunded(money(refund.amountMinor, refund.currency));
}
