/** What bench and driver say to each other over the process channel. */

export interface DriverPlan {
  /** Sockets go to these by turns. */
  readonly ports: readonly number[];
  readonly workload: 'holds' | 'flash-sale';
  readonly sockets: number;
  /** Commands in flight on each socket. */
  readonly depth: number;
  readonly apartments: number;
  /** Night number of the first night anybody asks for. */
  readonly firstNight: number;
  /** Nights over which stays are spread. */
  readonly nights: number;
}

export interface Phase {
  /** Commands a second that are due whatever the server does; undefined: each answer calls for the next command. */
  readonly ratePerSecond?: number;
  readonly warmupSeconds: number;
  readonly seconds: number;
}

export type ToDriver =
  | { readonly type: 'plan'; readonly plan: DriverPlan }
  | { readonly type: 'phase'; readonly phase: Phase }
  | { readonly type: 'stop' };

export type FromDriver =
  | { readonly type: 'ready' }
  | { readonly type: 'progress'; readonly stage: Stage; readonly done: number; readonly total: number }
  /** The measured window begins or ends now: read the clocks of the other processes. */
  | { readonly type: 'window'; readonly edge: 'begin' | 'end' }
  | { readonly type: 'measured'; readonly measured: Measured }
  | { readonly type: 'failed'; readonly message: string };

/** `done` of `total`: apartments while loading, milliseconds otherwise. */
export type Stage = 'loading' | 'warming up' | 'measuring';

export interface Measured {
  readonly seconds: number;
  /** Answers `ok` within the window. */
  readonly ok: number;
  /** Refusals and errors within the window, by code. */
  readonly refused: Readonly<Record<string, number>>;
  /** Answers to nothing that was asked: lost, repeated or late ones. */
  readonly stray: number;
  /** The driver's own. */
  readonly cpuMicros: number;
  /** Microseconds by kind of answer: HdrHistogram, compressed, base64. */
  readonly histograms: Readonly<Record<string, string>>;
  /** Open loop: commands due in the window that could not be sent before its end. */
  readonly unsent: number;
  /** Two claims on one night acknowledged at once: each is a sentence. */
  readonly violations: readonly string[];
}
