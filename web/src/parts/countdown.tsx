import { minutesText } from '../format.ts';
import { useSecondsLeft } from '../live/client.ts';

/** By the server's clock. Screen readers hear the last minute and the end, not every second. */
export function Countdown({ expiresAt }: { expiresAt: string }) {
  const seconds = useSecondsLeft(expiresAt);
  if (seconds === undefined) return null;
  return (
    <>
      <span className="countdown" role="timer" data-urgent={seconds <= 60} data-seconds={seconds}>
        {minutesText(seconds)}
      </span>
      <span className="unseen" role="status">
        {seconds === 60 && 'One minute left.'}
        {seconds === 0 && 'The hold has ended.'}
      </span>
    </>
  );
}
