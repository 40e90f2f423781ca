/** Whole ways through the pages in Chromium by keyboard alone: from key to key, with what Tab reaches and nothing else. */
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, createClient, memoryStorage, unwrap } from '../../src/client/index.ts';
import { localNight } from '../../src/protocol/local-day.ts';
import { dateOf } from '../../src/protocol/nights.ts';
import { Visitors } from '../support/browser.ts';
import { ADMIN, type RunningServer, startServer } from '../support/server.ts';

const listings = ['Casa Azul', 'Casa Verde'].map((name, i) => ({
  id: i + 1,
  name,
  city: 'Porto',
  price: 80,
}));
const today = localNight('UTC', Date.now());
/** More stops than any page has before what is looked for. */
const STOPS_MAX = 120;

/** Presses Tab until the focus is there. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  for (let stops = 0; stops < STOPS_MAX; stops++) {
    // What a list that has opened on the way hides is there again once the focus goes on.
    const isThere = (await target.count()) === 1;
    if (isThere && (await target.evaluate((element) => element === element.ownerDocument.activeElement)))
      return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`${STOPS_MAX} presses of Tab do not reach ${target}`);
}
async function enterAt(page: Page, target: Locator): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press('Enter');
}
async function typeAt(page: Page, target: Locator, text: string): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press('Control+A');
  await page.keyboard.type(text);
}

describe('by keyboard alone', () => {
  let server: RunningServer;
  let visitors: Visitors;
  /** A guest without a browser, whose hold an admin looks at. */
  let guest: Client;
  beforeAll(async () => {
    [server, visitors] = await Promise.all([
      startServer({ listings, holdTtlSeconds: 300 }),
      Visitors.arrive(),
    ]);
    guest = createClient({ url: server.url, storage: memoryStorage() });
  });
  afterAll(async () => {
    guest?.close();
    await visitors?.close();
    await server?.stop();
  });

  it('a guest finds, holds, extends, releases, holds again, books, saves the dates and cancels', async () => {
    const page = await visitors.open(`${server.url}/?guests=1`);
    await enterAt(page, page.getByRole('link', { name: /Casa Azul/ }));
    const hold = page.locator('.chooser button.primary:enabled');
    await enterAt(page, hold);
    await page.locator('.hold h2:focus').waitFor();
    await enterAt(page, page.getByRole('button', { name: 'More time' }));
    const seconds = () => page.locator('.hold .countdown').getAttribute('data-seconds').then(Number);
    await expect.poll(seconds).toBeGreaterThan(800);
    await enterAt(page, page.getByRole('button', { name: 'Release' }));
    await page.locator('.hold').waitFor({ state: 'detached' });
    await enterAt(page, hold);

    await typeAt(page, page.getByLabel('Name'), 'Ana Silva');
    await typeAt(page, page.getByLabel('E-mail'), 'ana@example.com');
    await enterAt(page, page.getByRole('button', { name: /Confirm and pay/ }));
    await page.waitForURL(/\/bookings\/[^?]+\?new=1$/);
    const download = page.waitForEvent('download');
    await enterAt(page, page.getByRole('button', { name: 'Add to my calendar' }));
    expect((await download).suggestedFilename()).toMatch(/^nightlatch-.*\.ics$/);

    await enterAt(page, page.getByRole('navigation').getByRole('link', { name: 'My stays' }));
    await enterAt(page, page.getByRole('button', { name: 'Cancel Casa Azul' }));
    await enterAt(page, page.getByRole('alertdialog').getByRole('button', { name: 'Cancel the stay' }));
    await page.locator('.row[data-status="cancelled"]').waitFor();
  });

  it("an admin signs in, finds the apartment on the chart, and lengthens and ends a guest's hold", async () => {
    const stay = { checkIn: dateOf(today + 20), checkOut: dateOf(today + 23) };
    const apartmentId = 'airbnb-2';
    const held = unwrap(await guest.hold({ apartmentId, ...stay, guests: 1 })).hold;
    const page = await visitors.open(`${server.url}/admin`);
    await typeAt(page, page.getByLabel('E-mail'), ADMIN.email);
    await typeAt(page, page.getByLabel('Password'), ADMIN.password);
    await page.keyboard.press('Enter');
    await page.locator('.chart-row').first().waitFor();
    await tabTo(page, page.locator('.chart-cursor'));
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await enterAt(page, page.getByRole('dialog').getByRole('link', { name: /history/i }));
    await page.waitForURL(/\/admin\/apartments\/airbnb-2/);

    const row = page.locator('.open-holds li');
    await enterAt(page, row.getByRole('button', { name: 'Lengthen' }));
    const dialog = page.getByRole('alertdialog');
    await typeAt(page, dialog.getByRole('textbox', { name: 'Minutes from now' }), '30');
    await page.keyboard.press('Tab');
    await enterAt(page, dialog.getByRole('button', { name: 'Give 30 minutes' }));
    await expect.poll(async () => unwrap(await guest.mine()).holds[0]?.expiresAt).not.toBe(held.expiresAt);
    await enterAt(page, row.getByRole('button', { name: 'End this hold' }));
    await enterAt(page, dialog.getByRole('button', { name: 'End this hold' }));
    await row.waitFor({ state: 'detached' });
    expect(unwrap(await guest.mine()).holds).toEqual([]);
  });
});
