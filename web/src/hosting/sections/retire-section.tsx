/** Retiring an apartment: for good, so it is asked about, with what stands all the same. */
import { useEffect, useState } from 'react';
import { Button } from 'react-aria-components';
import type { ManagedApartment } from '../../../../src/client/index.ts';
import type { ErrorBody } from '../../../../src/protocol/errors.ts';
import { WINDOW_NIGHTS_MAX } from '../../../../src/protocol/limits.ts';
import { dateOf } from '../../../../src/protocol/nights.ts';
import { client, useOffline } from '../../shared/live/client.ts';
import { Refusal } from '../../shared/refusal.tsx';
import { ModalDialog } from '../../shared/widgets/modal-dialog.tsx';
import { t } from '../../texts/index.ts';
import { isolated } from '../../texts/isolated.ts';

export function RetireSection({
  apartment,
  today,
  onChanged,
}: {
  apartment: ManagedApartment;
  today: number;
  onChanged: (apartment: ManagedApartment) => void;
}) {
  const [asked, setAsked] = useState(false);
  const [error, setError] = useState<ErrorBody>();
  const [busy, setBusy] = useState(false);
  const offline = useOffline();
  const says = t.hosting.retire;
  const apartmentId = apartment.id;

  const done = async (change: ReturnType<typeof client.management.retire>) => {
    setBusy(true);
    setError(undefined);
    const outcome = await change;
    setBusy(false);
    setAsked(false);
    if (outcome.ok) onChanged(outcome.data);
    else setError(outcome.error);
  };

  return (
    <section className="panel danger-zone" aria-labelledby="retire">
      <h2 id="retire">{says.title}</h2>
      <p>{says.because}</p>
      {error !== undefined && <Refusal error={error} />}
      {apartment.status !== 'retired' && (
        <div className="actions">
          {apartment.status === 'listed' ? (
            <Button
              className="quiet"
              isDisabled={busy || offline}
              onPress={() =>
                void done(client.management.changeApartment({ apartmentId, change: { status: 'paused' } }))
              }
            >
              {says.pause}
            </Button>
          ) : (
            <p className="muted">{says.isPaused}</p>
          )}
          <Button className="danger" isDisabled={busy || offline} onPress={() => setAsked(true)}>
            {says.button}
          </Button>
        </div>
      )}
      {asked && (
        <ModalDialog
          title={says.question(isolated(apartment.name))}
          isAlert
          isWide
          onClose={() => setAsked(false)}
        >
          <Standing apartmentId={apartmentId} today={today} />
          <p>{says.holdsStand}</p>
          <p>{says.because}</p>
          <div className="actions">
            <Button className="quiet" onPress={() => setAsked(false)}>
              {says.no}
            </Button>
            <Button
              className="danger"
              isDisabled={busy || offline}
              onPress={() => void done(client.management.retire({ apartmentId }))}
            >
              {says.yes}
            </Button>
          </div>
        </ModalDialog>
      )}
    </section>
  );
}

/** How many bookings are still to come. */
function Standing({ apartmentId, today }: { apartmentId: string; today: number }) {
  const [count, setCount] = useState<number>();
  useEffect(() => {
    let gone = false;
    const window = { from: dateOf(today), to: dateOf(today + WINDOW_NIGHTS_MAX) };
    void client.management.claims(apartmentId, window).then((answer) => {
      if (gone || !answer.ok) return;
      setCount(answer.data.claims.filter(({ kind }) => kind === 'booking').length);
    });
    return () => {
      gone = true;
    };
  }, [apartmentId, today]);
  const says = t.hosting.retire;
  return (
    <p role="status">
      {count === undefined ? says.counting : count === 0 ? says.standNone : says.stand(count)}
    </p>
  );
}
