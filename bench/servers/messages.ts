/** What bench and a server under test say to each other over the process channel. */
export type ToProbe =
  | { readonly type: 'usage' }
  /** From now on; the answer to the next one tells how long the event loop was held until then. */
  | { readonly type: 'turns' }
  | { readonly type: 'profile-begin' }
  /** The profile since `profile-begin` goes to this file. */
  | { readonly type: 'profile-end'; readonly file: string };

export type FromProbe = Usage | Turns | { readonly type: 'profiling' } | { readonly type: 'profiled' };

export interface Usage {
  readonly type: 'usage';
  /** Since the process began: all its threads, user and system. */
  readonly cpuMicros: number;
  readonly rssBytes: number;
}

/** Of the event loop since the last such answer: how late a timer due every millisecond was. */
export interface Turns {
  readonly type: 'turns';
  readonly p99Ms: number;
  readonly maxMs: number;
}
