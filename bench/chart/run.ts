/** `npm run bench -- chart`: the frames of the tape chart in Chromium, quiet and while changes arrive. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { launchChromium, signIn } from '../../test/support/browser.ts';
import { contender } from '../contenders.ts';
import { startPostgres } from '../postgres.ts';
import { startProgress } from '../progress.ts';
import { startServer } from '../servers/server-process.ts';
import { table } from '../table.ts';
import { freePort } from '../trial.ts';
import { type Frames, measureFrames, type Scroll } from './frames.ts';
import { startLoad } from './load.ts';

export interface ChartOptions {
  readonly apartments: number;
  /** Changes a second. */
  readonly rate: number;
  /** Of each row of the table. */
  readonly seconds: number;
  readonly json: string | undefined;
}

const PAGE = fileURLToPath(new URL('../../dist/web/index.html', import.meta.url));
const MS_PER_DAY = 86_400_000;
const CHART = '.chart-scroll';
/** So many holds stand in each apartment's year before anything is measured. */
const STANDING = 8;
const VIEWPORT = { width: 1600, height: 1000 };

const SCROLLS: readonly (readonly [string, Scroll])[] = [
  ['still', {}],
  ['scrolled down, 1,200 px/s', { selector: CHART, axis: 'y', pxPerFrame: 20 }],
  ['scrolled right, 1,200 px/s', { selector: CHART, axis: 'x', pxPerFrame: 20 }],
];

interface Measured extends Frames {
  readonly what: string;
  readonly changesPerSecond: number;
}

export async function measureChart(options: ChartOptions): Promise<void> {
  if (!existsSync(PAGE)) throw new Error('dist/web is missing: run `npm run build` first');
  const at = new Date().toISOString();
  const file = resolve(options.json ?? `results/chart-${at.replaceAll(':', '')}.json`);
  const folder = await mkdtemp(join(tmpdir(), 'nightlatch-bench-'));
  const postgres = await startPostgres(folder);
  try {
    const url = await postgres.createDatabase('bench_chart');
    const { args, env, prepare } = contender('nightlatch');
    await prepare(url, options.apartments);
    const port = await freePort();
    const own = { HOST: '127.0.0.1', DATABASE_URL: url, NIGHTLATCH_DATA_DIR: folder };
    const server = await startServer({ args, port, env: { ...env, ...own } });
    const browser = await launchChromium();
    try {
      const rows = await measure(options, {
        port,
        browser,
        password: env.NIGHTLATCH_ADMIN_PASSWORD as string,
      });
      console.log(`\n${reportOf(options, rows)}`);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, `${JSON.stringify({ at, ...options, rows }, undefined, 2)}\n`);
      console.log(`\nwritten to ${file}`);
    } finally {
      await browser.close();
      await server.stop();
    }
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(
  { apartments, rate, seconds }: ChartOptions,
  { port, browser, password }: { port: number; browser: Browser; password: string },
): Promise<Measured[]> {
  const progress = startProgress(process.stderr);
  const rows: Measured[] = [];
  const firstNight = Math.floor(Date.now() / MS_PER_DAY) + 2;
  const load = await startLoad({ port, apartments, firstNight, nights: 360 });
  try {
    progress.show('filling', 0, 1);
    await load.fill(STANDING * apartments);
    const page = await browser.newPage({ viewport: VIEWPORT });
    progress.show('empty page', 0, 1);
    rows.push({ what: 'an empty page', changesPerSecond: 0, ...(await measureFrames(page, seconds)) });
    await page.goto(`http://127.0.0.1:${port}/admin`);
    await signIn(page, { email: 'admin@nightlatch.example', password });
    await page.locator('.chart-bar').first().waitFor({ state: 'attached' });
    for (const changes of [0, rate]) {
      if (changes > 0) load.start(changes);
      for (const [name, scroll] of SCROLLS) {
        progress.show(name, rows.length, 1 + 2 * SCROLLS.length);
        const before = load.accepted;
        const frames = await measureFrames(page, seconds, scroll);
        rows.push({ what: name, changesPerSecond: (load.accepted - before) / seconds, ...frames });
      }
      // Frames of a page that hears nothing would say nothing.
      if (changes > 0) await page.locator('.chart-row .chart-mark').first().waitFor({ state: 'attached' });
      load.pause();
    }
    return rows;
  } finally {
    load.close();
    progress.end();
  }
}

function reportOf({ apartments }: ChartOptions, rows: readonly Measured[]): string {
  const ms = (value: number) => value.toFixed(1);
  const share = (value: number) => `${(100 * value).toFixed(1)} %`;
  return [
    `${apartments} apartments by 380 nights, ${VIEWPORT.width} × ${VIEWPORT.height}, headless Chromium that draws with the CPU`,
    `${cpus()[0]?.model.trim()}, ${cpus().length} cores for browser, server, PostgreSQL and guests together`,
    '',
    table(
      ['', 'changes/s', 'frames', 'p50 ms', 'p95', 'p99', 'max', '> 16.7', '> 33', 'missed', 'long tasks'],
      rows.map((row) => [
        row.what,
        row.changesPerSecond.toFixed(0),
        String(row.count),
        ms(row.p50),
        ms(row.p95),
        ms(row.p99),
        ms(row.max),
        share(row.late),
        share(row.veryLate),
        share(row.missed),
        `${row.longTasks} (${row.longTaskMs.toFixed(0)} ms)`,
      ]),
    ),
  ].join('\n');
}
