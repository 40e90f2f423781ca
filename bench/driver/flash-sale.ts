/**
 * The `flash-sale` workload: everybody wants stays of one apartment that all contain the same night, so that at
 * any instant at most one of them can have it. The winner releases at once; a loser tries again at once.
 */
import { dateOf } from '../../src/protocol/nights.ts';
import { Claims } from './claims.ts';
import { nowMs } from './clock.ts';
import type { Crowd } from './crowd.ts';
import { holdIdOf, integerAfter, textAfter } from './frames.ts';
import { apartmentId } from './holds.ts';
import { Recorder } from './recorder.ts';
import type { Workload } from './workload.ts';

export function flashSaleWorkload(crowd: Crowd, firstNight: number): Workload {
  const stays = contestedStays(firstNight);
  const holdIds: string[] = crowd.guests.map(() => '');
  const claims = new Claims();
  let turn = 0;

  const workload: Workload = {
    loads: 1,
    recorder: new Recorder(),
    onFree: () => {},
    violations: () => claims.violations(),
    sendLoad: (guest) => workload.sendNext(guest, nowMs()),
    sendNext(guest, sinceMs) {
      const holdId = holdIds[guest]!;
      if (holdId === '')
        crowd.send(
          crowd.guests[guest]!,
          'hold',
          `"apartmentId":"${apartmentId(0)}",${stays[turn++ % stays.length]}`,
          sinceMs,
        );
      else
        crowd.send(
          crowd.guests[guest]!,
          'release',
          `"apartmentId":"${apartmentId(0)}","holdId":"${holdId}"`,
          sinceMs,
        );
    },
  };

  crowd.onAnswer = (guest, answer, latencyMs) => {
    const held = holdIds[guest.index]!;
    if (!answer.ok) {
      holdIds[guest.index] = '';
      workload.recorder.refuse(textAfter(answer.packet, '"code":"') || 'unreadable', latencyMs);
    } else {
      workload.recorder.accept(held === '' ? 'hold' : 'release', latencyMs);
      const version = integerAfter(answer.packet, '"version":');
      holdIds[guest.index] = held === '' ? holdIdOf(answer.packet) : '';
      if (held === '') claims.began(holdIds[guest.index]!, version);
      else claims.ended(held, version);
    }
    workload.onFree(guest.index);
  };
  return workload;
}

/** Every stay of up to five nights around one contested night, as JSON members. */
function contestedStays(firstNight: number): string[] {
  const contested = firstNight + 4;
  const stays: string[] = [];
  for (let from = contested - 4; from <= contested; from++)
    for (let to = contested + 1; to <= from + 5; to++)
      stays.push(`"checkIn":"${dateOf(from)}","checkOut":"${dateOf(to)}","guests":2`);
  return stays;
}
