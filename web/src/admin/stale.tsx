/** Says that what is shown was true some time ago: figures without it are of this second. */
import type { ConnectionState } from '../../../src/client/index.ts';
import { timeText } from '../format.ts';
import { t } from '../texts/index.ts';

/** @param at instant of the newest figures; undefined where there are none yet */
export function Stale({ state, at }: { state: ConnectionState; at: string | undefined }) {
  return (
    <div role="status">
      {state !== 'online' && at !== undefined && (
        <p className="notice stale">{t.admin.stale(timeText(at))}</p>
      )}
    </div>
  );
}
