import type { Recorder } from './recorder.ts';

/** What the guests of a run want. The loop decides when one of them acts; the workload decides what they send. */
export interface Workload {
  /** Commands sent once to have the server load what the run touches, before any warm-up; 0 for none. */
  readonly loads: number;
  sendLoad(guest: number, load: number): void;
  /** Sends this guest's next command; throws where the guest has nothing left to ask for. */
  sendNext(guest: number, sinceMs: number): void;
  /** A guest was answered and is free to act again. */
  onFree: (guest: number) => void;
  recorder: Recorder;
  /** Broken promises seen in the answers, each a sentence; at most a handful. */
  violations(): string[];
}
