/** A hold has ended: what became of it, and the way back to it in one click. */
import type { Hold } from '../../../../src/client/index.ts';
import { useOffline } from '../../shared/live/client.ts';
import { Refusal } from '../../shared/refusal.tsx';
import { t } from '../../texts/index.ts';
import type { Chosen } from '../stay/selection.ts';
import type { HoldPhase } from './hold-phase.ts';
import type { Placing } from './placing.ts';

export function HoldEnded({
  hold,
  phase,
  placing,
  onPlaced,
  onDismiss,
}: {
  hold: Hold;
  phase: HoldPhase;
  placing: Placing;
  onPlaced: (hold: Hold) => void;
  onDismiss: () => void;
}) {
  const says = t.apartment.hold;
  const offline = useOffline();
  const again = async ({ checkIn, checkOut }: Chosen) => {
    const held = await placing.place({ checkIn, checkOut, guests: hold.guests });
    if (held !== undefined) onPlaced(held);
  };
  return (
    <>
      <p role="status">{phase === 'settling' ? says.moneyBack : says.kept}</p>
      {placing.error !== undefined && (
        <Refusal
          error={placing.error}
          busy={placing.busy || offline}
          onAlternative={(stay) => void again(stay)}
        />
      )}
      <div className="actions">
        <button
          type="button"
          className="primary"
          disabled={offline}
          aria-disabled={placing.busy}
          onClick={() => void again(hold)}
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
