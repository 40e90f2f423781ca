/** More time for a hold, while there is any to have, and letting go of it. */
import { useState } from 'react';
import type { ErrorBody } from '../../../../src/protocol/errors.ts';
import { timeText } from '../../format.ts';
import { client, useOffline } from '../../shared/live/client.ts';
import { type KnownHold, keepHold } from '../../shared/live/my-stays.ts';
import { Refusal } from '../../shared/refusal.tsx';
import { t } from '../../texts/index.ts';

export function HoldActions({ hold, onReleased }: { hold: KnownHold; onReleased: () => void }) {
  const says = t.apartment.hold;
  const offline = useOffline();
  const [doing, setDoing] = useState<'extend' | 'release'>();
  const [error, setError] = useState<ErrorBody>();
  /** Deadline that was given by an extension here. */
  const [extendedTo, setExtendedTo] = useState<string>();
  const { id: holdId, apartmentId, expiresAt } = hold;

  const change = async (what: 'extend' | 'release') => {
    if (doing !== undefined) return;
    setDoing(what);
    setError(undefined);
    const outcome = await client[what]({ apartmentId, holdId });
    setDoing(undefined);
    if (!outcome.ok) {
      setError(outcome.error);
      return;
    }
    keepHold(outcome.data.hold);
    if (what === 'release') onReleased();
    else setExtendedTo(outcome.data.hold.expiresAt);
  };

  const until = timeText(expiresAt);
  return (
    <>
      {error !== undefined && <Refusal error={error} />}
      <p className="small muted" role="status">
        {extendedTo === expiresAt ? says.extended(until) : says.until(until)}{' '}
        {!hold.extendable && extendedTo !== expiresAt && says.noMore(until)}
      </p>
      <div className="actions">
        {hold.extendable && (
          <button
            type="button"
            className="quiet"
            disabled={offline}
            aria-disabled={doing !== undefined}
            onClick={() => void change('extend')}
          >
            {doing === 'extend' ? says.extending : says.more}
          </button>
        )}
        <button
          type="button"
          className="quiet"
          disabled={offline}
          aria-disabled={doing !== undefined}
          onClick={() => void change('release')}
        >
          {doing === 'release' ? says.releasing : says.release}
        </button>
      </div>
    </>
  );
}
