/** One apartment's page in Chromium: choosing nights, keeping a hold, and every way a payment can go. */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient, memoryStorage, unwrap } from '../../src/client/index.ts';
import { localNight } from '../../src/protocol/local-day.ts';
import { dateOf, nightOf } from '../../src/protocol/nights.ts';
import { Visitors } from '../support/browser.ts';
import { ADMIN, type RunningServer, startServer } from '../support/server.ts';

const NAMES = [
  'Ajuda',
  'Baixa',
  'Chiado',
  'Estrela',
  'Graça',
  'Lapa',
  'Mouraria',
  'Rossio',
  'Santos',
  'Alvalade',
];
const listings = NAMES.map((name, i) => ({
  id: i + 1,
  name,
  city: 'Lisbon',
  price: 90 + i,
  // Santos is for longer stays.
  minNights: name === 'Santos' ? 3 : 1,
}));
const idOf = (name: string) => `airbnb-${NAMES.indexOf(name) + 1}`;
const BOOKED = /\/bookings\/[^?]+\?new=1$/;

/** The first of a month a quarter ahead, so that two months in view hold every day that is spoken of. */
const soon = dateOf(localNight('UTC', Date.now()) + 90);
const first = nightOf(`${soon.slice(0, 7)}-01`);
/** @param at days after the first of the month */
const on = (at: number) => dateOf(first + at);
const day = (page: Page, at: number) => page.locator(`.day[data-date="${on(at)}"]`);
const is = (page: Page, at: number, attributes: string) =>
  page.locator(`.day[data-date="${on(at)}"]${attributes}`).waitFor();
const queryOf = (page: Page) => Object.fromEntries(new URL(page.url()).searchParams);
const line = (page: Page) => page.locator('.day-line').textContent();
const holdButton = (page: Page) => page.locator('.chooser > button');

describe("an apartment's page", () => {
  let server: RunningServer;
  let visitors: Visitors;
  beforeAll(async () => {
    [server, visitors] = await Promise.all([
      startServer({ listings, environment: { NIGHTLATCH_HOLDS_PER_GUEST: '2' } }),
      Visitors.arrive(),
    ]);
  });
  afterAll(async () => {
    await visitors?.close();
    await server?.stop();
  });

  const addressOf = (name: string, from?: number, to?: number) => {
    const stay = from === undefined || to === undefined ? '' : `&checkIn=${on(from)}&checkOut=${on(to)}`;
    return `${server.url}/apartments/${idOf(name)}?month=${on(0).slice(0, 7)}&guests=1${stay}`;
  };
  const open = async (address: string, options: BrowserContextOptions = {}): Promise<Page> => {
    const page = await visitors.open(address, options);
    await page.locator('.day[data-state="free"]').first().waitFor();
    return page;
  };
  const hold = async (page: Page) => {
    await page.locator('.chooser > button:enabled').click();
    await page.locator('.hold[data-status="held"]').waitFor();
  };
  const holding = async (name: string, from: number, to: number) => {
    const page = await open(addressOf(name, from, to));
    await hold(page);
    return page;
  };
  const pay = async (page: Page, method: string) => {
    await page.getByLabel('Name').fill('Ana Silva');
    await page.getByLabel('E-mail').fill('ana@example.com');
    await page.getByLabel('Payment').selectOption(method);
    await page.getByRole('button', { name: /Confirm and pay/ }).click();
  };

  it('chooses with the mouse, tells nights and price on the way, and may end on the next arrival', async () => {
    await holding('Ajuda', 10, 12);
    const page = await open(addressOf('Ajuda'));
    await is(page, 10, '[data-state="held"][data-checkout-only]');
    await day(page, 7).click();
    await day(page, 9).hover();
    expect(await line(page)).toMatch(/2 nights, €[\d.]+ in total/);
    await is(page, 8, '[data-part="stay"]');
    await day(page, 11).hover();
    expect(await line(page)).toContain('is held by someone right now');
    await day(page, 11).click({ force: true });
    expect(queryOf(page)).toMatchObject({ checkIn: on(7) });
    await day(page, 10).click();
    expect(queryOf(page)).toMatchObject({ checkIn: on(7), checkOut: on(10) });
    await hold(page);
    await is(page, 9, '[data-state="mine"]');
    await is(page, 10, '[data-state="held"]');
  });

  it('tells before paying until when what is refunded, to the minute, in the apartment’s time', async () => {
    const says = /^(Everything|Half) is refunded until .* 20\d\d at 00:00 .*, (half|nothing) after\.$/;
    const page = await open(addressOf('Lapa', 40, 43));
    await page.locator('.chooser').getByText(says).waitFor();
    await hold(page);
    await page.locator('.hold').getByText(says).waitFor();
    const inTwoDays = localNight('UTC', Date.now()) + 2 - first;
    const close = await holding('Lapa', inTwoDays, inTwoDays + 2);
    await close.locator('.hold').getByText('So close to the arrival half is refunded.').waitFor();
  });

  it('[N2] tells of dates in the address that cannot be, until others are chosen', async () => {
    const page = await open(`${addressOf('Ajuda')}&checkIn=${on(5)}&checkOut=${on(5).slice(0, 8)}32`);
    await page.getByRole('alert').getByText('32” is no day. Choose dates.').waitFor();
    await page.locator('.chooser').getByText('Now choose the day you leave.').waitFor();
    await day(page, 7).click();
    await page.locator('.chooser > button:enabled', { hasText: 'Hold 2 nights' }).waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it('tells the keyboard why a taken day cannot be had, and counts how long it is held', async () => {
    const page = await open(addressOf('Ajuda'));
    await is(page, 10, '[data-state="held"]');
    await day(page, 6).focus();
    // A week on, over the taken days rather than past them.
    for (const _ of [1, 2, 3, 4, 5]) await page.keyboard.press('ArrowRight');
    await day(page, 11).and(page.locator(':focus')).waitFor();
    expect(await day(page, 11).getAttribute('aria-disabled')).toBe('true');
    expect(await day(page, 11).getAttribute('aria-label')).toMatch(/held by someone until \d\d:\d\d/);
    const describedBy = await day(page, 11).getAttribute('aria-describedby');
    const lineId = (await page.locator('.day-line').getAttribute('id')) as string;
    expect(describedBy?.split(' ')).toContain(lineId);
    expect(await line(page)).toMatch(/Held by someone for \d+:\d\d more/);
    await page.keyboard.press('Enter');
    expect(queryOf(page).checkIn).toBe(undefined);
  });

  it('marks what is too short for the shortest stay', async () => {
    await holding('Santos', 5, 8);
    await holding('Santos', 10, 13);
    const page = await open(addressOf('Santos'));
    await is(page, 8, '[data-limit="short"]');
    await is(page, 4, '[data-limit="no-arrival"]');
    await is(page, 13, '[data-state="free"]:not([data-limit])');
    await day(page, 8).hover();
    expect(await line(page)).toContain('stays from here are 3 nights or longer');
    await day(page, 20).click();
    await day(page, 21).hover();
    expect(await line(page)).toContain(`stays from there are 3 nights or longer`);
    // Whoever has a finger and no pointer sees it in the days themselves.
    const mark = (at: number) => day(page, at).locator('.day-mark').getAttribute('data-mark');
    await is(page, 22, '[data-end="short"]');
    await is(page, 23, '[data-end="possible"]');
    expect([await mark(22), await mark(23)]).toEqual(['min 3', 'out']);
    expect(await day(page, 22).getAttribute('aria-label')).toContain('too short to leave: 3 nights at least');
    await page.locator('.chooser').getByText('Stays from there are 3 nights or longer.').waitFor();
  });

  it('keeps focus and choice while others hold, and says so when they were faster', async () => {
    const ana = await open(addressOf('Baixa'));
    await day(ana, 14).focus();
    await ana.keyboard.press('Enter');
    await day(ana, 15).and(ana.locator(':focus')).waitFor();
    const ben = await holding('Baixa', 17, 19);
    await is(ana, 17, '[data-state="held"]');
    await day(ana, 15).and(ana.locator(':focus')).waitFor();
    expect(queryOf(ana)).toMatchObject({ checkIn: on(14) });
    await ana.keyboard.press('ArrowRight');
    await ana.keyboard.press('Enter');
    await ana.locator('.chooser > button:enabled', { hasText: 'Hold 2 nights' }).waitFor();
    // Ben moves his hold over what Ana has chosen: the old one is let go of.
    await day(ben, 14).click();
    await day(ben, 16).click();
    await ben.getByRole('button', { name: 'Move the hold to these 2 nights' }).click();
    await is(ana, 14, '[data-state="held"]');
    await is(ana, 17, '[data-state="free"]');
    const reason = ana.locator('.chooser .reason');
    await reason.getByText('Somebody was faster').waitFor();
    expect(queryOf(ana)).toMatchObject({ checkIn: on(14), checkOut: on(16) });
    expect(await holdButton(ana).isDisabled()).toBe(true);
    await reason.getByRole('button').first().click();
    await ana.locator('.hold[data-status="held"]').waitFor();
    await is(ana, 12, '[data-state="mine"]');
  });

  it('lets somebody who may hold no more release one right there', async () => {
    const ana = await holding('Chiado', 3, 5);
    await ana.goto(addressOf('Estrela', 3, 5));
    await hold(ana);
    await ana.goto(addressOf('Graça', 3, 5));
    await ana.locator('.chooser > button:enabled').click();
    await ana.locator('.refusal[data-code="too_many_holds"]').waitFor();
    await ana.getByRole('button', { name: 'Release the hold of Chiado' }).click();
    await ana.getByText('you can hold this stay now').waitFor();
    await hold(ana);
  });

  it('books by the keyboard alone, through a card that is declined', async () => {
    const ana = await open(addressOf('Lapa', 3, 5));
    await holdButton(ana).focus();
    await ana.keyboard.press('Enter');
    await ana.locator('.hold h2:focus').waitFor();
    await ana.keyboard.press('Tab');
    await ana.keyboard.type('Ana Silva');
    await ana.keyboard.press('Tab');
    await ana.keyboard.type('ana@example.com');
    await ana.keyboard.press('Tab');
    await ana.keyboard.press('ArrowDown');
    await ana.keyboard.press('Tab');
    await ana.keyboard.press('Enter');
    await ana.locator('.refusal[data-code="payment_declined"]').waitFor();
    // The button is where it was, the form as it was, the time in view.
    await ana.locator('.confirm button.primary:focus').waitFor();
    expect(await ana.getByLabel('Name').inputValue()).toBe('Ana Silva');
    expect(await ana.locator('.hold .countdown').isVisible()).toBe(true);
    await ana.keyboard.press('Shift+Tab');
    await ana.keyboard.press('ArrowUp');
    await ana.keyboard.press('Tab');
    await ana.keyboard.press('Enter');
    await ana.waitForURL(BOOKED);
  });

  it("asks back in the bank's name: refused, the form is kept; approved, it is booked", async () => {
    const ana = await holding('Lapa', 8, 10);
    await pay(ana, 'sandbox_action_required');
    const dialog = ana.getByRole('alertdialog', { name: 'Your bank asks you' });
    await dialog.waitFor();
    // Without a connection it says so itself, and asks nothing of the server.
    const { context, complaints } = visitors.of(ana);
    await context.setOffline(true);
    await dialog.getByRole('alert').waitFor();
    expect(await dialog.getByRole('button', { name: 'Approve' }).isDisabled()).toBe(true);
    await context.setOffline(false);
    await dialog.getByRole('alert').waitFor({ state: 'detached' });
    complaints.length = 0;
    // The question stands, whatever more time the house gives.
    const house = createClient({ url: server.url, storage: memoryStorage() });
    unwrap(await house.sessions.signIn(ADMIN));
    const holdId = (await ana.locator('.hold').getAttribute('data-hold')) as string;
    unwrap(await house.management.extendHold({ apartmentId: idOf('Lapa'), holdId, minutes: 30 }));
    house.close();
    const left = () => dialog.getByRole('timer').getAttribute('data-seconds').then(Number);
    await expect.poll(left, { timeout: 15_000 }).toBeGreaterThan(900);
    // Escape is heard by what has the focus.
    await ana.locator('[role="alertdialog"]:focus-within').waitFor();
    await ana.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await ana.getByLabel('E-mail').inputValue()).toBe('ana@example.com');
    await ana.getByRole('button', { name: /Confirm and pay/ }).click();
    await dialog.getByRole('button', { name: 'Approve' }).click();
    await ana.waitForURL(BOOKED);
  });

  it('goes on paying over a reload', async () => {
    const ana = await holding('Lapa', 17, 19);
    // Not answered before the payment's deadline, in two minutes: nothing ends it meanwhile.
    await pay(ana, 'sandbox_down');
    await ana.locator('.hold[data-phase="paying"][data-status="confirming"]').waitFor();
    await ana.reload();
    await ana.locator('.hold[data-phase="paying"][data-status="confirming"]').waitFor();
    expect(await ana.getByRole('button', { name: 'Release' }).count()).toBe(0);
  });

  it('has price and the next step at the foot of a phone, until the place of that step is in view', async () => {
    const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
    const page = await open(addressOf('Estrela', 8, 10), phone);
    const bar = page.locator('.stay-bar');
    await bar.getByText(/€\d+\.\d\d 2 nights/).waitFor();
    await holdButton(page).scrollIntoViewIfNeeded();
    await bar.waitFor({ state: 'hidden' });
    await page.evaluate('scrollTo(0, 0)');
    await bar.getByRole('button', { name: 'Hold' }).tap();
    // The hold has the focus now, and comes into view with it.
    await page.locator('.hold h2:focus').waitFor();
    await bar.waitFor({ state: 'hidden' });
    await page.evaluate('scrollTo(0, 0)');
    await bar.getByText(/Held for you until/).waitFor();
    await bar.getByRole('link', { name: 'Book' }).tap();
    await page.locator('.hold').waitFor();
    await bar.waitFor({ state: 'hidden' });
  });

  it('keeps what a host has written: its paragraphs, its direction, and a word without an end in the page', async () => {
    const house = createClient({ url: server.url, storage: memoryStorage() });
    unwrap(await house.sessions.signIn(ADMIN));
    const name = `בית ${'מ'.repeat(90)}`;
    const description = `The first.\n\n${'x'.repeat(300)}\nThe second goes on.`;
    unwrap(
      await house.management.changeApartment({
        apartmentId: idOf('Alvalade'),
        change: { name, description },
      }),
    );
    house.close();
    const page = await open(addressOf('Alvalade', 5, 7), { viewport: { width: 390, height: 844 } });
    await page.locator('h1 bdi', { hasText: name }).waitFor();
    expect(await page.locator('.about p[dir="auto"]').allInnerTexts()).toEqual([
      'The first.',
      `${'x'.repeat(300)}\nThe second goes on.`,
    ]);
    const width = () => page.evaluate('document.documentElement.scrollWidth');
    expect(await width()).toBe(390);
    await hold(page);
    await page.goto(`${server.url}/stays`);
    await page.locator('.row h3 bdi', { hasText: name }).waitFor();
    expect(await width()).toBe(390);
    await page.getByRole('button', { name: `Release \u2068${name}\u2069` }).waitFor();
  });

  it('says why nobody can arrive on the day that an address says', async () => {
    await holding('Estrela', 20, 22);
    const page = await open(`${addressOf('Estrela')}&checkIn=${on(20)}`);
    await page.locator('.chooser .reason').getByText('is held by someone right now').waitFor();
  });

  it('leads every device to the booking', async () => {
    const ana = await holding('Lapa', 13, 15);
    const tab = await ana.context().newPage();
    await tab.goto(addressOf('Lapa'));
    await tab.locator('.hold[data-phase="held"]').waitFor();
    await pay(ana, 'sandbox_slow');
    await Promise.all([ana.waitForURL(BOOKED), tab.waitForURL(BOOKED)]);
  });

  it('is offline with everything kept, offers nothing then, and is right again by itself', async () => {
    const ana = await open(addressOf('Mouraria', 3, 5));
    const { context, complaints } = visitors.of(ana);
    await hold(ana);
    await ana.getByLabel('Name').fill('Ana Silva');
    await day(ana, 20).click();
    await context.setOffline(true);
    await ana.locator('.calendar[data-live="false"]').waitFor();
    await ana.locator('.pill[data-state="offline"]').waitFor();
    expect(await ana.getByRole('button', { name: /Confirm and pay/ }).isDisabled()).toBe(true);
    expect(await ana.getByRole('button', { name: 'Release' }).isDisabled()).toBe(true);
    const dates = ana.getByRole('button', { name: /^Dates/ });
    const missing = ana.locator('.dates .notice');
    await dates.click();
    await missing.waitFor();
    expect(await ana.locator('.hold .countdown').isVisible()).toBe(true);
    await holding('Mouraria', 22, 24);
    await context.setOffline(false);
    await is(ana, 22, '[data-state="held"]');
    await ana.locator('.calendar[data-live="true"]').waitFor();
    expect(await ana.getByLabel('Name').inputValue()).toBe('Ana Silva');
    await missing.waitFor({ state: 'detached' });
    await dates.click();
    await ana.getByRole('dialog', { name: 'Calendar' }).waitFor();
    await ana.keyboard.press('Escape');
    expect(queryOf(ana)).toMatchObject({ checkIn: on(20) });
    await day(ana, 22).click();
    await ana.locator('.chooser > button:enabled', { hasText: 'Move the hold' }).waitFor();
    // What failed while the network was cut is no complaint.
    complaints.length = 0;
  });

  it('speaks German, with its weeks, dates and amounts', async () => {
    const ana = await open(addressOf('Rossio', 3, 5), { locale: 'de-DE' });
    await ana.getByRole('heading', { name: 'Hausregeln' }).waitFor();
    expect(await day(ana, 3).getAttribute('aria-label')).toContain('Ihre Anreise');
    await ana.getByRole('button', { name: '2 Nächte reservieren' }).click();
    await ana.getByRole('button', { name: 'Mehr Zeit' }).click();
    await ana.getByText('Sie haben mehr Zeit: bis').waitFor();
    await ana.getByRole('button', { name: /Verbindlich buchen und .*\d,\d\d\s€ zahlen/ }).waitFor();
    await ana.getByRole('button', { name: 'Freigeben' }).click();
    await ana.locator('.hold').waitFor({ state: 'detached' });
    await ana.locator('.chooser h2:focus').waitFor();
  });

  it('ran under its security policy without a complaint', () => {
    expect(visitors.complaints).toEqual([]);
  });
});
