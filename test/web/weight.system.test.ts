/** What a first visit loads: no more than it may, in no more parts, and from nowhere else. */
import type { Browser, Response } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { person, theChromium } from '../support/browser.ts';
import { type RunningServer, startServer } from '../support/server.ts';

/** Of HTML, style sheets and programs, compressed, in bytes. */
const FIRST_LOAD_MAX = 200_000;
/** Each costs a phone a turn of its own. */
const FILES_MAX = 24;

let server: RunningServer;
let browser: Browser;
beforeAll(async () => {
  [server, browser] = await Promise.all([startServer({ seed: 'demo' }), theChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

it('the first page weighs at most 200 KB in few files, all of it from the server itself', async () => {
  const { page } = await person(browser);
  const loaded: Response[] = [];
  const hosts = new Set<string>();
  page.on('response', (response) => void loaded.push(response));
  page.on('request', (request) => void hosts.add(new URL(request.url()).host));
  page.on('websocket', (socket) => void hosts.add(new URL(socket.url()).host));
  await page.goto(server.url);
  await page.locator('.card').first().waitFor();
  await page.waitForLoadState('networkidle');

  const files = loaded.filter((response) => !new URL(response.url()).pathname.startsWith('/v1/'));
  // As they came over the wire, bodies alone; what the browser had already came for nothing.
  const sizes = await Promise.all(files.map(async (file) => (await file.request().sizes()).responseBodySize));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  expect(total).toBeGreaterThan(FIRST_LOAD_MAX / 2);
  expect(total).toBeLessThanOrEqual(FIRST_LOAD_MAX);
  const paths = new Set(files.map((file) => new URL(file.url()).pathname));
  expect(paths.size).toBeLessThanOrEqual(FILES_MAX);
  expect([...hosts]).toEqual([new URL(server.url).host]);
});
