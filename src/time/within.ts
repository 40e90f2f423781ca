import type { Scheduler } from './scheduler.ts';

/**
 * Whether the work has ended within so many milliseconds; rejects as it does. Work that has not goes on, and nobody hears
 * how it ends.
 */
export async function within(scheduler: Scheduler, ms: number, work: Promise<unknown>): Promise<boolean> {
  let callOff = () => {};
  const late = new Promise<boolean>((resolve) => {
    callOff = scheduler.after(ms, () => resolve(false));
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    callOff();
  }
}
