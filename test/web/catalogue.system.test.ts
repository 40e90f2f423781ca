import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { person, theChromium } from '../support/browser.ts';
import { type RunningServer, startServer } from '../support/server.ts';

let server: RunningServer;
let browser: Browser;
beforeAll(async () => {
  [server, browser] = await Promise.all([startServer({ seed: 'demo' }), theChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

it('[P2] the catalogue shows one currency after the other, or the one that is chosen', async () => {
  const { page, complaints } = await person(browser);
  await page.goto(server.url);
  const prices = page.locator('.card .price strong');
  await prices.first().waitFor();
  const signs = (await prices.allTextContents()).map((text) => text.replace(/[\s\d.,]/g, ''));
  const runs = signs.filter((sign, i) => sign !== signs[i - 1]);
  // As far as the first page reaches.
  expect(runs.length).toBeGreaterThan(1);
  expect(runs).toEqual(['CA$', 'DKK', '€', '£', 'JP¥', 'US$'].slice(0, runs.length));

  await page.getByText('one currency after the other').waitFor();

  await page.getByRole('button', { name: /Currency/ }).click();
  await page.getByRole('option', { name: 'JPY' }).click();
  await expect
    .poll(() => prices.allTextContents())
    .toSatisfy((all: string[]) => all.length > 0 && all.every((text) => text.startsWith('JP¥')));
  expect(page.url()).toContain('currency=JPY');
  expect(await page.getByText('one currency after the other').count()).toBe(0);
  const yen = await prices.allTextContents();
  for (const text of yen) expect(text).toMatch(/^JP¥\d{1,3}(,\d{3})*$/);
  const amounts = yen.map((text) => Number(text.replace(/\D/g, '')));
  expect(amounts).toEqual([...amounts].sort((a, b) => a - b));
  expect(complaints).toEqual([]);
});
