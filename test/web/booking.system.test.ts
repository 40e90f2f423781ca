/** The page in Chromium against the real server: what one guest does, another one sees. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localNight } from '../../src/protocol/local-day.ts';
import { dateOf } from '../../src/protocol/nights.ts';
import { Visitors } from '../support/browser.ts';
import { type RunningServer, startServer } from '../support/server.ts';

const PORTO = ['Casa Azul', 'Casa Verde', 'Casa Branca', 'Casa Rosa', 'Casa Nova', 'Casa Velha'];
const listings = PORTO.map((name, i) => ({ id: i + 1, name, city: 'Porto', price: 80 + i }));

/** A stay far enough ahead that no time zone disagrees about it. */
const today = localNight('UTC', Date.now());
const stay = (ahead: number, nights = 3) => ({
  checkIn: dateOf(today + ahead),
  checkOut: dateOf(today + ahead + nights),
});
const addressOf = (id: number, { checkIn, checkOut }: { checkIn: string; checkOut: string }) =>
  `/apartments/airbnb-${id}?checkIn=${checkIn}&checkOut=${checkOut}&guests=1`;
const day = (page: Page, date: string) => page.locator(`.day[data-date="${date}"]`);
const state = (page: Page, date: string, is: string) =>
  page.locator(`.day[data-date="${date}"][data-state="${is}"]`).waitFor();
const countdownSeconds = (page: Page) =>
  page.locator('.hold .countdown').getAttribute('data-seconds').then(Number);

async function hold(page: Page): Promise<void> {
  await page.locator('.chooser button.primary:enabled').click();
  await page.locator('.hold').waitFor();
}

async function confirm(page: Page, method = 'sandbox_ok'): Promise<void> {
  await page.getByLabel('Name').fill('Ana Silva');
  await page.getByLabel('E-mail').fill('ana@example.com');
  await page.getByLabel('Payment').selectOption(method);
  await page.getByRole('button', { name: /Confirm and pay/ }).click();
}

describe('the page', () => {
  let server: RunningServer;
  let visitors: Visitors;
  beforeAll(async () => {
    [server, visitors] = await Promise.all([
      startServer({ listings, holdTtlSeconds: 300 }),
      Visitors.arrive(),
    ]);
  });
  afterAll(async () => {
    await visitors?.close();
    await server?.stop();
  });
  const open = (address: string) => visitors.open(server.url + address);

  it('leads from the first page to a held stay in three clicks', async () => {
    const page = await open('/?guests=1');
    await page.getByRole('link', { name: /Casa Azul/ }).click();
    await hold(page);
    expect(await countdownSeconds(page)).toBeGreaterThan(280);
    expect(await page.locator('.badge').textContent()).toContain('1');
  });

  it("shows another browser's hold and release at once, and says what is wrong with wanting the same", async () => {
    const wanted = stay(40);
    const [ana, ben] = [await open(addressOf(2, wanted)), await open(addressOf(2, wanted))];
    await state(ben, wanted.checkIn, 'free');
    await hold(ana);
    await state(ben, wanted.checkIn, 'held');
    await state(ana, wanted.checkIn, 'mine');
    expect(await day(ben, wanted.checkIn).getAttribute('aria-label')).toContain('held by someone');
    await ben.locator('.chooser .reason').waitFor();
    expect(await ben.locator('.chooser button.primary').isDisabled()).toBe(true);
    await ana.getByRole('button', { name: 'Release' }).click();
    await state(ben, wanted.checkIn, 'free');
    await ana.locator('.hold').waitFor({ state: 'detached' });
    await hold(ben);
  });

  it('marks a found apartment as soon as somebody holds its nights', async () => {
    const wanted = stay(50);
    const found = await open(`/?checkIn=${wanted.checkIn}&checkOut=${wanted.checkOut}&guests=1`);
    const card = found.locator('.card[data-apartment="airbnb-3"]');
    await card.waitFor();
    const ana = await open(addressOf(3, wanted));
    await hold(ana);
    await found.locator('.card[data-apartment="airbnb-3"][data-taken="true"]').waitFor();
    await ana.getByRole('button', { name: 'Release' }).click();
    await found.locator('.card[data-apartment="airbnb-3"][data-taken="false"]').waitFor();
  });

  it('extends a hold, confirms it, and shows the booking after a reload and to others', async () => {
    const wanted = stay(60);
    const [ana, ben] = [await open(addressOf(4, wanted)), await open(addressOf(4, wanted))];
    await hold(ana);
    await ana.getByRole('button', { name: 'More time' }).click();
    await expect.poll(() => countdownSeconds(ana)).toBeGreaterThan(800);
    await confirm(ana);
    await ana.waitForURL(/\/bookings\/[^?]+\?new=1$/);
    await state(ben, wanted.checkIn, 'booked');
    await ana.goto(`${server.url}/stays`);
    const row = ana.locator('.row[data-booking]', { hasText: 'Casa Rosa' });
    await row.waitFor();
    await row.getByRole('button', { name: 'Cancel' }).click();
    await ana.getByRole('button', { name: 'Cancel the stay' }).click();
    await ana.locator('.row[data-status="cancelled"]').waitFor();
    await state(ben, wanted.checkIn, 'free');
  });

  it('says that a payment was declined, keeps the hold and what was typed', async () => {
    const ana = await open(addressOf(5, stay(70)));
    await hold(ana);
    await confirm(ana, 'sandbox_declined');
    await ana.locator('.refusal[data-code="payment_declined"]').waitFor();
    expect(await ana.getByLabel('Name').inputValue()).toBe('Ana Silva');
    await ana.getByLabel('Payment').selectOption('sandbox_ok');
    await ana.getByRole('button', { name: /Confirm and pay/ }).click();
    await ana.waitForURL(/\/bookings\/[^?]+\?new=1$/);
  });

  it('restores the hold after a reload, with its countdown', async () => {
    const ana = await open(addressOf(6, stay(80)));
    await hold(ana);
    await ana.reload();
    await ana.locator('.hold').waitFor();
    expect(await countdownSeconds(ana)).toBeGreaterThan(250);
    await ana.goto(`${server.url}/stays`);
    await ana.locator('.row[data-hold]').waitFor();
  });

  it('chooses a stay with the keyboard alone', async () => {
    const { checkIn } = stay(90);
    const page = await open(`/apartments/airbnb-1?month=${checkIn.slice(0, 7)}`);
    await page.locator('.day[data-state="free"]').first().waitFor();
    await day(page, `${checkIn.slice(0, 7)}-01`).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    // The calendar goes on to the next day by itself.
    await day(page, `${checkIn.slice(0, 7)}-09`)
      .and(page.locator(':focus'))
      .waitFor();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.locator('.chooser button.primary:enabled', { hasText: 'Hold 2 nights' }).waitFor();
    expect(new URL(page.url()).searchParams.get('checkIn')).toBe(`${checkIn.slice(0, 7)}-08`);
    expect(new URL(page.url()).searchParams.get('checkOut')).toBe(`${checkIn.slice(0, 7)}-10`);
  });

  it('leaves whoever goes on before a hold is placed where they have gone', async () => {
    const ana = await open(addressOf(2, stay(110)));
    const holdThen = (selector: string) =>
      // Both in one turn, so before any answer.
      ana.evaluate(
        `document.querySelector('.chooser button.primary').click(); document.querySelector('${selector}').click();`,
      );
    await ana.locator('.chooser button.primary:enabled').waitFor();
    await holdThen('nav a[href="/stays"]');
    const row = ana.locator('.row[data-hold]');
    await row.getByRole('button', { name: /^Release/ }).click();
    await row.waitFor({ state: 'detached' });
    expect(new URL(ana.url()).pathname).toBe('/stays');

    const { checkIn, checkOut } = stay(110);
    await ana.goto(server.url + addressOf(2, { checkIn, checkOut }));
    await ana.locator('.chooser button.primary:enabled').waitFor();
    await holdThen(`.day[data-date="${checkOut}"]`);
    await ana.getByRole('button', { name: 'More time' }).click();
    await ana.getByText('You have more time').waitFor();
    expect(new URL(ana.url()).searchParams.get('checkIn')).toBe(checkOut);
    await ana.getByRole('button', { name: 'Release' }).click();
    await ana.locator('.hold').waitFor({ state: 'detached' });
  });

  it('says that it is offline, takes no command then, and comes back by itself', async () => {
    const ana = await open(addressOf(1, stay(100)));
    const { context, complaints } = visitors.of(ana);
    await ana.locator('.chooser button.primary:enabled').waitFor();
    await context.setOffline(true);
    await ana.locator('.pill[data-state="offline"]').waitFor();
    expect(await ana.locator('.chooser button.primary').isDisabled()).toBe(true);
    // What was not loaded before says so in its place, and comes with the connection.
    const languages = ana.getByLabel('Language');
    await languages.selectOption('de');
    await ana.locator('.footer .notice').waitFor();
    expect(await languages.inputValue()).toBe('en');
    await ana.getByRole('link', { name: 'My stays' }).click();
    await ana.locator('main[data-page="stays"] .notice').waitFor();
    await context.setOffline(false);
    await ana.locator('.pill[data-state="online"]').waitFor();
    await ana.locator('main .stays').waitFor();
    await ana.locator('.footer .notice').waitFor({ state: 'detached' });
    await languages.selectOption('de');
    await ana.getByLabel('Sprache').and(ana.locator(':focus')).waitFor();
    await ana.goBack();
    await hold(ana);
    // What failed while the network was cut is no complaint.
    complaints.length = 0;
  });

  it('says that it could not be loaded where it could not, and loads again', async () => {
    const page = await open('/no/such/page');
    const { complaints } = visitors.of(page);
    await page.getByRole('heading', { name: 'Nothing here' }).waitFor();
    const texts = /\/assets\/en-[^/]*\.js$/;
    await page.route(texts, (route) => route.abort());
    await page.goto(server.url);
    await page.getByRole('heading', { name: 'This page could not be loaded' }).waitFor();
    await page.unroute(texts);
    await page.getByRole('button', { name: 'Load it again' }).click();
    await page.locator('.card[data-apartment]').first().waitFor();
    // What was kept from it is no complaint.
    complaints.length = 0;
  });

  it('answers an address that leads nowhere', async () => {
    const page = await open('/apartments/no-such');
    await page.getByRole('heading', { name: 'No such apartment' }).waitFor();
    await page.goto(`${server.url}/no/such/page`);
    await page.getByRole('heading', { name: 'Nothing here' }).waitFor();
  });

  it('ran under its security policy without a complaint', () => {
    expect(visitors.complaints.filter((text) => !text.includes('404'))).toEqual([]);
  });
});

describe('the page, when a hold ends', () => {
  let server: RunningServer;
  let visitors: Visitors;
  beforeAll(async () => {
    [server, visitors] = await Promise.all([startServer({ listings, holdTtlSeconds: 5 }), Visitors.arrive()]);
  });
  afterAll(async () => {
    await visitors?.close();
    await server?.stop();
  });

  it('[I5] shows the expiry to both browsers, keeps what was typed, and holds again in one click', async () => {
    const wanted = stay(30);
    const address = server.url + addressOf(1, wanted);
    const [ana, ben] = [await visitors.open(address), await visitors.open(address)];
    await state(ben, wanted.checkIn, 'free');
    await Promise.all([state(ben, wanted.checkIn, 'held'), hold(ana)]);
    expect(await countdownSeconds(ana)).toBeLessThanOrEqual(6);
    await ana.getByLabel('Name').fill('Ana Silva');
    await state(ben, wanted.checkIn, 'free');
    await ana.getByRole('heading', { name: 'Your hold has ended' }).waitFor();
    // What is being typed goes on in the same field.
    await ana.locator('input[name="name"]:focus').waitFor();
    await ana.getByRole('button', { name: 'Hold again' }).click();
    await ana.locator('.hold[data-status="held"]').waitFor();
    expect(await ana.getByLabel('Name').inputValue()).toBe('Ana Silva');
  });

  it('[H6] says that the nights stay the guest’s while the bank decides past their time, and never that it is up', async () => {
    const wanted = stay(40);
    const ana = await visitors.open(server.url + addressOf(2, wanted));
    const stays = await ana.context().newPage();
    await stays.goto(`${server.url}/stays`);
    await stays.getByText('Nothing held, nothing booked').waitFor();
    // Typed before: a hold of five seconds leaves no time for it.
    const typed = { name: 'Ana Silva', email: 'ana@example.com', method: 'sandbox_slow' };
    await ana.evaluate((draft) => sessionStorage.setItem('nightlatch.confirm', draft), JSON.stringify(typed));
    await hold(ana);
    await stays.locator('.row [role="timer"]').waitFor();
    await ana.locator('.hold [role="timer"][data-seconds="1"]').waitFor();
    await ana.evaluate(
      `document.querySelector('.confirm button').click(); window.paidAt = performance.now()`,
    );
    const nights = ana.locator('.hold').getByText('The nights stay yours meanwhile, for 2 minutes at most');
    await nights.waitFor();
    await stays.locator('.row').getByText('The nights stay yours meanwhile.').waitFor();
    await expect.poll(() => ana.evaluate('performance.now() - window.paidAt > 1_500')).toBe(true);
    expect(await nights.isVisible()).toBe(true);
    for (const page of [ana, stays]) {
      expect(await page.locator('[role="timer"]').count()).toBe(0);
      expect(await page.locator('#announcer').textContent()).not.toContain('Time is up');
    }
    await ana.waitForURL(/\/bookings\//);
  });
});
