/**
 * The guest's hold of this apartment: how long it lasts, what it costs, and the form that turns it into a booking.
 * When it ends the panel stays, with everything that was typed, and holds again in one click.
 */
import { useEffect, useRef, useState } from 'react';
import type { Apartment } from '../../../../src/client/index.ts';
import type { ErrorBody } from '../../../../src/protocol/errors.ts';
import { PAYMENT_DEADLINE_MS } from '../../../../src/protocol/limits.ts';
import { guestsText, minutesLongText, money, stayText } from '../../format.ts';
import { navigate } from '../../router.tsx';
import { client, useConnection, useWho } from '../../shared/live/client.ts';
import { keepBooking } from '../../shared/live/my-stays.ts';
import { Refusal } from '../../shared/refusal.tsx';
import { t } from '../../texts/index.ts';
import { PolicyFromNow } from '../stay/policy-text.tsx';
import { QuoteLines } from '../stay/quote-lines.tsx';
import { PLACES } from '../stay/stay-bar.tsx';
import { BankDialog } from './bank-dialog.tsx';
import { type Method, readDraft, writeDraft } from './confirm-draft.ts';
import { ConfirmForm } from './confirm-form.tsx';
import { Countdown } from './countdown.tsx';
import { HoldActions } from './hold-actions.tsx';
import { HoldEnded } from './hold-ended.tsx';
import { type HoldHere, phaseAfter } from './hold-phase.ts';
import type { Placing } from './placing.ts';

export function HoldPanel({
  apartment,
  here,
  placing,
  placedId,
  onDone,
}: {
  apartment: Apartment;
  here: HoldHere;
  /** Of holding again after the hold has ended. */
  placing: Placing;
  /** Of the hold that this page has just placed: it gets the focus. */
  placedId: string | undefined;
  /** The guest has released it, or wants to hear no more of it. */
  onDone: () => void;
}) {
  const says = t.apartment.hold;
  const isOnline = useConnection() !== 'offline';
  const who = useWho();
  const [draft, setDraft] = useState(() => readDraft(who?.email));
  const [isAsking, setIsAsking] = useState(false);
  const [error, setError] = useState<ErrorBody>();
  const heading = useRef<HTMLHeadingElement>(null);
  const isMounted = useRef(true);
  const { hold } = here;
  const phase = phaseAfter(here.phase, error);
  const { id: holdId, apartmentId } = hold;
  const { cancellationPolicy, timeZone } = apartment.terms;
  const total = money(hold.quote.totalMinor, hold.quote.currency);
  const isOpen = phase === 'held' || phase === 'paying';
  const isPaying = phase === 'paying' || (isAsking && isOpen);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what was wrong with one hold says nothing of another.
  useEffect(() => setError(undefined), [holdId]);
  useEffect(() => {
    if (placedId === holdId) heading.current?.focus();
  }, [placedId, holdId]);
  // What had the focus may have gone with the phase it belonged to.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another phase has other buttons.
  useEffect(() => {
    if (hadFocus.current && document.activeElement === document.body) heading.current?.focus();
  }, [phase]);
  useEffect(() => {
    isMounted.current = true;
    return () => {
      isMounted.current = false;
    };
  }, []);
  const hadFocus = useRef(false);

  const confirm = async (method: Method) => {
    setIsAsking(true);
    setError(undefined);
    const guest = { name: draft.name.trim(), email: draft.email.trim() };
    const outcome = await client.confirm({ apartmentId, holdId, guest, payment: { method } });
    setIsAsking(false);
    if (outcome.ok) {
      keepBooking(outcome.data.booking);
      if (isMounted.current) navigate(`/bookings/${outcome.data.booking.id}?new=1`);
    } else {
      setError(outcome.error);
    }
  };

  return (
    <section
      className="panel hold"
      id={PLACES.hold}
      aria-label={says.label}
      data-hold={holdId}
      data-status={hold.status}
      data-phase={isPaying ? 'paying' : phase}
      onFocus={() => {
        hadFocus.current = true;
      }}
      onBlur={({ relatedTarget, currentTarget }) => {
        if (relatedTarget instanceof Node && !currentTarget.contains(relatedTarget)) hadFocus.current = false;
      }}
    >
      <header>
        <h2 ref={heading} tabIndex={-1}>
          {says[isPaying ? 'paying' : phase]}
        </h2>
        {isPaying && <span className="spinner" aria-hidden="true" />}
        {isOpen && <Countdown expiresAt={hold.expiresAt} isSuspended={isPaying} />}
      </header>
      <p>
        {stayText(hold.checkIn, hold.checkOut)} · {guestsText(hold.guests)}
      </p>
      {isPaying && (
        <p role="status">
          {isOnline ? says.asked(minutesLongText(PAYMENT_DEADLINE_MS / 60_000)) : says.paymentUnknown}
        </p>
      )}
      {!isOpen && <HoldEnded hold={hold} phase={phase} placing={placing} onDismiss={onDone} />}
      {isOpen && (
        <>
          <QuoteLines quote={hold.quote} />
          <p className="muted small">
            <PolicyFromNow policy={cancellationPolicy} checkIn={hold.checkIn} timeZone={timeZone} />
          </p>
        </>
      )}
      {error !== undefined && !isPaying && <PaymentRefusal error={error} isOpen={isOpen} />}
      <ConfirmForm
        draft={draft}
        total={total}
        busy={isPaying}
        hindrance={isOnline ? (isOpen ? undefined : t.apartment.pay.holdFirst) : t.apartment.pay.offline}
        onChange={(next) => {
          setDraft(next);
          writeDraft(next);
        }}
        onConfirm={() => void confirm(draft.method)}
      />
      {phase === 'held' && !isAsking && <HoldActions hold={hold} onReleased={onDone} />}
      {error?.code === 'payment_action_required' && phase === 'held' && (
        <BankDialog
          total={total}
          apartmentName={apartment.name}
          expiresAt={hold.expiresAt}
          onApprove={() => void confirm('sandbox_ok')}
          onClose={() => setError(undefined)}
        />
      )}
    </section>
  );
}

function PaymentRefusal({ error, isOpen }: { error: ErrorBody; isOpen: boolean }) {
  // Its own dialog says it.
  if (error.code === 'payment_action_required') return null;
  // That the hold has ended is what the panel says already.
  if (error.code === 'hold_expired' && !isOpen) return null;
  if (error.code !== 'payment_declined') return <Refusal error={error} />;
  return (
    <div className="refusal" role="alert" data-code={error.code}>
      <strong>{t.apartment.pay.declined}</strong>
      {isOpen && <p>{t.apartment.pay.declinedWayOut}</p>}
    </div>
  );
}
