/**
 * What time it is for a node that starts. The system's clock goes on where those before it left it, and PostgreSQL's
 * tells how far that is: unless it was set while nobody was there to see. Then what other clocks say counts, and no hold
 * is ended by a clock that all others contradict (ADR 18).
 */
import { instant } from '../../protocol/instant.ts';
import { CLOCK_AGREES_MS, CLOCK_SLEW_MS_PER_SECOND } from '../limits.ts';

/** What the nodes before have left of their clocks. */
export interface ClocksBefore {
  /** Of the one whose clock was last recorded: that clock, and how far it was behind PostgreSQL's. */
  readonly last?: { readonly clockMs: number; readonly behindMs: number };
  /** Of the last one on this machine since it was started: its clock, and the machine's uptime at that moment. */
  readonly here?: { readonly clockMs: number; readonly uptimeMs: number };
}

/** All clocks at one moment, in milliseconds. */
export interface ClocksNow {
  readonly databaseMs: number;
  /** Of this machine: since it was started, and what it takes the time to be. */
  readonly uptimeMs: number;
  readonly wallMs: number;
}

export interface FirstClock {
  readonly nowMs: number;
  /** Which clocks disagree and what was made of it, in one sentence; absent where nothing is in doubt. */
  readonly doubt?: string;
}

/** Nobody sets a clock in so short a time without anybody there, in milliseconds: a server is replaced within it. */
const BELIEVED_MS = 60_000;
/** No hold is open that was open this long ago, in milliseconds: then nothing hangs on the doubt. */
const HOLDS_OVER_MS = 2 * 3_600_000;
/** How much a machine's clock may be wrong about how much time has passed: twice what NTP corrects at most. */
const DRIFT = 0.001;

export function firstClock({ last, here }: ClocksBefore, now: ClocksNow): FirstClock {
  const { databaseMs, uptimeMs, wallMs } = now;
  if (last === undefined) return { nowMs: databaseMs };
  // If PostgreSQL's clock has not been set since.
  const followedMs = databaseMs - last.behindMs;
  if (here !== undefined && uptimeMs >= here.uptimeMs) {
    const passedMs = uptimeMs - here.uptimeMs;
    const countedMs = here.clockMs + passedMs;
    // Others may have gone on, and have slewed meanwhile.
    const slewedMs = Math.max(0, last.clockMs - here.clockMs) * (CLOCK_SLEW_MS_PER_SECOND / 1_000);
    if (Math.abs(followedMs - countedMs) <= CLOCK_AGREES_MS + slewedMs + passedMs * DRIFT)
      return { nowMs: followedMs };
    const nowMs = Math.max(countedMs, last.clockMs);
    if (nowMs - last.clockMs > HOLDS_OVER_MS) return { nowMs: Math.max(databaseMs, last.clockMs) };
    return { nowMs, doubt: doubt(now, nowMs, 'by how long this machine has been running since') };
  }
  const sinceMs = followedMs - last.clockMs;
  if (sinceMs >= 0 && sinceMs <= BELIEVED_MS) return { nowMs: followedMs };
  const nowMs = Math.max(last.clockMs, Math.min(followedMs, wallMs));
  if (nowMs - last.clockMs > HOLDS_OVER_MS) return { nowMs: databaseMs };
  if (Math.abs(nowMs - followedMs) < CLOCK_AGREES_MS) return { nowMs: followedMs };
  return { nowMs, doubt: doubt(now, nowMs, 'the earliest that it can be') };
}

function doubt({ databaseMs, wallMs }: ClocksNow, nowMs: number, why: string): string {
  const clocks = `PostgreSQL's clock says ${instant(databaseMs)}, this machine's ${instant(wallMs)}`;
  return `${clocks}, and neither can be relied on: the time is taken to be ${instant(Math.round(nowMs))}, ${why}; set the clock that is wrong, as holds may end late until they agree`;
}
