import type { ClaimView } from '../../../../src/client/index.ts';
import { stayText } from '../../format.ts';
import { client } from '../../shared/live/client.ts';
import { AskedFirst } from '../../shared/widgets/asked-first.tsx';
import { t } from '../../texts/index.ts';

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
      leave={says.leave}
      isDangerous
      onAct={() => client.management.releaseHold({ apartmentId, holdId: hold.id })}
      onClose={onClose}
    >
      <p>{says.endMeans(stayText(hold.from, hold.to))}</p>
    </AskedFirst>
  );
}
