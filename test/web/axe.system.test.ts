/** Every page in its states through axe, in light and dark: no violation of any of its rules. */
import axe, { type AxeResults } from 'axe-core';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dateOf } from '../../src/protocol/nights.ts';
import { signIn, Visitors } from '../support/browser.ts';
import { ADMIN, type RunningServer, startServer } from '../support/server.ts';

const NAMES = ['Ajuda', 'Baixa', 'Chiado', 'Estrela', 'Lapa'];
const listings = NAMES.map((name, i) => ({ id: i + 1, name, city: 'Lisbon', price: 90 + i }));
const today = Math.floor(Date.now() / 86_400_000);
const stay = (ahead: number, nights = 3) =>
  `checkIn=${dateOf(today + ahead)}&checkOut=${dateOf(today + ahead + nights)}&guests=1`;
const apartment = (id: number, ahead: number) => `/apartments/airbnb-${id}?${stay(ahead)}`;

/** What axe says of the page as it stands, a line for each node. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations: found } = (await page.evaluate('axe.run()')) as AxeResults;
  return found.flatMap(({ id, help, nodes }) =>
    nodes
      .slice(0, 5)
      .map(({ target, failureSummary }) => `${id}: ${help} (${target}) ${failureSummary ?? ''}`),
  );
}

async function expectNone(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    // Colours are not looked at halfway between two states. Nobody waits for that: an animation whose element goes
    // away never says that it is finished, nor does one that pulses for ever.
    await page.evaluate(
      `new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))).then(() => {
        for (const one of document.getAnimations())
          if (Number.isFinite(one.effect.getComputedTiming().endTime)) one.finish();
      })`,
    );
    expect(await violations(page), `${page.url()}, ${colorScheme}`).toEqual([]);
  }
}

describe('axe finds nothing wrong with', { timeout: 240_000 }, () => {
  let server: RunningServer;
  let visitors: Visitors;
  let admin: Page;
  const open = (path: string, options?: BrowserContextOptions) => visitors.open(server.url + path, options);
  const hold = async (page: Page) => {
    await page.locator('.chooser > button:enabled').click();
    await page.locator('.hold[data-status="held"]').waitFor();
  };
  const pay = async (page: Page, method: string) => {
    await page.locator('.hold input[name="name"]').fill('Ana Silva');
    await page.locator('.hold input[name="email"]').fill('ana@example.com');
    await page.locator('.hold select[name="method"]').selectOption(method);
    await page.locator('.hold form button[type="submit"]').click();
  };
  const show = async (path: string, until: string) => {
    await admin.goto(server.url + path);
    await admin.locator(until).first().waitFor();
    await expectNone(admin);
  };

  beforeAll(async () => {
    [server, visitors] = await Promise.all([startServer({ listings }), Visitors.arrive()]);
    admin = await open('/admin');
    await admin.locator('form').waitFor();
    await expectNone(admin);
    await signIn(admin, ADMIN);
    await admin.locator('.chart-row').first().waitFor();
  });
  afterAll(async () => {
    await visitors?.close();
    await server?.stop();
  });

  it('finding: results, nothing found, on a phone, in German', async () => {
    const page = await open(`/?${stay(20)}`);
    await page.locator('.card[data-apartment]').first().waitFor();
    await expectNone(page);
    await page.goto(`${server.url}/?${stay(20)}&city=Nowhere`);
    await page.locator('.empty').waitFor();
    await expectNone(page);
    const phone = await open(`/?${stay(20)}`, { locale: 'de-DE', viewport: { width: 390, height: 844 } });
    await phone.locator('.card[data-apartment]').first().waitFor();
    await expectNone(phone);
  });

  it('an apartment: free, held by somebody else, held by oneself, declined, booked; and the stays', async () => {
    const ana = await open(apartment(1, 30));
    await ana.locator('.chooser > button:enabled').waitFor();
    await expectNone(ana);
    await hold(ana);
    await expectNone(ana);
    const ben = await open(apartment(1, 31));
    await ben.locator('.chooser .reason').waitFor();
    await expectNone(ben);
    await pay(ana, 'sandbox_declined');
    await ana.locator('[data-code="payment_declined"]').waitFor();
    await expectNone(ana);
    await pay(ana, 'sandbox_ok');
    await ana.locator('main[data-page="booking"] h1').waitFor();
    await ana.locator('[data-booking]').first().waitFor();
    await expectNone(ana);
    await ana.goto(server.url + apartment(2, 40));
    await hold(ana);
    await ana.goto(`${server.url}/stays`);
    await ana.locator('[data-hold]').waitFor();
    await ana.locator('[data-booking]').first().waitFor();
    await expectNone(ana);
  });

  it('an apartment while nothing is heard of the server', async () => {
    const page = await open(apartment(3, 30));
    await page.locator('.chooser > button:enabled').waitFor();
    await page.context().setOffline(true);
    await page.locator('.pill[data-state="offline"]').waitFor();
    await expectNone(page);
  });

  it('signing in and up, and an address that leads nowhere', async () => {
    const page = await open('/sign-in');
    await page.locator('form').waitFor();
    await expectNone(page);
    await page.goto(`${server.url}/sign-in?new=1`);
    await page.locator('input[name="name"]').waitFor();
    await expectNone(page);
    await page.goto(`${server.url}/nothing/here`);
    await page.locator('main[data-page="nowhere"] h1').waitFor();
    await expectNone(page);
  });

  it("the admin's pages", async () => {
    await show('/admin', '.chart-row');
    await admin.locator('.chart-row').first().click();
    await admin.keyboard.press('Enter');
    await admin.getByRole('dialog').waitFor();
    await expectNone(admin);
    await show('/admin/figures', '[data-figure="occupancy"] canvas');
    await show('/admin/servers', '[data-node]');
    await show('/admin/apartments/airbnb-1', '.past-holder:not([data-loading])');
  });

  it("the hosts' pages", async () => {
    await show('/hosting', 'main a[href="/hosting/apartments/airbnb-1"]');
    await show('/hosting/apartments/airbnb-1', '[role="tab"]');
    const tabs = admin.getByRole('tab');
    for (let i = 1; i < (await tabs.count()); i++) {
      await tabs.nth(i).click();
      await admin.getByRole('tabpanel').waitFor();
      await expectNone(admin);
    }
    await show('/hosting/new', '[role="tab"]');
  });

  it('and no page has offended against the security policy or thrown', () => {
    const isOffline = (text: string) => /ERR_INTERNET_DISCONNECTED/.test(text);
    expect(visitors.complaints.filter((text) => !isOffline(text))).toEqual([]);
  });
});
