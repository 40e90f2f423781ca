/** A hold has ended: what became of it, and the way back to it in one click. */
import { useOffline } from '../../shared/live/client.ts';
import type { KnownHold } from '../../shared/live/my-stays.ts';
import { Refusal } from '../../shared/refusal.tsx';
import { t } from '../../texts/index.ts';
import type { Chosen } from '../stay/selection.ts';
import type { HoldPhase } from './hold-phase.ts';
import type { Placing } from './placing.ts';

export function HoldEnded({
  hold,
  phase,
  placing,
  onDismiss,
}: {
  hold: KnownHold;
  phase: Exclude<HoldPhase, 'held' | 'paying'>;
  placing: Placing;
  onDismiss: () => void;
}) {
  const says = t.apartment.hold;
  const offline = useOffline();
  const again = ({ checkIn, checkOut }: Chosen) =>
    void placing.place({ checkIn, checkOut, guests: hold.guests });
  return (
    <>
      <p role="status">{says.because[phase]}</p>
      {placing.error !== undefined && (
        <Refusal error={placing.error} busy={placing.busy || offline} onAlternative={again} />
      )}
      <div className="actions">
        <button
          type="button"
          className="primary"
          disabled={offline}
          aria-disabled={placing.busy}
          onClick={() => again(hold)}
        >
          {placing.busy ? t.apartment.chooser.holding : says.again}
        </button>
        <button type="button" className="quiet" onClick={onDismiss}>
          {says.dismiss}
        </button>
      </div>
    </>
  );
}
