/** `npm run bench -- pages`: Lighthouse over the main pages of a running server, and what the first page loads. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import lighthouse, { type Config, desktopConfig } from 'lighthouse';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { dateOf } from '../../src/protocol/nights.ts';
import { CHROMIUM, signIn } from '../../test/support/browser.ts';
import { ADMIN, startServer } from '../../test/support/server.ts';
import { startProgress } from '../progress.ts';
import { table } from '../table.ts';
import { freePort } from '../trial.ts';

export interface PagesOptions {
  /** Lighthouse's own two kinds of devices. */
  readonly device: 'phone' | 'desktop' | 'both';
  /** Also prints what kept a page from a full score. */
  readonly why: boolean;
}

const CATEGORIES = ['performance', 'accessibility', 'best-practices', 'seo'] as const;
const STAY_IN_DAYS = 30;

export async function measurePages({ device, why }: PagesOptions): Promise<void> {
  const devices = device === 'both' ? (['phone', 'desktop'] as const) : [device];
  const progress = startProgress(process.stderr);
  const folder = await mkdtemp(join(tmpdir(), 'nightlatch-pages-'));
  const server = await startServer({ seed: 'demo' });
  let browser: BrowserContext | undefined;
  try {
    const port = await freePort();
    browser = await chromium.launchPersistentContext(folder, {
      ...CHROMIUM,
      args: [...CHROMIUM.args, `--remote-debugging-port=${port}`],
    });
    const page = await browser.newPage();
    const pages = await everyPage(page, server.url);
    const devtools = await browser.newCDPSession(page);
    const rows: string[][] = [];
    let done = 0;
    for (const [name, path] of pages) {
      for (const kind of devices) {
        progress.show(`${name}, ${kind}`, done++, pages.length * devices.length);
        await devtools.send('Network.clearBrowserCache');
        rows.push([name, kind, ...(await scores(server.url + path, port, kind, why))]);
      }
    }
    progress.end();
    console.log(
      table(['page', 'device', ...CATEGORIES, 'first paint ms', 'largest ms', 'shift', 'kB sent'], rows, 99),
    );
    const lowest = Math.min(...rows.flatMap((row) => row.slice(2, 2 + CATEGORIES.length).map(Number)));
    console.log(`\nlowest score: ${lowest}`);
  } finally {
    progress.end();
    await browser?.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Signed in as the admin, who sees them all. */
async function everyPage(page: Page, url: string): Promise<[string, string][]> {
  await page.goto(`${url}/sign-in?next=/stays`);
  await signIn(page, ADMIN);
  await page.locator('main[data-page=stays]').waitFor();
  const { apartments } = (await (await fetch(`${url}/v1/apartments?limit=1`)).json()) as {
    apartments: { id: string }[];
  };
  const id = apartments[0]!.id;
  const day = Math.floor(Date.now() / 86_400_000) + STAY_IN_DAYS;
  const stay = `checkIn=${dateOf(day)}&checkOut=${dateOf(day + 3)}&guests=1`;
  await page.goto('about:blank');
  return [
    ['find', `/?${stay}`],
    ['apartment', `/apartments/${id}?${stay}`],
    ['stays', '/stays'],
    ['sign in', '/sign-in'],
    ['admin: occupancy', '/admin'],
    ['admin: figures', '/admin/figures'],
    ['admin: servers', '/admin/servers'],
    ['admin: history', `/admin/apartments/${id}`],
    ['hosting', '/hosting'],
    ['hosting: listing', `/hosting/apartments/${id}`],
  ];
}

async function scores(
  url: string,
  port: number,
  device: 'phone' | 'desktop',
  why: boolean,
): Promise<string[]> {
  let result = await once(url, port, device);
  // Now and then Chromium draws nothing in time to be measured.
  if (result?.lhr.categories.performance?.score === null) result = await once(url, port, device);
  if (result === undefined) throw new Error(`Lighthouse said nothing of ${url}`);
  const { categories, audits } = result.lhr;
  const score = (name: string) => Math.round((categories[name]?.score ?? 0) * 100).toString();
  const value = (name: string) => audits[name]?.numericValue ?? Number.NaN;
  for (const { id, title, score: points, displayValue, details } of Object.values(audits)) {
    if (!why || points === null || points >= 0.9) continue;
    const items = details !== undefined && 'items' in details ? JSON.stringify(details.items) : '';
    console.log(`  ${id}: ${title} ${displayValue ?? ''} ${items.slice(0, 300)}`);
  }
  return [
    ...CATEGORIES.map(score),
    value('first-contentful-paint').toFixed(0),
    value('largest-contentful-paint').toFixed(0),
    value('cumulative-layout-shift').toFixed(3),
    (value('total-byte-weight') / 1_000).toFixed(0),
  ];
}

function once(url: string, port: number, device: 'phone' | 'desktop') {
  return lighthouse(
    url,
    // The session of the profile stays, so that pages for some are seen by them.
    { port, output: 'json', logLevel: 'error', onlyCategories: [...CATEGORIES], disableStorageReset: true },
    device === 'desktop' ? (desktopConfig as Config) : undefined,
  );
}
