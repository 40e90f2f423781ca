import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { DriverPlan } from '../../bench/driver/messages.ts';
import { type DriverProcess, startDriver } from '../../bench/driver-process.ts';
import { startServer } from '../../bench/servers/server-process.ts';
import { freePort } from '../../bench/trial.ts';

const ECHO = fileURLToPath(new URL('../../bench/servers/echo.ts', import.meta.url));
const PLAN: Omit<DriverPlan, 'ports'> = {
  workload: 'holds',
  sockets: 4,
  depth: 4,
  apartments: 100,
  firstNight: 21_000,
  nights: 700,
};

it('drives the echo baseline: closed loop, then open loop, and accounts for every answer', async () => {
  const server = await startServer({ args: [ECHO], port: await freePort(), env: {} });
  const edges: string[] = [];
  let driver: DriverProcess | undefined;
  try {
    driver = startDriver({
      onProgress: () => {},
      onWindow: (edge) => void edges.push(edge),
      signal: AbortSignal.timeout(20_000),
    });
    await driver.plan({ ...PLAN, ports: [server.port] });
    const closed = await driver.phase({ warmupSeconds: 0.2, seconds: 0.8 });
    expect(closed.ok).toBeGreaterThan(500);
    expect(closed.refused).toEqual({});
    expect(closed.stray).toBe(0);
    expect(Object.keys(closed.histograms).sort()).toEqual(['confirm', 'hold', 'release']);

    const open = await driver.phase({ ratePerSecond: 500, warmupSeconds: 0.2, seconds: 3 });
    expect(open.ok / open.seconds).toBeGreaterThan(400);
    expect(open.ok / open.seconds).toBeLessThan(600);
    expect(edges).toEqual(['begin', 'end', 'begin', 'end']);

    const usage = await server.usage();
    expect(usage.cpuMicros).toBeGreaterThan(0);
    expect(usage.rssBytes).toBeGreaterThan(10 ** 7);
  } finally {
    await driver?.stop();
    await server.stop();
  }
}, 30_000);

it('says what is wrong when nobody listens', async () => {
  const driver = startDriver({
    onProgress: () => {},
    onWindow: () => {},
    signal: AbortSignal.timeout(20_000),
  });
  await expect(driver.plan({ ...PLAN, ports: [await freePort()] })).rejects.toThrow(/the load driver failed/);
  await driver.stop();
}, 30_000);
