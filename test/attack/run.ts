/** A real server with its limits as they are by default; one attack after the other; what each does to it and to others. */
import { fork } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Program } from '../support/program.ts';
import type { Toll } from './attack.ts';
import type { Order } from './attacker-process.ts';
import { ATTACKS } from './attacks/index.ts';
import { type Quiet, QuietGuest } from './quiet-guest.ts';

const ATTACKER = fileURLToPath(new URL('attacker-process.ts', import.meta.url));
const SAMPLE_EVERY_MS = 50;
/** A server that has grown by this has lost, and is ended before the machine is. */
const LOST_BYTES = 1_024 ** 3;
/** Before the first look, so that what a start and first requests cost is not taken for growth. */
const WARM_UP_MS = 1_000;
/** Long enough for a p99 to compare with. */
const COMPARED_MS_MAX = 30_000;
/**
 * An attacker shares the machine's cores with the server that it attacks, as no real one does: it gives way to it
 * (nice(1)), so that what others feel is what the server has to do.
 */
export const ATTACKER_NICENESS = 19;

export interface Figures {
  readonly attack: string;
  readonly does: string;
  readonly toll: Toll;
  /** Peak of the server's resident memory during the attack, less what it was before. */
  readonly grownBytes: number;
  /** Of quiet guests beside it, in milliseconds: during the attack, and just before, alone and beside who only burns time of a CPU. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p99AloneMs: number;
  readonly p99BurningMs: number;
  readonly failed: readonly string[];
  readonly hasEnded: boolean;
}

export interface Run {
  readonly attacks: readonly string[];
  /** Of each attack. */
  readonly seconds: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Told of each attack as it ends. */
  readonly tell?: (figures: Figures) => void;
}

export async function run({ attacks, seconds, environment = {}, tell }: Run): Promise<Figures[]> {
  const server = await Program.create({ NIGHTLATCH_RATE_LIMIT: 'on', ...environment });
  const all: Figures[] = [];
  try {
    let guest: QuietGuest | undefined;
    for (const attack of attacks) {
      guest ??= await begun(server);
      const figures = await strike(server, guest, attack, seconds);
      all.push(figures);
      tell?.(figures);
      if (!figures.hasEnded) continue;
      guest.leave();
      guest = undefined;
    }
    guest?.leave();
  } finally {
    await server.remove();
  }
  return all;
}

async function begun(server: Program): Promise<QuietGuest> {
  await server.start();
  // Made once, by whoever asks first.
  await fetch(`${server.url}/v1/openapi.json`);
  const guest = await QuietGuest.arrive(server.url);
  await goOnFor(guest, WARM_UP_MS);
  return guest;
}

async function strike(server: Program, guest: QuietGuest, attack: string, seconds: number): Promise<Figures> {
  const comparedMs = Math.min(seconds * 500, COMPARED_MS_MAX);
  const alone = await goOnFor(guest, comparedMs);
  const { quiet: burning } = await beside(guest, attackedBy('burning', server, comparedMs / 1_000));
  const restingBytes = await residentBytes(server.pid);
  let peakBytes = restingBytes;
  let isLost = false;
  const sampling = setInterval(async () => {
    peakBytes = Math.max(peakBytes, await residentBytes(server.pid));
    if (isLost || peakBytes - restingBytes <= LOST_BYTES) return;
    isLost = true;
    await server.kill();
  }, SAMPLE_EVERY_MS);
  const { toll, quiet } = await beside(guest, attackedBy(attack, server, seconds));
  clearInterval(sampling);
  return {
    attack,
    does: ATTACKS[attack]?.does ?? '',
    toll,
    grownBytes: peakBytes - restingBytes,
    p50Ms: quantile(0.5, quiet.timesMs),
    p99Ms: quantile(0.99, quiet.timesMs),
    p99AloneMs: quantile(0.99, alone.timesMs),
    p99BurningMs: quantile(0.99, burning.timesMs),
    failed: [...alone.failed, ...burning.failed, ...quiet.failed],
    hasEnded: server.hasEnded,
  };
}

/** What the attacker has seen, once it is over. */
function attackedBy(attack: Order['attack'], server: Program, seconds: number): Promise<Toll> {
  const order: Order = { attack, port: Number(new URL(server.url).port), seconds };
  const attacker = fork(ATTACKER, [JSON.stringify(order)], {
    execPath: 'nice',
    execArgv: ['-n', String(ATTACKER_NICENESS), process.execPath],
  });
  return new Promise((resolve, reject) => {
    attacker.once('message', (toll) => resolve(toll as Toll));
    attacker.once('error', reject);
    attacker.once('exit', (code) => reject(new Error(`the attacker ${attack} ended with ${code}`)));
  });
}

/** How the guest fares while the attack lasts. */
async function beside(guest: QuietGuest, attack: Promise<Toll>): Promise<{ toll: Toll; quiet: Quiet }> {
  let isOver = false;
  const quiet = guest.goOn(() => isOver);
  const toll = await attack.finally(() => {
    isOver = true;
  });
  return { toll, quiet: await quiet };
}

function goOnFor(guest: QuietGuest, ms: number) {
  const untilMs = performance.now() + ms;
  return guest.goOn(() => performance.now() >= untilMs);
}

/** 0 once it has ended. */
async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1_024;
}

function quantile(q: number, timesMs: readonly number[]): number {
  const sorted = [...timesMs].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
}
