import type { ClaimView } from '../../../../src/client/index.ts';
import { stayText } from '../../format.ts';
import { client } from '../../shared/live/client.ts';
import { t } from '../../texts/index.ts';
import { AskedFirst } from './asked-first.tsx';

/** Ends a guest's hold: says first what the guest will see. */
export function EndHold({
  apartmentId,
  hold,
  onClose,
}: {
  apartmentId: string;
  hold: ClaimView;
  onClose: () => void;
}) {
  const says = t.history.open;
  return (
    <AskedFirst
      title={says.endTitle}
      act={says.end}
      isDangerous
      onAct={() => client.management.releaseHold({ apartmentId, holdId: hold.id })}
      onClose={onClose}
    >
      <p>{says.endMeans(stayText(hold.from, hold.to))}</p>
    </AskedFirst>
  );
}
