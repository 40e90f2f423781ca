/** All open holds of the guest, wherever they are, each to be let go of: for somebody who may hold no more. */
import { useState } from 'react';
import type { Hold } from '../../../../src/client/index.ts';
import type { ErrorBody } from '../../../../src/protocol/errors.ts';
import { stayText } from '../../format.ts';
import { useApartment } from '../../shared/live/apartments.ts';
import { client, useOffline } from '../../shared/live/client.ts';
import { isOpenHold, keepHold, useMyStays } from '../../shared/live/my-stays.ts';
import { Refusal } from '../../shared/refusal.tsx';
import { t } from '../../texts/index.ts';
import { isolated } from '../../texts/isolated.ts';

export function OpenHolds({ onReleased }: { onReleased: () => void }) {
  const open = useMyStays().holds.filter(isOpenHold);
  return (
    <section className="open-holds" aria-label={t.apartment.openHolds.heading}>
      <h3>{t.apartment.openHolds.heading}</h3>
      <ul>
        {open.map((hold) => (
          <OpenHold key={hold.id} hold={hold} onReleased={onReleased} />
        ))}
      </ul>
    </section>
  );
}

function OpenHold({ hold, onReleased }: { hold: Hold; onReleased: () => void }) {
  const says = t.apartment.openHolds;
  const offline = useOffline();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorBody>();
  const details = useApartment(hold.apartmentId);
  const name = details?.ok === true ? details.data.name : hold.apartmentId;
  const release = async () => {
    if (busy) return;
    setBusy(true);
    setError(undefined);
    const outcome = await client.release({ apartmentId: hold.apartmentId, holdId: hold.id });
    setBusy(false);
    if (!outcome.ok) return setError(outcome.error);
    keepHold(outcome.data.hold);
    onReleased();
  };
  return (
    <li data-hold={hold.id}>
      <span>
        <strong>
          <bdi>{name}</bdi>
        </strong>{' '}
        {stayText(hold.checkIn, hold.checkOut)}
      </span>
      <button
        type="button"
        className="quiet"
        disabled={offline || hold.status === 'confirming'}
        aria-disabled={busy}
        aria-label={says.releaseOf(isolated(name))}
        onClick={() => void release()}
      >
        {says.release}
      </button>
      {error !== undefined && <Refusal error={error} />}
    </li>
  );
}
