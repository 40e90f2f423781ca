import type { Config } from '../config.ts';

/** What every part of the server is handed when it is started. */
export interface Start {
  readonly config: Config;
  readonly onFault: (event: string, details: Record<string, unknown>) => void;
  /**
   * Takes the way to stop what has just been started.
   * @throws the signal's reason where the start is to go no further: what was started is stopped again
   */
  started(stop: () => Promise<void> | void): void;
}
