/** Finding a stay in Chromium against the real server: by mouse, by keyboard alone, and while others take nights. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, createClient, memoryStorage, unwrap } from '../../src/client/index.ts';
import { localNight } from '../../src/protocol/local-day.ts';
import { dateOf } from '../../src/protocol/nights.ts';
import { Visitors } from '../support/browser.ts';
import { type RunningServer, startServer } from '../support/server.ts';

const inPorto = Array.from({ length: 30 }, (_, i) => ({
  id: i + 1,
  name: `Casa ${String(i + 1).padStart(2, '0')}`,
  city: 'Porto',
  price: 80 + i,
}));
const inBraga = ['Solar', 'Quinta', 'Torre'].map((name, i) => ({
  id: 40 + i,
  name,
  city: 'Braga',
  price: 200 + i,
}));

const today = localNight('UTC', Date.now());
const stay = (ahead: number, nights = 3) => ({
  checkIn: dateOf(today + ahead),
  checkOut: dateOf(today + ahead + nights),
});
const dated = ({ checkIn, checkOut }: { checkIn: string; checkOut: string }) =>
  `checkIn=${checkIn}&checkOut=${checkOut}&guests=1`;

describe('finding a stay', () => {
  let server: RunningServer;
  let visitors: Visitors;
  let other: Client;
  beforeAll(async () => {
    [server, visitors] = await Promise.all([
      startServer({ listings: [...inPorto, ...inBraga] }),
      Visitors.arrive(),
    ]);
    other = createClient({ url: server.url, storage: memoryStorage() });
  });
  afterAll(async () => {
    other?.close();
    await visitors?.close();
    await server?.stop();
  });
  const open = (address: string) => visitors.open(server.url + address);
  const card = (page: Page, id: number, rest = '') =>
    page.locator(`.card[data-apartment="airbnb-${id}"]${rest}`);
  const asked = (page: Page) => Object.fromEntries(new URL(page.url()).searchParams);
  const cities = (page: Page) => page.locator('.card .muted:not(.per-night)').allTextContents();

  it('by mouse: a city from the list, dates from the calendar, guests, a price, an order, and back again', async () => {
    const page = await open(`/?${dated(stay(40))}`);
    await card(page, 1).waitFor();
    await page.getByRole('button', { name: 'Show the cities' }).click();
    await page.getByRole('option', { name: 'Braga' }).click();
    await card(page, 40).waitFor();
    await card(page, 1).waitFor({ state: 'detached' });
    expect((await cities(page)).every((text) => text.startsWith('Braga'))).toBe(true);

    await page.getByRole('button', { name: /^Dates/ }).click();
    await page.getByRole('dialog', { name: 'Calendar' }).waitFor();
    await page.getByRole('button', { name: 'Next month' }).last().click();
    const days = page.locator('.dates-month').last().locator('.dates-day:not([data-outside-month])');
    await days.nth(9).click();
    await days.nth(11).click();
    await page.getByText('2 nights').first().waitFor();
    const { checkIn = '', checkOut = '' } = asked(page);
    expect([checkIn.slice(8), checkOut.slice(8)]).toEqual(['10', '12']);

    await page.getByRole('button', { name: 'One guest more' }).click();
    await expect.poll(() => asked(page).guests).toBe('2');

    await page.getByLabel('Price at most').fill('403');
    await page.getByLabel('Price at most').blur();
    await card(page, 42).waitFor({ state: 'detached' });
    expect(asked(page)).toMatchObject({ city: 'Braga', max: '403', currency: 'EUR' });

    await page.goBack();
    await card(page, 42).waitFor();
    expect(asked(page)).not.toHaveProperty('max');
    await page.reload();
    await card(page, 42).waitFor();
    expect(await page.getByRole('combobox', { name: 'City' }).inputValue()).toBe('Braga');
    const first = () => page.locator('.card h2').first().textContent();
    expect(await first()).toBe('Solar');
    await page.getByRole('button', { name: /Order/ }).click();
    await page.getByRole('option', { name: 'Dearest first' }).click();
    await expect.poll(first).toBe('Torre');
  });

  it('with the keyboard takes the city that is marked in the list, not the letters that led to it', async () => {
    const page = await open('/?guests=1');
    await card(page, 1).waitFor();
    await page.getByRole('combobox', { name: 'City' }).focus();
    const gone: string[] = [];
    page.on('framenavigated', () => gone.push(page.url()));
    await page.keyboard.type('bra');
    await page.keyboard.press('ArrowDown');
    await page.locator('[role="option"][data-focused]').waitFor();
    await page.keyboard.press('Enter');
    await card(page, 40).waitFor();
    await page.keyboard.press('Tab');
    expect(asked(page).city).toBe('Braga');
    expect(gone.map((url) => new URL(url).searchParams.get('city'))).not.toContain('bra');
    expect(await page.getByRole('combobox', { name: 'City' }).inputValue()).toBe('Braga');
  });

  it('asks whether another city was meant where none is written like that', async () => {
    const page = await open(`/?${dated(stay(40))}&city=brgaa`);
    await page.getByRole('button', { name: /^Did you mean Braga\?/ }).click();
    await card(page, 40).waitFor();
    expect(asked(page).city).toBe('Braga');
  });

  it('with the keyboard alone: a city typed without its accents, dates typed, and into the apartment', async () => {
    const page = await open('/?guests=1');
    await card(page, 1).waitFor();
    await page.getByRole('combobox', { name: 'City' }).focus();
    await page.keyboard.type('BRAGA');
    await page.keyboard.press('Enter');
    await card(page, 40).waitFor();
    const wished = stay(70, 4);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.className')).toBe('dates-summary');
    await page.keyboard.press('Enter');
    await page.locator('.date-segment[data-focused]').waitFor();
    for (const date of [wished.checkIn, wished.checkOut]) {
      await page.keyboard.type(date.split('-').reverse().join(''));
    }
    await page.getByText('4 nights').first().waitFor();
    expect(asked(page)).toMatchObject(wished);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => asked(page).guests).toBe('2');
    await page.keyboard.press('Tab');
    await page.keyboard.type('805');
    await page.keyboard.press('Enter');
    await card(page, 42).waitFor({ state: 'detached' });
    for (let i = 0; i < 6; i++) {
      if ((await page.evaluate('document.activeElement.textContent')) === 'Solar') break;
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    await page.waitForURL(/apartments\/airbnb-40/);
    expect(asked(page)).toMatchObject({ ...wished, guests: '2' });
    await expect.poll(() => page.title()).toBe('Solar · Nightlatch');
    await page.goBack();
    await expect.poll(() => page.title()).toContain('Find a stay');
    await page.goForward();
    await expect.poll(() => page.title()).toBe('Solar · Nightlatch');
  });

  it('says of a card that its nights were just taken, offers the nearest, and says when they are free again', async () => {
    const wished = stay(50);
    const page = await open(`/?${dated(wished)}&city=Porto`);
    await card(page, 3).waitFor();
    const { hold } = unwrap(await other.hold({ apartmentId: 'airbnb-3', ...wished, guests: 1 }));
    await card(page, 3, '[data-nights="held"]').waitFor();
    expect(await card(page, 3).locator('.stamp').textContent()).toMatch(/^Held by someone until \d\d:\d\d$/);
    const said = page.locator('#announcer');
    expect(await said.textContent()).toContain('Casa 03: Held by someone until');
    const nearest = card(page, 3).locator('.nearest a');
    await nearest.first().waitFor();
    const offered = await nearest.evaluateAll((links) =>
      links.map((link) => link.getAttribute('data-check-in')),
    );
    expect(offered).toEqual([stay(47).checkIn, stay(53).checkIn]);

    // What is offered is live too.
    const next = unwrap(await other.hold({ apartmentId: 'airbnb-3', ...stay(47), guests: 1 })).hold;
    await card(page, 3)
      .locator(`.nearest a[data-check-in="${stay(47).checkIn}"]`)
      .waitFor({ state: 'detached' });
    await other.release({ apartmentId: 'airbnb-3', holdId: next.id });
    unwrap(await other.release({ apartmentId: 'airbnb-3', holdId: hold.id }));
    await card(page, 3, '[data-nights="again"]').waitFor();
    expect(await card(page, 3).locator('.stamp').textContent()).toBe('Free again');
    expect(await nearest.count()).toBe(0);

    unwrap(await other.hold({ apartmentId: 'airbnb-3', ...wished, guests: 1 }));
    await nearest.last().focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/apartments\/airbnb-3\?/);
    expect(asked(page)).toMatchObject(stay(53));
  });

  it('is where it was left after going back and after a reload: as many pages, as far down', async () => {
    const page = await open(`/?${dated(stay(60))}&city=Porto`);
    await page.getByRole('button', { name: 'Show more' }).click();
    await card(page, 30).waitFor();
    expect(asked(page).pages).toBe('2');
    // As far as the click will scroll, and come to rest there.
    await card(page, 29).getByRole('link').first().hover();
    await expect
      .poll(() => page.evaluate('scrollY > 500 && history.state?.top === Math.round(scrollY)'))
      .toBe(true);
    const top = await page.evaluate('scrollY');
    await card(page, 29).getByRole('link').first().click();
    await page.waitForURL(/apartments/);
    await page.goBack();
    await card(page, 29).waitFor();
    await expect.poll(() => page.evaluate('scrollY')).toBe(top);
    await page.reload();
    await card(page, 29).waitFor();
    await expect.poll(() => page.evaluate('scrollY')).toBe(top);
  });

  it('says what keeps everything away, and finds something with one click', async () => {
    const page = await open(`/?${dated(stay(45))}&city=Braga&max=10&currency=EUR`);
    await page.getByText('The price keeps most away.').waitFor();
    await page.locator('.widenings button[data-part="price"]').click();
    await card(page, 40).waitFor();
    await page.goto(`${server.url}/?${dated(stay(45))}&city=Atlantis`);
    await page.getByText('The city keeps most away.').waitFor();
    await page.locator('.widenings button[data-part="city"]').press('Enter');
    await card(page, 1).waitFor();
  });

  it('[N2] tells of dates in the address that cannot be, and looks for no others before they are chosen', async () => {
    const page = await open('/?city=Porto&guests=1&checkIn=2027-02-31&checkOut=2027-03-05');
    await page.getByRole('alert').getByText('“2027-02-31” is no day. Choose dates.').waitFor();
    await page.getByRole('button', { name: 'Dates Choose dates' }).waitFor();
    await page.getByRole('button', { name: 'One guest more' }).click();
    await expect.poll(() => asked(page)).toMatchObject({ guests: '2', checkIn: '2027-02-31' });
    expect(await page.locator('.card').count()).toBe(0);
    await page.getByRole('button', { name: 'Look from two weeks ahead' }).click();
    await card(page, 1).waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    await page.goto(`${server.url}/?checkIn=${dateOf(today - 9)}&checkOut=${dateOf(today - 5)}`);
    await page.getByRole('alert').getByText('is over. Choose dates that are still to come.').waitFor();
    await page.goto(`${server.url}/?checkIn=${dateOf(today + 800)}`);
    await page.getByRole('alert').getByText('is too far ahead').waitFor();
    expect(await page.locator('.card').count()).toBe(0);
  });

  it('keeps a price that is being typed, in the currency it is typed in, while other results come', async () => {
    const page = await open('/sign-in');
    // What the catalogue says of its currencies is another one than that of the results.
    await page.route(/\/v1\/cities/, async (route) => {
      const answer = await route.fetch();
      const body = (await answer.text()).replaceAll('"EUR"', '"USD"');
      await route.fulfill({ response: answer, body });
    });
    await page.goto(`${server.url}/?${dated(stay(75))}&city=Braga`);
    await card(page, 40).waitFor();
    await page.getByRole('combobox', { name: 'City' }).fill('Atlantis');
    await page.keyboard.press('Enter');
    await page.getByText('The city keeps most away.').waitFor();
    const price = page.getByLabel('Price at most');
    await price.focus();
    await page.keyboard.type('8');
    await page.evaluate('history.back()');
    await card(page, 40).waitFor();
    await page.keyboard.type('05');
    await page.keyboard.press('Enter');
    await page.waitForURL(/max=805/);
    expect(asked(page)).toMatchObject({ city: 'Braga', currency: 'USD' });
  });

  it('knows nothing without a connection, says so on every card, and is right again by itself', async () => {
    const wished = stay(55);
    const page = await open(`/?${dated(wished)}&city=Braga`);
    const { context, complaints } = visitors.of(page);
    await card(page, 40).waitFor();
    unwrap(await other.hold({ apartmentId: 'airbnb-41', ...wished, guests: 1 }));
    await card(page, 41).locator('.nearest a').first().waitFor();
    await context.setOffline(true);
    await card(page, 40, '[data-live="false"]').waitFor();
    expect(await card(page, 40).locator('.stamp').textContent()).toBe('Not live');
    expect(await page.locator('.nearest').count()).toBe(0);
    const { hold } = unwrap(await other.hold({ apartmentId: 'airbnb-40', ...wished, guests: 1 }));
    await context.setOffline(false);
    await card(page, 40, '[data-live="true"][data-nights="held"]').waitFor();
    await other.release({ apartmentId: 'airbnb-40', holdId: hold.id });
    await card(page, 40, '[data-nights="again"]').waitFor();
    // What failed while the network was cut is no complaint.
    complaints.length = 0;
  });

  it('has the first result in view on a phone, under one line that opens the search', async () => {
    const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
    const page = await visitors.open(`${server.url}/?${dated(stay(65))}&city=Braga`, phone);
    await card(page, 40).waitFor();
    const { y = 0, height = 0 } = (await card(page, 40).boundingBox()) ?? {};
    expect(height).toBeGreaterThan(0);
    expect(y + height).toBeLessThan(844);
    const line = page.locator('.search-line');
    expect(await line.textContent()).toMatch(/Braga · .* · 1 guest/);
    expect(await page.getByRole('combobox', { name: 'City' }).count()).toBe(0);
    await line.tap();
    await page.getByRole('button', { name: 'One guest more' }).tap();
    await expect.poll(() => line.textContent()).toMatch(/ · 2 guests/);
    await page.getByRole('button', { name: 'Show what fits' }).tap();
    await page.locator('.search-line[aria-expanded="false"]:focus').waitFor();
    await page.getByLabel('Order').selectOption('price_desc');
    await expect.poll(() => page.locator('.card h2').first().textContent()).toBe('Torre');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  });

  it('speaks German where the browser does', async () => {
    const german = { locale: 'de-DE' };
    const page = await visitors.open(`${server.url}/?${dated(stay(65))}&city=Braga`, german);
    await page.getByText('3 Wohnungen in Braga für 1 Gast, frei').waitFor();
    await page.getByRole('heading', { name: 'Finden, live reservieren' }).waitFor();
    expect(await card(page, 40).locator('.price').textContent()).toMatch(/€ für 3 Nächte.*€ pro Nacht/);
  });

  it('ran under its security policy without a complaint', () => {
    expect(visitors.complaints).toEqual([]);
  });
});
