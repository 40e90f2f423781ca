import { useEffect, useRef } from 'react';
import { minutesText } from '../../format.ts';
import { announce } from '../../shared/live/announce.ts';
import { client, useSecondsLeft } from '../../shared/live/client.ts';
import { t } from '../../texts/index.ts';
import { type Mark, markPassed } from './time-left.ts';

/**
 * By the server's clock. Screen readers hear 5, 2 and 1 minutes, 30 seconds and the end, once each; whoever looks
 * sees every second.
 * @param of what the time is left for, where several count down at once
 * @param isSuspended something else decides what becomes of it (the bank, of a hold that is being paid): no time is
 *   shown, none is said, and its end is nobody's news
 */
export function Countdown({
  expiresAt,
  of,
  isSuspended = false,
}: {
  expiresAt: string;
  of?: string;
  isSuspended?: boolean;
}) {
  const seconds = useSecondsLeft(isSuspended ? undefined : expiresAt);
  const before = useRef<number>(undefined);
  const isOver = useRef(false);

  useEffect(() => {
    if (seconds === undefined) {
      before.current = undefined;
      return;
    }
    const mark = markPassed(before.current, seconds);
    before.current = seconds;
    if (mark !== undefined) announce(sentenceOf(mark, seconds, of));
    isOver.current = seconds === 0;
  }, [seconds, of]);
  useEffect(
    () => () => {
      // The server's word that the hold has ended may come first and take the countdown off the page.
      if (client.clock.secondsLeft(expiresAt) <= 1 && before.current !== undefined && !isOver.current) {
        announce(sentenceOf(0, 0, of));
      }
    },
    [expiresAt, of],
  );

  if (seconds === undefined || isSuspended) return null;
  return (
    <span className="countdown" role="timer" data-urgent={seconds <= 60} data-seconds={seconds}>
      {minutesText(seconds)}
    </span>
  );
}

function sentenceOf(mark: Mark, seconds: number, of: string | undefined): string {
  const says = t.stays.timeLeft;
  const sentence = mark === 0 ? says.over : seconds === mark ? says.left[mark] : says.lessThan[mark];
  return of === undefined ? sentence : says.of(of, sentence);
}
