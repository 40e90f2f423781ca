/** The open holds of one apartment, which an admin may end or lengthen: the guest sees it at once. */
import { useState } from 'react';
import { Button } from 'react-aria-components';
import type { ClaimView } from '../../../../src/client/index.ts';
import { minutesText, money, stayText } from '../../format.ts';
import { useOffline, useSecondsLeft } from '../../shared/live/client.ts';
import { t } from '../../texts/index.ts';
import { GuestMark } from '../guest-mark.tsx';
import { EndHold } from './end-hold.tsx';
import { LengthenHold } from './lengthen-hold.tsx';

type Doing = { readonly what: 'end' | 'lengthen'; readonly hold: ClaimView };

export function OpenHolds({ apartmentId, holds }: { apartmentId: string; holds: readonly ClaimView[] }) {
  const [doing, setDoing] = useState<Doing>();
  const close = () => setDoing(undefined);
  const says = t.history.open;
  return (
    <section className="panel" aria-labelledby="open-holds">
      <h2 id="open-holds">{says.title}</h2>
      {holds.length === 0 ? (
        <p className="muted">{says.none}</p>
      ) : (
        <ul className="open-holds">
          {holds.map((hold) => (
            <OpenHold
              key={hold.id}
              hold={hold}
              onEnd={() => setDoing({ what: 'end', hold })}
              onLengthen={() => setDoing({ what: 'lengthen', hold })}
            />
          ))}
        </ul>
      )}
      {doing?.what === 'end' && <EndHold apartmentId={apartmentId} hold={doing.hold} onClose={close} />}
      {doing?.what === 'lengthen' && (
        <LengthenHold apartmentId={apartmentId} hold={doing.hold} onClose={close} />
      )}
    </section>
  );
}

function OpenHold({
  hold,
  onEnd,
  onLengthen,
}: {
  hold: ClaimView;
  onEnd: () => void;
  onLengthen: () => void;
}) {
  const offline = useOffline();
  const left = useSecondsLeft(hold.until);
  const says = t.history.open;
  const isPaying = hold.status === 'confirming';
  return (
    <li data-hold={hold.id} data-status={hold.status}>
      <div>
        <strong>{stayText(hold.from, hold.to)}</strong>
        {hold.totalMinor !== undefined && hold.currency !== undefined && (
          <span className="muted"> · {money(hold.totalMinor, hold.currency)}</span>
        )}
        <p className="small">
          {isPaying ? says.paying : says.left(left === undefined ? '–' : minutesText(left))}{' '}
          {hold.guestId !== undefined && <GuestMark guestId={hold.guestId} />}
        </p>
      </div>
      <div className="actions">
        <Button className="quiet" isDisabled={offline || isPaying} onPress={onLengthen}>
          {says.lengthen}
        </Button>
        <Button className="quiet" isDisabled={offline || isPaying} onPress={onEnd}>
          {says.end}
        </Button>
      </div>
    </li>
  );
}
