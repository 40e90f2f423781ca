import { type CalendarModel, calendarModel } from '../../../src/client/index.ts';
import type { ClaimBeside } from '../../../src/protocol/rules.ts';

/** What has a night, as far as a watched calendar knows. */
export function claimIn(calendar: CalendarModel, night: number): ReturnType<ClaimBeside> {
  const status = calendarModel.nightAt(calendar, night)?.status;
  return status === undefined ? undefined : status === 'blocked' ? 'block' : 'stay';
}
