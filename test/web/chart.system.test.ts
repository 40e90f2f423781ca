/** The tape chart in Chromium: what guests do shows, who it was is told, nights are closed and opened again. */
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { localNight } from '../../src/protocol/local-day.ts';
import { dateOf } from '../../src/protocol/nights.ts';
import { type Person, person, signIn, theChromium } from '../support/browser.ts';
import { ADMIN, type RunningServer, startServer } from '../support/server.ts';

const ROWS = 500;
const listings = Array.from({ length: ROWS }, (_, i) => ({
  id: i + 1,
  name: `Casa ${String(i + 1).padStart(3, '0')}`,
  city: i < 20 ? 'Porto' : 'Sintra',
  price: 80,
}));
const today = localNight('UTC', Date.now());
const day = (ahead: number) => dateOf(today + ahead);

let server: RunningServer;
let browser: Browser;
let admin: Person;
let page: Page;
beforeAll(async () => {
  [server, browser] = await Promise.all([startServer({ listings }), theChromium()]);
  admin = await person(browser);
  page = admin.page;
  await page.goto(`${server.url}/admin`);
  await signIn(page, ADMIN);
  await page.locator('.chart-row').first().waitFor();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const row = (id: number): Locator => page.locator(`.chart-row[data-apartment="airbnb-${id}"]`);
const bar = (id: number, ahead: number, state: string): Locator =>
  row(id).locator(`.chart-bar[data-from="${today + ahead}"][data-state="${state}"]`);
const cursor = (): Locator => page.locator('.chart-cursor');
const dialog = (): Locator => page.getByRole('dialog');
const count = (kind: string, ahead: number): Locator =>
  page.locator(`.chart-total[data-kind="${kind}"] .chart-count[data-night="${today + ahead}"]`);

/** A guest without an account holds nights. @returns the guest's id */
async function guestHolds(id: number, ahead: number, nights: number): Promise<string> {
  const post = async (path: string, token?: string, body?: unknown) => {
    const response = await fetch(`${server.url}/v1/${path}`, {
      method: 'POST',
      headers: {
        ...(token === undefined
          ? {}
          : { authorization: `Bearer ${token}`, 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect(response.ok, await response.clone().text()).toBe(true);
    return (await response.json()) as { accessToken: string; subject: { id: string } };
  };
  const guest = await post('sessions/guest');
  await post(`apartments/airbnb-${id}/holds`, guest.accessToken, {
    checkIn: day(ahead),
    checkOut: day(ahead + nights),
    guests: 1,
  });
  return guest.subject.id;
}

/** Puts the cursor on the first row shown, so many nights after today. */
async function cursorTo(ahead: number): Promise<void> {
  await cursor().focus();
  await page.keyboard.press('Control+Home');
  const weeks = Math.floor((ahead + 14) / 7);
  for (let i = 0; i < weeks; i++) await page.keyboard.press('Control+ArrowRight');
  for (let i = weeks * 7; i < ahead + 14; i++) await page.keyboard.press('ArrowRight');
}

const focusedName = () => page.evaluate('document.activeElement?.getAttribute("aria-label")');

it('shows a hold as it is placed, marks it, counts it, and tells who and until when on hover and on focus', async () => {
  await cursorTo(3);
  const guestId = await guestHolds(1, 5, 2);
  await row(1).locator('.chart-mark[data-cause="held"][data-flash]').waitFor({ state: 'attached' });
  await count('held', 5).getByText('1', { exact: true }).waitFor();
  expect(await count('free', 5).textContent()).toBe(String(ROWS - 1));
  // Live changes leave the focus where it is.
  expect(await focusedName()).toMatch(/, free$/);

  await bar(1, 5, 'held').hover();
  const tooltip = page.getByRole('tooltip');
  await tooltip.getByText(`Guest …${guestId.slice(-6)}`).waitFor();
  await tooltip.getByText(/\d+:\d\d left/).waitFor();
  await tooltip.getByText(/^\d+ \w+ \d{4}, \d\d:\d\d:\d\d$/).waitFor();

  await page.mouse.move(0, 0);
  await tooltip.waitFor({ state: 'detached' });
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  expect(await focusedName()).toMatch(/held, .* – .*, 2 nights, changed at [\d:]+: held$/);
  await tooltip.getByText(`Guest …${guestId.slice(-6)}`).waitFor();
  const described = await cursor().getAttribute('aria-describedby');
  expect(await tooltip.locator(`[id="${described}"]`).count()).toBe(1);
});

it('closes nights by keyboard and opens them again, with the reason told', async () => {
  await cursorTo(10);
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  expect(await focusedName()).toContain('3 nights chosen');
  await page.keyboard.press('Enter');
  await dialog().getByLabel('Reason').waitFor();
  await page.keyboard.type('Painting');
  await page.keyboard.press('Enter');
  await bar(1, 10, 'blocked').waitFor({ state: 'attached' });
  await dialog().waitFor({ state: 'detached' });
  await cursor().and(page.locator(':focus')).waitFor();
  expect(await focusedName()).toContain('closed');
  await page.keyboard.press('Enter');
  await dialog().getByText('Painting').waitFor();
  await dialog()
    .getByRole('button', { name: /^Open .* again$/ })
    .press('Enter');
  await bar(1, 10, 'blocked').waitFor({ state: 'detached' });
});

it('closes nights by dragging over them and opens them by a click', async () => {
  await page.mouse.move(0, 0);
  await page.getByRole('button', { name: 'Today' }).click();
  const box = (await count('free', 12).boundingBox()) as { x: number; width: number };
  const line = (await row(3).boundingBox()) as { y: number; height: number };
  const middle = line.y + line.height / 2;
  const x = (nights: number) => box.x + (nights + 0.5) * box.width;
  await page.mouse.move(x(0), middle);
  await page.mouse.down();
  await page.mouse.move(x(2), middle, { steps: 4 });
  await page.mouse.up();
  await dialog().getByRole('button', { name: 'Close nights' }).click();
  await bar(3, 12, 'blocked').waitFor();
  expect(await bar(3, 12, 'blocked').getAttribute('aria-colspan')).toBe('3');
  await bar(3, 12, 'blocked').click();
  await dialog()
    .getByRole('button', { name: /^Open .* again$/ })
    .click();
  await bar(3, 12, 'blocked').waitFor({ state: 'detached' });
});

it('chooses several nights by touch: the first and the last', async () => {
  const box = (await count('free', 12).boundingBox()) as { x: number; width: number };
  const line = (await row(4).boundingBox()) as { y: number; height: number };
  const tap = (nights: number) => {
    const [x, y] = [box.x + (nights + 0.5) * box.width, line.y + line.height / 2];
    const how = JSON.stringify({ bubbles: true, pointerType: 'touch', clientX: x, clientY: y });
    return page.evaluate(
      `document.elementFromPoint(${x}, ${y}).dispatchEvent(new PointerEvent('click', ${how}))`,
    );
  };
  await tap(2);
  await tap(0);
  await page.getByRole('button', { name: /^Casa 004: .* 3 nights …$/ }).click();
  await dialog().getByRole('button', { name: 'Close nights' }).waitFor();
  await page.keyboard.press('Escape');
  await dialog().waitFor({ state: 'detached' });
});

it('says why it does not know who has nights, and asks again', async () => {
  const error = { code: 'internal', message: 'something broke', retryable: false };
  await guestHolds(12, 3, 2);
  await page.route(/\/claims\?/, (route) => route.fulfill({ status: 500, json: { error } }), { times: 1 });
  await bar(12, 3, 'held').click();
  await dialog().locator('.refusal[data-code="internal"]').waitFor();
  await dialog().getByRole('button', { name: 'Try again' }).click();
  await dialog()
    .getByText(/^Guest …/)
    .waitFor();
  await page.keyboard.press('Escape');
  await dialog().waitFor({ state: 'detached' });
});

it('says in the dialog why nights could not be closed', async () => {
  await cursorTo(4);
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Enter');
  await dialog().getByText('Only free nights can be closed').waitFor();
  await page.keyboard.press('Escape');
  await dialog().waitFor({ state: 'detached' });
});

it('filters by city, name and state, keeps that in the address, and counts what is shown', async () => {
  await page.getByRole('button', { name: /City/ }).click();
  await page.getByRole('option', { name: 'Porto' }).click();
  await page.locator('[role="grid"][aria-rowcount="26"]').waitFor();
  expect(await count('free', 5).textContent()).toBe('19');
  await page.locator('[data-tile="booked"]', { hasText: /of \d\d apartments/ }).waitFor();
  await page.getByLabel('Name', { exact: true }).fill('casa 00');
  await page.locator('[role="grid"][aria-rowcount="15"]').waitFor();
  await page.getByRole('button', { name: /^(Any )?Nights/ }).click();
  await page.getByRole('option', { name: 'With a held night' }).click();
  await page.locator('[role="grid"][aria-rowcount="7"]').waitFor();
  expect(new URL(page.url()).search).toBe('?city=Porto&name=casa+00&state=held');
  await guestHolds(2, 5, 2);
  await page.getByText('1 apartment fits differently now.').waitFor();
  await page.getByRole('button', { name: 'Filter again' }).click();
  await row(2).waitFor();
  await page.reload();
  await page.locator('[role="grid"][aria-rowcount="8"]').waitFor();
  await page.goto(`${server.url}/admin?name=nothing+like+this`);
  await page.getByText('No apartment fits.').waitFor();
  await page.getByRole('button', { name: 'Show all' }).click();
  await row(1).waitFor();
  expect(new URL(page.url()).search).toBe('');
});

it('draws what is in view and no more, and reaches the last night of the last row by keyboard', async () => {
  const nodes = () => page.locator('.chart-scroll *').count();
  expect(await nodes()).toBeLessThan(1_200);
  await cursor().focus();
  await page.keyboard.press('Control+End');
  await row(ROWS).locator('.chart-cursor').waitFor();
  expect(await row(ROWS).getAttribute('aria-rowindex')).toBe(String(ROWS + 6));
  expect(await cursor().getAttribute('aria-colindex')).toBe('381');
  const [name, cell] = [await row(ROWS).boundingBox(), await cursor().boundingBox()];
  const grid = (await page.locator('.chart-scroll').boundingBox()) as NonNullable<typeof name>;
  expect((cell?.x ?? 0) + (cell?.width ?? 0)).toBeLessThanOrEqual(grid.x + grid.width);
  expect((name?.y ?? 0) + (name?.height ?? 0)).toBeLessThanOrEqual(grid.y + grid.height);
  expect(await nodes()).toBeLessThan(1_200);
  expect(await row(1).count()).toBe(0);
  // Scrolled out of view the cursor keeps the focus.
  await page.evaluate('document.querySelector(".chart-scroll").scrollTo(0, 0)');
  await row(1).waitFor();
  expect(await focusedName()).toMatch(/, free$/);
});

it('goes to a date beyond its year, once that is typed to its end', async () => {
  await page.goto(`${server.url}/admin?size=compact`);
  await row(1).waitFor();
  const went: (string | null)[] = [];
  page.on('framenavigated', (frame) => void went.push(new URL(frame.url()).searchParams.get('at')));
  await page.getByRole('group', { name: 'Go to date' }).getByRole('spinbutton').first().click();
  await page.keyboard.type(day(500).split('-').reverse().join(''));
  const there = page.locator(`.chart-count[data-night="${today + 500}"]`).first();
  await there.waitFor();
  expect(went).toEqual([day(500)]);
  await page.reload();
  await there.waitFor();
  await page.getByRole('radio', { name: 'Compact', checked: true }).waitFor();
});

it('has another today as soon as it is midnight at the server', async () => {
  const midnightMs = Date.parse(`${day(1)}T00:00:00Z`);
  let serverMs = midnightMs - 30_000;
  const late = await admin.context.newPage();
  late.setDefaultTimeout(15_000);
  await late.routeWebSocket(/socket\.io/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((text) => {
      const serverTime = `"serverTime":"${new Date(serverMs).toISOString()}"`;
      socket.send(String(text).replace(/"serverTime":"[^"]*"/, serverTime));
    });
  });
  await late.clock.install();
  await late.goto(`${server.url}/admin`);
  const todays = (ahead: number) =>
    late.locator('.chart-day[aria-current="date"] strong', { hasText: String(Number(day(ahead).slice(8))) });
  await todays(0).waitFor();
  await late.locator('[data-tile="sockets"] strong', { hasText: /\d/ }).waitFor();
  serverMs = midnightMs + 30_000;
  await late.clock.fastForward(60_000);
  await todays(1).waitFor();
  await late.close();
});

it('speaks German', async () => {
  await page.goto(`${server.url}/admin?name=casa+00`);
  await page.getByLabel('Language').selectOption('de');
  await page.getByRole('grid', { name: 'Wohnungen und ihre Nächte' }).waitFor();
  await cursorTo(5);
  expect(await focusedName()).toMatch(/reserviert, .* – .*, 2 Nächte/);
});

it('ran under its security policy without a complaint', () => {
  // A refusal is an answer with a status, which the browser mentions.
  expect(admin.complaints.filter((text) => !/status of 500/.test(text))).toEqual([]);
});
