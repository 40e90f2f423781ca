/** My stays and the page of one booking, in Chromium against the real server, on two devices of one guest. */
import { text as textOf } from 'node:stream/consumers';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Booking, type Client, createClient, memoryStorage, unwrap } from '../../src/client/index.ts';
import { localNight } from '../../src/protocol/local-day.ts';
import { dateOf } from '../../src/protocol/nights.ts';
import { signIn, Visitors } from '../support/browser.ts';
import { type RunningServer, startServer } from '../support/server.ts';

const names = ['Casa Azul', 'Casa Verde', 'Casa Branca'];
const listings = names.map((name, i) => ({ id: i + 1, name, city: 'Porto', price: 100 }));
const ANA = { email: 'ana@example.com', password: 'a password of a guest' } as const;

const today = localNight('UTC', Date.now());
const stay = (ahead: number, nights = 3) => ({
  checkIn: dateOf(today + ahead),
  checkOut: dateOf(today + ahead + nights),
});

describe('my stays', () => {
  let server: RunningServer;
  let visitors: Visitors;
  /** Ana's other device: what it does, the browser sees. */
  let device: Client;
  let ana: Page;
  beforeAll(async () => {
    [server, visitors] = await Promise.all([
      startServer({ listings, holdTtlSeconds: 310 }),
      Visitors.arrive(),
    ]);
    device = createClient({ url: server.url, storage: memoryStorage() });
    unwrap(await device.sessions.signUp({ ...ANA, name: 'Ana Silva' }));
    ana = await signedIn('/stays');
  });
  afterAll(async () => {
    device?.close();
    await visitors?.close();
    await server?.stop();
  });
  const open = (address: string) => visitors.open(server.url + address);
  const signedIn = async (next: string): Promise<Page> => {
    const page = await open(`/sign-in?next=${encodeURIComponent(next)}`);
    await signIn(page, ANA);
    await page.waitForURL(server.url + next);
    return page;
  };
  const hold = async (id: number, ahead: number) =>
    unwrap(await device.hold({ apartmentId: `airbnb-${id}`, ...stay(ahead), guests: 2 })).hold;
  const book = async (id: number, ahead: number): Promise<Booking> => {
    const { id: holdId, apartmentId } = await hold(id, ahead);
    const guest = { name: 'Ana Silva', email: ANA.email };
    return unwrap(await device.confirm({ apartmentId, holdId, guest, payment: { method: 'sandbox_ok' } }))
      .booking;
  };
  const row = (page: Page, what: 'hold' | 'booking', id: string) =>
    page.locator(`.row[data-${what}="${id}"]`);
  const focused = (page: Page) => page.evaluate('document.activeElement.textContent');
  const said = (page: Page) => page.locator('#announcer');

  it('shows a hold made on another device as it is made, and releases it with a click', async () => {
    await ana.getByText('Nothing held, nothing booked').waitFor();
    const { id } = await hold(1, 40);
    await row(ana, 'hold', id).waitFor();
    await row(ana, 'hold', id).getByRole('link', { name: 'Casa Azul', exact: true }).waitFor();
    expect(
      Number(await row(ana, 'hold', id).getByRole('timer').getAttribute('data-seconds')),
    ).toBeGreaterThan(250);
    // While it is released the button keeps the focus; the answer cannot come in the same turn.
    const isFocusKept = ana.evaluate(`(async () => {
      const release = document.querySelector('.row[data-hold="${id}"] .row-actions button');
      release.click();
      await null;
      return release.matches('[aria-disabled=true]:enabled');
    })()`);
    expect(await isFocusKept).toBe(true);
    await row(ana, 'hold', id).waitFor({ state: 'detached' });
    expect(unwrap(await device.mine()).holds).toEqual([]);
    expect(await said(ana).textContent()).toContain('Casa Azul is released.');
  });

  it('releases a hold with the keyboard alone, and does not lose the focus with it', async () => {
    const [first, second] = [await hold(1, 40), await hold(2, 40)];
    await row(ana, 'hold', first.id).waitFor();
    await row(ana, 'hold', second.id).getByRole('link', { name: 'Book Casa Verde' }).focus();
    await ana.keyboard.press('Tab');
    await ana.keyboard.press('Enter');
    await row(ana, 'hold', second.id).waitFor({ state: 'detached' });
    await expect.poll(() => focused(ana)).toBe('My stays');
    await device.release({ apartmentId: first.apartmentId, holdId: first.id });
    await row(ana, 'hold', first.id).waitFor({ state: 'detached' });
  });

  it('has the e-mail address of who is signed in written where they pay', async () => {
    const { id, apartmentId } = await hold(1, 40);
    const paying = await signedIn(`/apartments/${apartmentId}`);
    await paying.locator('.hold[data-status="held"]').waitFor();
    expect(await paying.getByLabel('E-mail').inputValue()).toBe(ANA.email);
    await device.release({ apartmentId, holdId: id });
  });

  it('says what a cancellation gives back before it is made; one device cancels, the other sees it', async () => {
    // Moderate: everything until 5 days before, half after.
    const [late, early] = [await book(1, 3), await book(2, 60)];
    const second = await signedIn('/stays');
    await row(second, 'booking', early.id).waitFor();
    await row(ana, 'booking', late.id).getByRole('button', { name: 'Cancel Casa Azul' }).click();
    const dialog = ana.getByRole('alertdialog', { name: 'Cancel this stay?' });
    await dialog.getByText('You get back €150.00 of the €300.00 that you paid.').waitFor();
    // All but the dialog is out of reach now; what is announced is still heard.
    expect(await ana.evaluate(`document.getElementById('root').inert`)).toBe(true);
    const heard = '#announcer:not([inert], [inert] *, [aria-hidden="true"])';
    expect(await ana.locator(heard).count()).toBe(1);
    await ana.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await row(ana, 'booking', late.id).getAttribute('data-status')).toBe('confirmed');

    await row(ana, 'booking', early.id).getByRole('button', { name: 'Cancel Casa Verde' }).focus();
    await ana.keyboard.press('Enter');
    await dialog.getByText('You get everything back: €300.00.').waitFor();
    expect(await focused(ana)).toBe('Keep it');
    await ana.keyboard.press('Shift+Tab');
    await ana.keyboard.press('Enter');
    for (const page of [ana, second]) {
      await page.locator(`.row[data-booking="${early.id}"][data-status="cancelled"]`).waitFor();
      expect(await row(page, 'booking', early.id).textContent()).toContain('€300.00 refunded');
    }
    expect(await said(ana).textContent()).toContain('€300.00 refunded');
    await second.reload();
    await second.getByRole('heading', { name: 'Cancelled' }).waitFor();
    await row(second, 'booking', early.id).waitFor();
  });

  it('confirms a new booking with everything about it, as a file for calendars too', async () => {
    const booking = await book(3, 80);
    const page = await signedIn(`/bookings/${booking.id}?new=1`);
    await page.getByText('Your stay is booked').waitFor();
    await page.getByRole('heading', { name: 'Casa Branca' }).waitFor();
    const text = await page.locator('.booking').innerText();
    expect(text).toContain(booking.id);
    expect(text).toContain('Ana Silva, 2 guests');
    expect(text).toContain('€300.00');
    expect(text).toContain('Europe/Lisbon');
    expect(text).toMatch(/Everything is refunded until .* 00:00 .*half after/);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Add to my calendar' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe(`nightlatch-${booking.checkIn}.ics`);
    const file = await textOf(await download.createReadStream());
    expect(file).toContain(`DTSTART;VALUE=DATE:${booking.checkIn.replaceAll('-', '')}`);
    expect(file.replaceAll(/\r\n /g, '')).toContain(`${server.url}/bookings/${booking.id}`);

    await page.goto(`${server.url}/bookings/${booking.id}`);
    await page.locator('.booking[data-status="confirmed"]').waitFor();
    expect(await page.getByText('Your stay is booked').count()).toBe(0);
    unwrap(await device.cancel({ apartmentId: booking.apartmentId, bookingId: booking.id }));
    await page.locator('.booking[data-status="cancelled"]').waitFor();
    expect(await page.getByRole('button', { name: /Cancel/ }).count()).toBe(0);
    await page.reload();
    await page.getByText('Cancelled · €300.00 refunded').waitFor();
  });

  it('cancels on the page of a booking, where Escape closes nothing that is being done', async () => {
    const { id, apartmentId } = await book(3, 140);
    const page = await signedIn(`/bookings/${id}`);
    const { context, complaints } = visitors.of(page);
    const save = page.getByRole('button', { name: 'Add to my calendar' });
    await save.waitFor();
    await context.setOffline(true);
    await save.click();
    await page.locator('.booking-actions .notice').waitFor();
    await context.setOffline(false);
    await page.locator('.booking-actions .notice').waitFor({ state: 'detached' });
    complaints.length = 0;

    await page.getByRole('button', { name: 'Cancel Casa Branca' }).click();
    await page.getByRole('alertdialog').waitFor();
    // In one turn, so before any answer.
    const isStillThere = page.evaluate(`(async () => {
      const [act] = document.querySelectorAll('[role=alertdialog] .actions button');
      act.focus();
      act.click();
      await null;
      const isFocusKept = act.matches('[aria-disabled=true]:enabled');
      act.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true }));
      await null;
      return isFocusKept && document.querySelector('[role=alertdialog]') !== null;
    })()`);
    expect(await isStillThere).toBe(true);
    await page.locator('.booking[data-status="cancelled"]').waitFor();
    await page.getByRole('heading', { name: 'Casa Branca' }).and(page.locator(':focus')).waitFor();
    expect(await said(page).textContent()).toContain('The stay is cancelled: €300.00 refunded.');

    // What was typed for a payment goes with who typed it.
    await page.goto(
      `${server.url}/apartments/${apartmentId}?checkIn=${stay(140).checkIn}&checkOut=${stay(140).checkOut}`,
    );
    await page.locator('.chooser > button:enabled').click();
    await page.getByLabel('Name').fill('Ana Silva');
    const kept = () => page.evaluate(`sessionStorage.getItem('nightlatch.confirm')`);
    expect(await kept()).toContain('Ana Silva');
    await page.getByRole('button', { name: 'Release' }).click();
    await page.locator('.hold').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('link', { name: 'Sign in' }).waitFor();
    expect(await kept()).toBe(null);
  });

  it("shows nobody else's booking, and the way to sign in", async () => {
    const booking = await book(3, 100);
    const page = await open(`/bookings/${booking.id}`);
    await page.getByRole('heading', { name: 'No such booking' }).waitFor();
    await page.getByRole('main').getByRole('link', { name: 'Sign in' }).click();
    await page.waitForURL(/sign-in\?next=/);
    await signIn(page, { ...ANA, password: 'not the password of hers' });
    await page.locator('.refusal[data-code="unauthenticated"]').waitFor();
    await page.locator('form.sign-in button[type="submit"]:focus').waitFor();
  });

  it('tells a screen reader what is held when 5 minutes are left, and nothing before', async () => {
    const page = await signedIn('/stays');
    // Drawn before the hold's time runs.
    await page.locator('.row[data-booking]').first().waitFor();
    const { id, apartmentId } = await hold(1, 120);
    await row(page, 'hold', id).getByRole('timer').waitFor();
    expect(await said(page).textContent()).toBe('');
    await expect.poll(() => said(page).textContent(), { timeout: 20_000 }).toBe('Casa Azul: 5 minutes left.');
    await device.release({ apartmentId, holdId: id });
  });

  it('speaks German where the browser does', async () => {
    const page = await visitors.open(`${server.url}/stays`, { locale: 'de-DE' });
    await page.getByRole('heading', { name: 'Nichts reserviert, nichts gebucht' }).waitFor();
    await page.goto(`${server.url}/bookings/none`);
    await page.getByRole('heading', { name: 'Diese Buchung gibt es nicht' }).waitFor();
  });

  it('ran under its security policy without a complaint', () => {
    expect(visitors.complaints.filter((text) => !/status of (401|404)/.test(text))).toEqual([]);
  });
});
