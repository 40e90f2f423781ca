/**
 * The line below the calendar that tells of the day under the pointer or the focus: always there, so that nothing
 * moves, and beside the days rather than over them, as a tooltip would be.
 */
import { nightOf } from '../../../../src/protocol/nights.ts';
import type { Party } from '../../../../src/protocol/party.ts';
import { longDate } from '../../format.ts';
import { useSecondsLeft } from '../../shared/live/client.ts';
import type { Openings } from '../stay/openings.ts';
import type { Chosen } from '../stay/selection.ts';
import { dayLine, restingLine } from './day-text.ts';

export function DayLine({
  id,
  openings,
  chosen,
  looked,
  party,
}: {
  id: string;
  openings: Openings;
  chosen: Chosen;
  looked: string | undefined;
  party: Party;
}) {
  const isHeld = looked !== undefined && openings.stateOf(nightOf(looked)) === 'held';
  const secondsLeft = useSecondsLeft(isHeld ? openings.heldUntil(nightOf(looked)) : undefined);
  return (
    <p className="day-line" id={id}>
      {looked === undefined ? (
        restingLine(openings, chosen)
      ) : (
        <>
          <strong>{longDate(looked)}</strong> {dayLine(openings, chosen, looked, secondsLeft, party)}
        </>
      )}
    </p>
  );
}
