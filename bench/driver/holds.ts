/**
 * The `holds` workload. Every guest goes round for ever:
 *
 *   hold ── ok ──> release ──> hold ── ok ──> release ──> hold ── ok ──> release ──> hold ── ok ──> confirm ──┐
 *    ^ └─ refused: another stay                                                                               │
 *    └────────────────────────────────────────────────────────────────────────────────────────────────────────┘
 */
import { nowMs } from './clock.ts';
import type { Crowd } from './crowd.ts';
import { holdIdOf, textAfter } from './frames.ts';
import { Recorder } from './recorder.ts';
import type { Deal, Pair } from './stays.ts';
import type { Workload } from './workload.ts';

const CONFIRM_EVERY = 4;

interface Visit {
  step: 'idle' | 'hold' | 'release' | 'confirm' | 'load' | 'unload';
  pair: Pair | undefined;
  /** Empty while the guest holds nothing. */
  holdId: string;
  holds: number;
}

export function holdsWorkload(crowd: Crowd, deal: Deal, apartments: number): Workload {
  const visits: Visit[] = crowd.guests.map(() => ({ step: 'idle', pair: undefined, holdId: '', holds: 0 }));
  const workload: Workload = {
    loads: apartments,
    recorder: new Recorder(),
    onFree: () => {},
    violations: () => [],
    sendLoad(guest, load) {
      const visit = visits[guest]!;
      visit.pair = deal.touch(load);
      visit.step = 'load';
      sendHold(guest, visit.pair, nowMs());
    },
    sendNext(guest, sinceMs) {
      const visit = visits[guest]!;
      if (visit.holdId === '') {
        const pair = deal.next(guest);
        if (pair === undefined)
          throw new Error('every stay dealt to a guest is booked; ask for more apartments or fewer seconds');
        visit.pair = pair;
        visit.step = 'hold';
        sendHold(guest, pair, sinceMs);
        return;
      }
      visit.step = ++visit.holds % CONFIRM_EVERY === 0 ? 'confirm' : 'release';
      sendEnd(guest, visit, sinceMs);
    },
  };

  function sendHold(guest: number, pair: Pair, sinceMs: number): void {
    crowd.send(
      crowd.guests[guest]!,
      'hold',
      `"apartmentId":"${apartmentId(pair.apartment)}","checkIn":"${pair.checkIn}","checkOut":"${pair.checkOut}","guests":2`,
      sinceMs,
    );
  }

  function sendEnd(guest: number, visit: Visit, sinceMs: number): void {
    const ids = `"apartmentId":"${apartmentId(visit.pair!.apartment)}","holdId":"${visit.holdId}"`;
    visit.holdId = '';
    if (visit.step === 'confirm')
      crowd.send(crowd.guests[guest]!, 'confirm', `${ids},${CONTACT_AND_PAYMENT}`, sinceMs);
    else crowd.send(crowd.guests[guest]!, 'release', ids, sinceMs);
  }

  crowd.onAnswer = (guest, answer, latencyMs) => {
    const visit = visits[guest.index]!;
    const { step } = visit;
    if (answer.ok) {
      workload.recorder.accept(step, latencyMs);
      if (step === 'hold' || step === 'load') visit.holdId = holdIdOf(answer.packet);
      if (step === 'confirm') deal.spend(guest.index);
    } else {
      workload.recorder.refuse(textAfter(answer.packet, '"code":"') || 'unreadable', latencyMs);
    }
    if (step === 'load' && visit.holdId !== '') {
      visit.step = 'unload';
      sendEnd(guest.index, visit, nowMs());
      return;
    }
    visit.step = 'idle';
    workload.onFree(guest.index);
  };
  return workload;
}

const CONTACT_AND_PAYMENT =
  '"guest":{"name":"Ana Lima","email":"ana@example.com"},"payment":{"method":"sandbox_ok"}';

/** As the servers under test know their apartments. */
export function apartmentId(index: number): string {
  return `bench-${index}`;
}
