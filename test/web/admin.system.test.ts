/** The admin's pages in Chromium against the real server: feed, figures, servers, and the history of an apartment. */
import type { Page, Request } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Client, createClient, memoryStorage, unwrap } from '../../src/client/index.ts';
import { localNight } from '../../src/protocol/local-day.ts';
import { dateOf } from '../../src/protocol/nights.ts';
import { signIn, Visitors } from '../support/browser.ts';
import { ADMIN, type RunningServer, startServer } from '../support/server.ts';

const NAMES = ['Casa Azul', 'Casa Verde', 'Casa Branca', 'Casa Rosa', 'Casa Nova', 'Casa Velha'];
const listings = NAMES.map((name, i) => ({
  id: i + 1,
  name,
  city: i < 3 ? 'Porto' : 'Lisboa',
  price: 80 + i,
}));

const today = localNight('UTC', Date.now());
const stay = (ahead: number, nights = 3) => ({
  checkIn: dateOf(today + ahead),
  checkOut: dateOf(today + ahead + nights),
});
const idOf = (id: number) => `airbnb-${id}`;
const historyOf = (id: number, query = '') => `/admin/apartments/${idOf(id)}${query}`;
const feedRow = (page: Page, cause: string, id: number) =>
  page.locator(`.feed article[data-cause="${cause}"][data-apartment="${idOf(id)}"]`);
const past = (page: Page, date: string, state: string) =>
  page.locator(`.past-day[data-date="${date}"][data-state="${state}"]:not([data-outside-month])`);
/** As a date is typed, by its parts. */
const typed = (date: string) => date.split('-').reverse().join('');
const guestsSeconds = (page: Page) =>
  page.locator('.hold .countdown').getAttribute('data-seconds').then(Number);

describe("the admin's pages", () => {
  let server: RunningServer;
  let visitors: Visitors;
  let admin: Page;
  /** A guest without a browser, for what another one's browser shows. */
  let guest: Client;

  beforeAll(async () => {
    [server, visitors] = await Promise.all([
      startServer({ listings, holdTtlSeconds: 600 }),
      Visitors.arrive(),
    ]);
    guest = createClient({ url: server.url, storage: memoryStorage() });
    admin = await open('/admin');
    await signIn(admin, ADMIN);
    await admin.locator('[data-tile]').first().waitFor();
  });
  // A guest may hold so many stays and no more.
  afterEach(async () => {
    for (const { id: holdId, apartmentId } of unwrap(await guest.mine()).holds) {
      await guest.release({ apartmentId, holdId });
    }
  });
  afterAll(async () => {
    guest?.close();
    await visitors?.close();
    await server?.stop();
  });

  const open = (address: string) => visitors.open(server.url + address);
  async function go(address: string): Promise<void> {
    await admin.goto(server.url + address);
  }
  /** To the live page, with its feed open. */
  async function watchHouse(): Promise<void> {
    await go('/admin');
    await admin.locator('[data-tile="sockets"] strong', { hasText: /\d/ }).waitFor();
  }
  async function held(id: number, ahead: number, nights = 3) {
    return unwrap(await guest.hold({ apartmentId: idOf(id), ...stay(ahead, nights), guests: 1 })).hold;
  }
  async function booked(id: number, ahead: number, nights = 3) {
    const { id: holdId, apartmentId } = await held(id, ahead, nights);
    const paid = await guest.confirm({
      apartmentId,
      holdId,
      guest: { name: 'Ana Silva', email: 'ana@example.com' },
      payment: { method: 'sandbox_ok' },
    });
    return unwrap(paid).booking;
  }

  it('shows what happens as it happens, and leads from it to the apartment as of then', async () => {
    await watchHouse();
    const { checkIn } = await booked(6, 10);
    await feedRow(admin, 'held', 6).waitFor();
    await feedRow(admin, 'confirmed', 6).waitFor();
    await feedRow(admin, 'held', 6).getByRole('link', { name: 'Casa Velha' }).click();
    await admin.waitForURL(/\/admin\/apartments\/airbnb-6\?version=1$/);
    await past(admin, checkIn, 'held').waitFor();
    await admin.locator('.fact-now', { hasText: /^.*Held by acc_/ }).waitFor();
  });

  it('keeps the feed still while it is paused, counts what comes, and shows it afterwards', async () => {
    await watchHouse();
    await held(1, 20);
    await feedRow(admin, 'held', 1).waitFor();
    await admin.getByRole('button', { name: 'Pause' }).click();
    await held(2, 20);
    await held(3, 20);
    await admin.locator('.feed-waiting', { hasText: '2 new events wait' }).waitFor();
    expect(await feedRow(admin, 'held', 2).count()).toBe(0);
    await admin.getByRole('button', { name: 'Go on' }).click();
    await feedRow(admin, 'held', 2).waitFor();
    await feedRow(admin, 'held', 3).waitFor();
    expect(await admin.locator('.feed article').first().getAttribute('data-apartment')).toBe(idOf(3));
  });

  it('filters the feed by what happened and by place, and is gone through with the keyboard', async () => {
    await watchHouse();
    await held(1, 30);
    await booked(4, 30);
    await feedRow(admin, 'confirmed', 4).waitFor();
    await admin.getByRole('button', { name: 'Filter' }).click();
    await admin.getByRole('button', { name: 'held', exact: true }).click();
    await feedRow(admin, 'confirmed', 4).waitFor({ state: 'detached' });
    await admin.getByLabel('Apartment or city').fill('lisb');
    await feedRow(admin, 'held', 1).waitFor({ state: 'detached' });
    await feedRow(admin, 'held', 4).waitFor();
    await admin.getByRole('button', { name: 'Show everything' }).click();
    await feedRow(admin, 'confirmed', 4).waitFor();

    const rows = admin.locator('.feed article');
    await rows.first().focus();
    await admin.keyboard.press('ArrowDown');
    await admin.keyboard.press('End');
    await rows.last().and(admin.locator(':focus')).waitFor();
    await admin.keyboard.press('Tab');
    await admin.keyboard.press('Enter');
    await admin.waitForURL(/\/admin\/apartments\/airbnb-\d\?version=\d+$/);
  });

  it('shows a booking that was just made in the figures, with its values as a table', async () => {
    await go('/admin/figures');
    const bookings = admin.locator('[data-figure="bookings"]');
    const value = async () => Number((await bookings.locator('.figure-value strong').textContent()) ?? '');
    // What is far below is drawn once it is nearly in view.
    await bookings.scrollIntoViewIfNeeded();
    await bookings.locator('canvas').waitFor();
    const before = await value();
    await booked(5, 40, 4);
    // At once where the page hears of it; one that has only just begun to listen asks again after 20 s.
    await expect.poll(value, { timeout: 40_000 }).toBe(before + 1);
    await admin.locator('[data-figure="adr"] .figure-value strong', { hasText: /^€\d/ }).waitFor();
    await admin.locator('[data-figure="holds-open"]').scrollIntoViewIfNeeded();
    await admin.locator('[data-figure="holds-open"] canvas').waitFor();
    await admin.locator('[data-figure="occupancy"]').scrollIntoViewIfNeeded();
    await admin.getByRole('button', { name: 'Occupancy: values as a table' }).click();
    expect(
      await admin.getByRole('region', { name: 'Occupancy: values as a table' }).locator('tbody tr').count(),
    ).toBe(30);
    await admin.getByRole('button', { name: /Next 30 days/ }).click();
    await admin.getByRole('option', { name: 'Last 7 days' }).click();
    await admin.waitForURL(/period=last-7/);
  });

  it('takes a period as it is typed, also where it begins after the end of the one before', async () => {
    await go('/admin/figures?from=2026-01-01&to=2026-01-08');
    const days = admin.getByRole('group', { name: 'Days' }).first();
    await days.getByRole('spinbutton').first().click();
    await admin.keyboard.type(typed('2027-11-20') + typed('2027-12-01'));
    await admin.waitForURL(/from=2027-11-20&to=2027-12-02$/);
  });

  it('shows the servers, what state they are in, and how fast they write', async () => {
    await go('/admin/servers');
    const node = admin.locator('[data-node]');
    await node.first().waitFor();
    expect(await node.count()).toBe(1);
    expect(await node.textContent()).toContain('256 of 256');
    expect(await node.textContent()).toContain('Serves its shards');
    await admin.locator('[data-figure="commit"]').scrollIntoViewIfNeeded();
    await admin.locator('[data-figure="commit"] canvas').waitFor();
  });

  it('shows the calendar before and after each fact, by the slider and the keyboard alone', async () => {
    const { checkIn } = await booked(2, 60);
    await go(historyOf(2));
    await past(admin, checkIn, 'booked').waitFor();
    const slider = admin.getByRole('slider', { name: 'As of version' });
    const latest = Number(await slider.inputValue());
    await slider.focus();
    // Back to the hold behind the booking, and to the time before it.
    for (let back = 0; back < 3; back++) await admin.keyboard.press('ArrowLeft');
    await admin.waitForURL(new RegExp(`version=${latest - 3}$`));
    await past(admin, checkIn, 'held').waitFor();
    await admin.locator('.what-changed', { hasText: 'free → held' }).waitFor();
    expect(await past(admin, checkIn, 'held').getAttribute('data-changed')).toBe('true');
    await admin.keyboard.press('ArrowLeft');
    await past(admin, checkIn, 'free').waitFor();
    // It stays where it is whatever happens, and says how far there is to go.
    await held(2, 90);
    await admin.locator('.version-slider output', { hasText: `${latest - 4} of ${latest + 1}` }).waitFor();
    await admin.keyboard.press('End');
    await admin.waitForURL(/airbnb-2$/);
    await admin
      .locator(`tr[data-version="${latest + 1}"][aria-selected="true"]`, { hasText: 'Held by' })
      .waitFor();
    // At the end it moves on.
    const { id: holdId, apartmentId } = await held(2, 100);
    await admin.locator(`.fact-now[data-version="${latest + 2}"]`).waitFor();
    unwrap(await guest.release({ apartmentId, holdId }));
    await admin.locator('.fact-now', { hasText: 'Given back' }).waitFor();
    // Whoever walks through the calendar is not taken to what has changed.
    await past(admin, dateOf(today + 100), 'free').focus();
    await held(2, 130);
    await admin.locator('.what-changed', { hasText: 'free → held' }).waitFor();
    await admin.keyboard.press('ArrowRight');
    await past(admin, dateOf(today + 101), 'free')
      .and(admin.locator(':focus'))
      .waitFor();
  });

  it('takes nobody back to an instant whose answer comes when they have left', async () => {
    await admin.route(/\/journal\?at=/, () => {});
    const isIt = (request: Request) => request.url().includes('/journal?at=');
    const wanted = admin.waitForEvent('request', isIt);
    await go(`${historyOf(3)}?at=${encodeURIComponent(new Date().toISOString())}`);
    await wanted;
    const givenUp = admin.waitForEvent('requestfailed', isIt);
    await admin.getByRole('link', { name: 'Servers' }).click();
    await givenUp;
    await admin.unroute(/\/journal\?at=/);
  });

  it('says why a stay was refused at some instant', async () => {
    const taken = await booked(3, 70);
    await go(`${historyOf(3)}?at=${encodeURIComponent(new Date(Date.now() + 1_000).toISOString())}`);
    await admin.waitForURL(/\?version=\d+$|airbnb-3$/);
    const why = admin.getByRole('region', { name: 'Why was this refused?' });
    const dates = why.getByRole('group', { name: 'Stay, arrival to departure' });
    await dates.getByRole('spinbutton').first().click();
    await admin.keyboard.type(typed(taken.checkIn) + typed(taken.checkOut));
    await why.getByRole('button', { name: 'Look' }).click();
    await why.locator('li[data-reason="booked"]').waitFor();
    expect(await why.locator('.why-answer').textContent()).toContain('House rules are those of now');
  });

  it("ends and lengthens a guest's hold, which the guest sees at once", async () => {
    const wanted = stay(80);
    const ana = await open(
      `/apartments/${idOf(1)}?checkIn=${wanted.checkIn}&checkOut=${wanted.checkOut}&guests=1`,
    );
    await ana.locator('.chooser button.primary:enabled').click();
    await ana.locator('.hold .countdown').waitFor();
    await go(historyOf(1));
    const hold = admin.locator('.open-holds li').last();
    await hold.getByRole('button', { name: 'Lengthen' }).click();
    const dialog = admin.getByRole('alertdialog');
    await dialog.getByRole('textbox', { name: 'Minutes from now' }).fill('30');
    await admin.keyboard.press('Tab');
    await dialog.getByRole('button', { name: 'Give 30 minutes' }).click();
    await expect.poll(() => guestsSeconds(ana)).toBeGreaterThan(29 * 60);
    await admin.locator('.fact-now', { hasText: 'lengthened until' }).waitFor();

    await hold.getByRole('button', { name: 'End this hold' }).click();
    expect(await dialog.textContent()).toContain('has ended');
    await dialog.getByRole('button', { name: 'End this hold' }).click();
    await ana.locator('.hold .countdown').waitFor({ state: 'detached' });
    await admin.locator('.fact-now', { hasText: 'ended by the house' }).waitFor();
  });

  it('says that figures are old while the connection is away', async () => {
    await go('/admin/servers');
    await admin.locator('[data-node]').waitFor();
    const { context, complaints } = visitors.of(admin);
    const complained = complaints.length;
    await context.setOffline(true);
    await admin.locator('.notice.stale').waitFor();
    await context.setOffline(false);
    await admin.locator('.notice.stale').waitFor({ state: 'detached' });
    // What failed while the network was cut is no complaint.
    complaints.length = complained;
  });

  it('ran under its security policy without a complaint', () => {
    expect(visitors.complaints).toEqual([]);
  });
});
