/**
 * Loaded into a server under test with `--import`, so that the server tells its own CPU time, memory and profile
 * over the process channel without a line of its own for it.
 */
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { FromProbe, ToProbe } from './messages.ts';

const SAMPLE_EVERY_MICROS = 200;
/** Between two looks at the event loop, in milliseconds: so much of each delay is none. */
const LOOK_EVERY_MS = 1;
const NANOS_PER_MS = 1e6;
const turns = monitorEventLoopDelay({ resolution: LOOK_EVERY_MS });
let profiler: Session | undefined;

process.on('message', (message: ToProbe) => {
  if (message.type === 'usage') {
    const { user, system } = process.cpuUsage();
    answer({ type: 'usage', cpuMicros: user + system, rssBytes: process.memoryUsage.rss() });
  } else if (message.type === 'turns') {
    const late = (nanos: number) => Math.max(0, nanos / NANOS_PER_MS - LOOK_EVERY_MS);
    answer({ type: 'turns', p99Ms: late(turns.percentile(99)), maxMs: late(turns.max) });
    turns.enable();
    turns.reset();
  } else if (message.type === 'profile-begin') {
    profiler = new Session();
    profiler.connect();
    profiler.post('Profiler.enable');
    profiler.post('Profiler.setSamplingInterval', { interval: SAMPLE_EVERY_MICROS });
    profiler.post('Profiler.start', () => answer({ type: 'profiling' }));
  } else if (message.type === 'profile-end') {
    profiler?.post('Profiler.stop', (error, result) => {
      if (error === null) writeFileSync(message.file, JSON.stringify(result.profile));
      answer({ type: 'profiled' });
      profiler?.disconnect();
    });
  }
});
// A probe must not keep alive a server that wants to end; and a server must not outlive who measures it.
process.channel?.unref();
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));

function answer(message: FromProbe): void {
  process.send?.(message);
}
