/** Whether a hold was ended in time (I5). */
import { type Claim, deadlineOf } from './claims.ts';
import type { Clocks } from './clocks.ts';
import type { Report } from './report.ts';

/** @param atMs by the system's clock: when it ended, or until when it certainly had not */
export function checkEndedInTime(
  apartmentId: string,
  claim: Claim,
  atMs: number,
  version: number | undefined,
  clocks: Clocks,
  report: Report,
): void {
  const step = claim.hold!.steps.at(-1)!;
  const deadlineMs = deadlineOf(step);
  if (atMs <= deadlineMs + clocks.lateMs) return;
  const { excuses } = report;
  if (excuses.for('declined-late', atMs <= step.openAgainAtMs + clocks.lateMs)) return;
  const dueMs = Math.max(deadlineMs, step.openAgainAtMs);
  const untilMs = clocks.putOffSystem(dueMs, clocks.lateMs, apartmentId);
  if (excuses.for('nobody-served', untilMs > dueMs + clocks.lateMs && atMs <= untilMs)) {
    report.counts.holdsEndedAfterOutage += 1;
    return;
  }
  const how = version === undefined ? 'was still open' : 'ended';
  report.add('ended-late', `hold ${claim.id} ${how} ${atMs - dueMs} ms after it was to end`, {
    apartmentId,
    versions: version === undefined ? [claim.bornVersion] : [version],
  });
}

export function iso(epochMs: number): string {
  return new Date(Math.round(epochMs)).toISOString();
}
