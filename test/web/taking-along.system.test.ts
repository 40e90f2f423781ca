/** Three tabs of one browser, whose guest signs up or in: what was held and booked without an account is there still. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localNight } from '../../src/protocol/local-day.ts';
import { dateOf } from '../../src/protocol/nights.ts';
import { signIn, Visitors } from '../support/browser.ts';
import { type RunningServer, startServer } from '../support/server.ts';

const ANA = { email: 'ana@example.com', password: 'correct horse battery' };
const listings = ['Casa Azul', 'Casa Verde', 'Casa Branca', 'Casa Rosa'].map((name, i) => ({
  ...{ id: i + 1, name, city: 'Porto', price: 80 },
}));
const today = localNight('UTC', Date.now());
const stay = { checkIn: dateOf(today + 40), checkOut: dateOf(today + 43) };
const apartment = (id: number) =>
  `/apartments/airbnb-${id}?checkIn=${stay.checkIn}&checkOut=${stay.checkOut}&guests=1`;

describe('[G9] a guest without an account', () => {
  let server: RunningServer;
  let visitors: Visitors;
  beforeAll(async () => {
    [server, visitors] = await Promise.all([
      startServer({ listings, holdTtlSeconds: 900 }),
      Visitors.arrive(),
    ]);
  });
  afterAll(async () => {
    await visitors?.close();
    await server?.stop();
  });

  /** Another tab of the same browser. */
  const tab = async (of: Page, address: string) => {
    const page = await visitors.of(of).context.newPage();
    page.setDefaultTimeout(15_000);
    await page.goto(server.url + address);
    return page;
  };
  const hold = async (page: Page) => {
    await page.locator('.chooser button.primary:enabled').click();
    await page.locator('.hold').waitFor();
  };
  const book = async (page: Page) => {
    await hold(page);
    await page.getByLabel('Name').fill('Ana Silva');
    await page.getByLabel('E-mail').fill(ANA.email);
    await page.getByRole('button', { name: /Confirm and pay/ }).click();
    await page.waitForURL(/\/bookings\/[^?]+\?new=1/);
    return /bookings\/([^?]+)/.exec(page.url())![1]!;
  };
  const isMine = (page: Page) =>
    page.locator(`.day[data-date="${stay.checkIn}"][data-state="mine"]`).waitFor();
  const seconds = (page: Page, where: string) =>
    page.locator(`${where} [data-seconds]`).first().getAttribute('data-seconds').then(Number);
  const isAccountIn = (page: Page) => page.locator('.header .who', { hasText: ANA.email }).waitFor();

  it('books, signs up, and has the booking, and what is held in other tabs with its time', async () => {
    const first = await visitors.open(server.url + apartment(1));
    const bookingId = await book(first);
    const held = await tab(first, apartment(2));
    await hold(held);
    const stays = await tab(first, '/stays');
    await stays.locator('.row[data-hold]').waitFor();
    await stays.locator(`.row[data-booking="${bookingId}"]`).waitFor();

    await first.getByRole('link', { name: 'Sign in' }).click();
    await first.getByRole('status').filter({ hasText: 'It comes along to the account.' }).waitFor();
    await first.getByRole('main').getByRole('link', { name: 'Sign up' }).click();
    await first.locator('form.sign-in input[name="name"]').fill('Ana Silva');
    await signIn(first, ANA);
    await first.waitForURL(`${server.url}/bookings/${bookingId}?new=1`);
    await first.locator(`.booking[data-booking="${bookingId}"][data-status="confirmed"]`).waitFor();

    await Promise.all([first, held, stays].map(isAccountIn));
    await isMine(held);
    expect(Math.abs((await seconds(held, '.hold')) - (await seconds(stays, '.row[data-hold]')))).toBeLessThan(
      3,
    );
    await stays.reload();
    await stays.locator('.row[data-hold]').waitFor();
    await stays.locator(`.row[data-booking="${bookingId}"]`).waitFor();
  });

  it('signs out, and leaves with the account what is the account’s', async () => {
    const { page: first, context } = visitors.people[0]!;
    const [, held, stays] = context.pages() as [Page, Page, Page];
    await stays.getByRole('button', { name: 'Sign out' }).click();
    await stays.waitForURL(`${server.url}/`);
    await stays.goto(`${server.url}/stays`);
    await stays.getByText('Nothing held, nothing booked').waitFor();
    await first.getByRole('heading', { name: 'No such booking' }).waitFor();
    await held.locator(`.day[data-date="${stay.checkIn}"][data-state="held"]`).waitFor();
  });

  it('holds and books again, signs in, and the account has all of it, in every tab', async () => {
    const { page: first, context } = visitors.people[0]!;
    const [, held, stays] = context.pages() as [Page, Page, Page];
    await first.goto(server.url + apartment(3));
    const bookingId = await book(first);
    await held.goto(server.url + apartment(4));
    await hold(held);
    await stays.reload();
    await stays.locator(`.row[data-booking="${bookingId}"]`).waitFor();
    await first.getByRole('link', { name: 'Sign in' }).click();
    await signIn(first, ANA);
    await Promise.all([first, held, stays].map(isAccountIn));
    await first.locator(`.booking[data-booking="${bookingId}"][data-status="confirmed"]`).waitFor();
    await isMine(held);
    await expect.poll(() => stays.locator('.row[data-hold]').count(), { timeout: 15_000 }).toBe(2);
    await expect.poll(() => stays.locator('.row[data-booking]').count()).toBe(2);
    expect(await first.locator('.badge').textContent()).toContain('2');
    await held.getByRole('button', { name: 'Release' }).click();
    await held.locator(`.day[data-date="${stay.checkIn}"][data-state="free"]`).waitFor();
  });

  it('ran under its security policy without a complaint', () => {
    expect(visitors.complaints.filter((text) => !/status of (401|404)/.test(text))).toEqual([]);
  });
});
