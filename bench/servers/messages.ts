/** What bench and a server under test say to each other over the process channel. */
export type ToProbe =
  | { readonly type: 'usage' }
  | { readonly type: 'profile-begin' }
  /** The profile since `profile-begin` goes to this file. */
  | { readonly type: 'profile-end'; readonly file: string };

export type FromProbe = Usage | { readonly type: 'profiling' } | { readonly type: 'profiled' };

export interface Usage {
  readonly type: 'usage';
  /** Since the process began: all its threads, user and system. */
  readonly cpuMicros: number;
  readonly rssBytes: number;
}
