import { useState } from 'react';
import type { ClaimView } from '../../../../src/client/index.ts';
import { stayText, timeText } from '../../format.ts';
import { client, useSecondsLeft } from '../../shared/live/client.ts';
import { AskedFirst } from '../../shared/widgets/asked-first.tsx';
import { Stepper } from '../../shared/widgets/stepper.tsx';
import { t } from '../../texts/index.ts';

const MINUTES_DEFAULT = 15;
const MINUTES_MAX = 60;

/** Gives a guest's hold so many minutes from now: never fewer than it has. */
export function LengthenHold({
  apartmentId,
  hold,
  onClose,
}: {
  apartmentId: string;
  hold: ClaimView;
  onClose: () => void;
}) {
  // By whole minutes: shorter than what is left would be refused.
  const least = Math.min(MINUTES_MAX, Math.ceil((useSecondsLeft(hold.until) ?? 0) / 60));
  const [minutes, setMinutes] = useState(MINUTES_DEFAULT);
  const given = Math.max(least, minutes);
  const says = t.history.open;
  const until = new Date(client.clock.nowMs() + given * 60_000).toISOString();
  return (
    <AskedFirst
      title={says.lengthenTitle}
      act={says.lengthenBy(given)}
      leave={says.leave}
      onAct={() => client.management.extendHold({ apartmentId, holdId: hold.id, minutes: given })}
      onClose={onClose}
    >
      <p>{says.lengthenMeans(stayText(hold.from, hold.to), timeText(until))}</p>
      <Stepper
        label={says.minutes}
        value={given}
        minValue={Math.max(1, least)}
        maxValue={MINUTES_MAX}
        onChange={setMinutes}
      />
    </AskedFirst>
  );
}
