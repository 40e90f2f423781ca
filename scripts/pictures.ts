/** `npm run pictures`: the pictures of the README, taken from the running product with its demo catalogue. */
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { createClient, memoryStorage, unwrap } from '../src/client/index.ts';
import { dateOf } from '../src/protocol/nights.ts';
import { launchChromium, signIn } from '../test/support/browser.ts';
import { ADMIN, startServer } from '../test/support/server.ts';

const FOLDER = fileURLToPath(new URL('../docs/pictures/', import.meta.url));
const SIZE = { width: 1280, height: 820 };
const today = Math.floor(Date.now() / 86_400_000);
const stay = { checkIn: dateOf(today + 17), checkOut: dateOf(today + 21) };
const query = `checkIn=${stay.checkIn}&checkOut=${stay.checkOut}&guests=2`;

await mkdir(FOLDER, { recursive: true });
const [server, browser] = await Promise.all([startServer({ seed: 'demo' }), launchChromium()]);
const other = createClient({ url: server.url, storage: memoryStorage() });
try {
  const { apartments } = unwrap(await other.search({ guests: 2, ...stay, limit: 20 }));
  const [shown, next, third] = apartments;
  if (shown === undefined || next === undefined || third === undefined)
    throw new Error(
      `fewer than three apartments of the demo are free from ${stay.checkIn} to ${stay.checkOut}`,
    );
  const context = await browser.newContext({ viewport: SIZE, deviceScaleFactor: 1 });
  const page = await context.newPage();

  await page.goto(`${server.url}/?${query}`);
  await page.locator('.card').first().waitFor();
  // Somebody else, while the page is open.
  unwrap(await other.hold({ apartmentId: next.id, ...stay, guests: 2 }));
  await page.locator(`.card[data-apartment="${next.id}"][data-taken="true"]`).waitFor();
  await take(page, 'find');

  await hold(page, shown.id);
  await take(page, 'hold');

  await page.goto(`${server.url}/sign-in?next=/admin`);
  await signIn(page, ADMIN);
  await page.locator('.chart-bar').first().waitFor();
  await take(page, 'admin');
  await page.goto(`${server.url}/admin/figures`);
  await page.locator('[data-figure="occupancy"] canvas').waitFor();
  await take(page, 'figures');
  await page.goto(`${server.url}/admin/apartments/${shown.id}`);
  await page.locator('tr[data-version]').first().waitFor();
  await take(page, 'history');
  await page.goto(`${server.url}/hosting/apartments/${shown.id}?tab=rates`);
  await page.locator('.preview [data-total]').waitFor();
  await take(page, 'rates');

  const phone = await browser.newContext({
    viewport: { width: 390, height: 820 },
    colorScheme: 'dark',
    locale: 'de-DE',
  });
  await hold(await phone.newPage(), third.id, 'phone');
} finally {
  other.close();
  await browser.close();
  await server.stop();
}

async function hold(page: Page, apartmentId: string, name?: string): Promise<void> {
  await page.goto(`${server.url}/apartments/${apartmentId}?${query}`);
  await page.locator('.chooser > button:enabled').click();
  await page.locator('.hold .countdown').waitFor();
  if (name !== undefined) await take(page, name);
}

async function take(page: Page, name: string): Promise<void> {
  await page.evaluate('document.fonts.ready');
  await page.waitForLoadState('networkidle');
  await page.screenshot({ path: `${FOLDER}${name}.png` });
  console.log(`docs/pictures/${name}.png`);
}
