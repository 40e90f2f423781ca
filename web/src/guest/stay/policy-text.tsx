/** What cancelling a stay gives back, with the instant at which that turns, in local time at the apartment. */
import { cutOffMs } from '../../../../src/protocol/refund.ts';
import type { CancellationPolicy } from '../../../../src/protocol/resources.ts';
import { zonedText } from '../../format.ts';
import { client } from '../../shared/live/client.ts';
import { t } from '../../texts/index.ts';
import { dayBeginsMs } from './day-begins.ts';

export interface PolicyOfStay {
  readonly policy: CancellationPolicy;
  readonly checkIn: string;
  /** IANA, the apartment's. */
  readonly timeZone: string;
}

/** Of a stay that is booked, as it was agreed. */
export function PolicyText({ policy, checkIn, timeZone }: PolicyOfStay) {
  const cutOff = cutOffMs(policy, dayBeginsMs(checkIn, timeZone));
  return t.common.policy.until[policy](zonedText(cutOff, timeZone));
}

/** Of a stay that is about to be booked. */
export function PolicyFromNow(stay: PolicyOfStay) {
  const isOver = client.clock.nowMs() > cutOffMs(stay.policy, dayBeginsMs(stay.checkIn, stay.timeZone));
  return isOver ? t.common.policy.after[stay.policy] : <PolicyText {...stay} />;
}
