/** One hold of the guest's: how long it lasts, what it costs, and what can be done with it. */
import { useEffect, useState } from 'react';
import type { Booking, Hold } from '../../../src/client/index.ts';
import type { ErrorBody } from '../../../src/protocol/errors.ts';
import { guestsText, money, stayText } from '../format.ts';
import { client, useOffline } from '../live/client.ts';
import { keepBooking, keepHold } from '../live/my-stays.ts';
import { ConfirmForm } from './confirm-form.tsx';
import { Countdown } from './countdown.tsx';
import type { GuestContact } from './guest-contact.ts';
import { QuoteLines } from './quote-lines.tsx';
import { Refusal } from './refusal.tsx';

type Doing = 'extend' | 'release' | 'confirm';

export function HoldPanel({ hold, onBooked }: { hold: Hold; onBooked: (booking: Booking) => void }) {
  const offline = useOffline();
  const [doing, setDoing] = useState<Doing>();
  const [error, setError] = useState<ErrorBody>();
  const confirming = hold.status === 'confirming';
  const { id: holdId, apartmentId } = hold;

  // biome-ignore lint/correctness/useExhaustiveDependencies: what was wrong before says nothing of the hold as it is now.
  useEffect(() => setError(undefined), [hold.expiresAt]);

  const change = async (what: 'extend' | 'release') => {
    setDoing(what);
    setError(undefined);
    const outcome = await client[what]({ apartmentId, holdId });
    if (outcome.ok) keepHold(outcome.data.hold);
    else setError(outcome.error);
    setDoing(undefined);
  };
  const confirm = async (guest: GuestContact, method: string) => {
    setDoing('confirm');
    setError(undefined);
    const outcome = await client.confirm({ apartmentId, holdId, guest, payment: { method } });
    if (outcome.ok) {
      keepBooking(outcome.data.booking);
      onBooked(outcome.data.booking);
    } else {
      setError(outcome.error);
    }
    setDoing(undefined);
  };

  return (
    <section className="panel hold" aria-label="Your hold" data-hold={holdId} data-status={hold.status}>
      <header>
        <h2>{confirming ? 'Paying …' : 'Yours for now'}</h2>
        {confirming ? (
          <span className="spinner" aria-hidden="true" />
        ) : (
          <Countdown expiresAt={hold.expiresAt} />
        )}
      </header>
      <p>
        {stayText(hold.checkIn, hold.checkOut)} · {guestsText(hold.guests)}
      </p>
      {confirming && (
        <p role="status">
          The bank is being asked. The nights stay yours until it answers, for two minutes at most.
        </p>
      )}
      <QuoteLines quote={hold.quote} />
      {error !== undefined && <Refusal error={error} />}
      <ConfirmForm
        total={money(hold.quote.totalMinor, hold.quote.currency)}
        busy={doing === 'confirm' || confirming}
        disabled={offline || doing !== undefined}
        onConfirm={(guest, method) => void confirm(guest, method)}
      />
      <div className="actions">
        {hold.extendable && (
          <button
            type="button"
            className="quiet"
            disabled={offline || doing !== undefined || confirming}
            onClick={() => void change('extend')}
          >
            {doing === 'extend' ? 'Extending …' : 'More time'}
          </button>
        )}
        <button
          type="button"
          className="quiet"
          disabled={offline || doing !== undefined || confirming}
          onClick={() => void change('release')}
        >
          {doing === 'release' ? 'Releasing …' : 'Release'}
        </button>
      </div>
    </section>
  );
}
