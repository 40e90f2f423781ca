/** Pictures of apartments are where whoever imported them says; pages load them from hosts that the operator names. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { person, theChromium } from '../support/browser.ts';
import { type RunningServer, startServer } from '../support/server.ts';

const HOST = 'images.example.com';
const PIXEL = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

let server: RunningServer;
let browser: Browser;
beforeAll(async () => {
  const listings = [
    { id: 1, name: 'Shown', city: 'Porto', price: 100, picture: `https://${HOST}/1.gif` },
    {
      id: 2,
      name: 'Of another host',
      city: 'Porto',
      price: 100,
      picture: 'https://elsewhere.example.com/2.gif',
    },
    { id: 3, name: 'Gone', city: 'Porto', price: 100, picture: `https://${HOST}/gone.gif` },
  ];
  const environment = { NIGHTLATCH_PICTURE_HOSTS: HOST };
  [server, browser] = await Promise.all([startServer({ listings, environment }), theChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

/** Somebody whose browser reaches these hosts, and what they hear of it. */
async function visitor() {
  const { page, context, complaints } = await person(browser);
  const asked: { url: string; referrer: string | undefined }[] = [];
  await context.route(/^https:\/\/\w+\.example\.com\//, async (route) => {
    const request = route.request();
    asked.push({ url: request.url(), referrer: (await request.allHeaders()).referer });
    if (request.url().includes('gone')) return route.fulfill({ status: 404 });
    return route.fulfill({ contentType: 'image/gif', body: PIXEL });
  });
  return { page, asked, complaints };
}

it('are shown on the page of an apartment, and their host hears of nobody where they come from', async () => {
  const { page, asked, complaints } = await visitor();
  await page.goto(`${server.url}/apartments/airbnb-1`);
  const picture = page.getByRole('img', { name: 'Shown' });
  await picture.waitFor();
  await expect
    .poll(() => picture.evaluate((img) => (img as unknown as { naturalWidth: number }).naturalWidth))
    .toBe(1);
  expect(asked).toEqual([{ url: `https://${HOST}/1.gif`, referrer: undefined }]);
  expect(await page.locator('.banner .facade').count()).toBe(0);
  expect(await page.locator('meta[property="og:image"]').getAttribute('content')).toBe(
    `https://${HOST}/1.gif`,
  );
  expect(complaints).toEqual([]);
});

it('of a host that nobody has named are not asked for', async () => {
  const { page, asked, complaints } = await visitor();
  await page.goto(`${server.url}/apartments/airbnb-2`);
  await page.locator('.banner .facade').waitFor();
  expect(asked).toEqual([]);
  expect(complaints).toEqual([]);
});

it('that are gone leave the front that is drawn', async () => {
  const { page, asked } = await visitor();
  await page.goto(`${server.url}/apartments/airbnb-3`);
  await page.locator('.banner .facade').waitFor();
  expect(new Set(asked.map(({ url }) => url))).toEqual(new Set([`https://${HOST}/gone.gif`]));
  expect(await page.locator('.banner img').count()).toBe(0);
});
