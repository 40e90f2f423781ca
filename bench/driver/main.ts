/**
 * The load driver, a process of its own: whoever started it sends a plan, then phases one after another, and
 * gets what was measured in each. It never outlives the channel it was started with.
 */
import { type Crowd, gather } from './crowd.ts';
import { flashSaleWorkload } from './flash-sale.ts';
import { holdsWorkload } from './holds.ts';
import { closedLoop, type Loop, loadAll, openLoop } from './loops.ts';
import type { DriverPlan, FromDriver, Measured, Phase, Stage, ToDriver } from './messages.ts';
import { Recorder } from './recorder.ts';
import { deal } from './stays.ts';
import type { Workload } from './workload.ts';

const PROGRESS_EVERY_MS = 250;
const LOAD_DEADLINE_MS = 300_000;
const DRAIN_DEADLINE_MS = 15_000;

let crowd: Crowd | undefined;
let workload: Workload | undefined;
/** Messages are served one after another. */
let turn: Promise<void> = Promise.resolve();

process.on('message', (message: ToDriver) => {
  turn = turn.then(() => serve(message)).catch(fail);
});
process.on('disconnect', () => process.exit());
process.on('uncaughtException', fail);

async function serve(message: ToDriver): Promise<void> {
  if (message.type === 'plan') await prepare(message.plan);
  else if (message.type === 'phase') await run(message.phase);
  else {
    crowd?.close();
    process.exit(0);
  }
}

async function prepare(plan: DriverPlan): Promise<void> {
  const { ports, sockets, depth, apartments, firstNight, nights } = plan;
  crowd = await gather({
    ports,
    sockets,
    depth,
    onLost: (reason) => fail(new Error(`the server dropped a connection in mid-run: ${reason}`)),
  });
  workload =
    plan.workload === 'holds'
      ? holdsWorkload(
          crowd,
          deal({ guests: crowd.guests.length, apartments, firstNight, nights }),
          apartments,
        )
      : flashSaleWorkload(crowd, firstNight);

  const { loads } = workload;
  let told = 0;
  const loading = loadAll(workload, crowd.guests.length, (done) => {
    if (performance.now() - told < PROGRESS_EVERY_MS) return;
    told = performance.now();
    progress('loading', done, loads);
  });
  await within(LOAD_DEADLINE_MS, loading, `the server loaded fewer than ${loads} apartments`);
  await drained(crowd);
  tell({ type: 'ready' });
}

async function run({ ratePerSecond, warmupSeconds, seconds }: Phase): Promise<void> {
  if (crowd === undefined || workload === undefined) throw new Error('a phase came before the plan');
  const guests = crowd.guests.length;
  const recorder = new Recorder();
  workload.recorder = recorder;
  const loop: Loop =
    ratePerSecond === undefined ? closedLoop(workload, guests) : openLoop(workload, guests, ratePerSecond);
  await elapse('warming up', warmupSeconds);

  const strayBefore = crowd.stray;
  const cpuBefore = process.cpuUsage();
  const began = performance.now();
  recorder.recording = true;
  tell({ type: 'window', edge: 'begin' });
  await elapse('measuring', seconds);
  recorder.recording = false;
  const measuredSeconds = (performance.now() - began) / 1_000;
  const cpu = process.cpuUsage(cpuBefore);
  tell({ type: 'window', edge: 'end' });
  const unsent = loop.backlog();
  loop.stop();
  await drained(crowd);

  const measured: Measured = {
    seconds: measuredSeconds,
    ok: recorder.ok,
    refused: Object.fromEntries(recorder.refused),
    stray: crowd.stray - strayBefore,
    cpuMicros: cpu.user + cpu.system,
    histograms: recorder.encoded(),
    unsent,
    violations: workload.violations(),
  };
  tell({ type: 'measured', measured });
}

/** Waits while the loop runs, and says how far it is. */
async function elapse(stage: Stage, seconds: number): Promise<void> {
  const began = performance.now();
  const totalMs = seconds * 1_000;
  for (let elapsed = 0; elapsed < totalMs; elapsed = performance.now() - began) {
    progress(stage, Math.round(elapsed), totalMs);
    await new Promise((resolve) => setTimeout(resolve, Math.min(PROGRESS_EVERY_MS, totalMs - elapsed)));
  }
}

/** Every command has its answer, so that a later phase starts from nothing in flight. */
async function drained(of: Crowd): Promise<void> {
  const deadline = performance.now() + DRAIN_DEADLINE_MS;
  while (of.inFlight > 0) {
    if (performance.now() > deadline)
      throw new Error(`${of.inFlight} commands have no answer after ${DRAIN_DEADLINE_MS / 1_000} s`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function within<T>(ms: number, promise: Promise<T>, otherwise: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`${otherwise} within ${ms / 1_000} s`)), ms);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function progress(stage: Stage, done: number, total: number): void {
  tell({ type: 'progress', stage, done, total });
}

function tell(message: FromDriver): void {
  process.send?.(message);
}

function fail(cause: unknown): void {
  tell({ type: 'failed', message: cause instanceof Error ? cause.message : String(cause) });
  process.exitCode = 1;
  process.disconnect?.();
}
