/** Three browsers at two servers that act as one over Redis: what one does at one server, the others see at the other. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dateOf } from '../../src/protocol/nights.ts';
import { signIn, Visitors } from '../support/browser.ts';
import { ADMIN, type RunningServer, startServer } from '../support/server.ts';

const checkIn = dateOf(Math.floor(Date.now() / 86_400_000) + 40);
const checkOut = dateOf(Math.floor(Date.now() / 86_400_000) + 43);
const stay = `checkIn=${checkIn}&checkOut=${checkOut}&guests=1`;

describe('at two servers', () => {
  let server: RunningServer;
  let visitors: Visitors;
  /** Free for the whole stay, and owned by one server or the other. */
  let ids: string[];
  let ana: Page;
  let ben: Page;
  let admin: Page;

  beforeAll(async () => {
    [server, visitors] = await Promise.all([startServer({ seed: 'demo', nodes: 2 }), Visitors.arrive()]);
    const found = await fetch(`${server.nodeUrls[0]}/v1/apartments?${stay}&limit=50`);
    ids = ((await found.json()) as { apartments: { id: string }[] }).apartments.map(({ id }) => id);
    ana = await visitors.open(server.nodeUrls[0] as string);
    ben = await visitors.open(server.nodeUrls[1] as string);
    admin = await visitors.open(`${server.nodeUrls[1]}/admin`);
    await signIn(admin, ADMIN);
    await admin.locator('.chart-row').first().waitFor();
  });
  afterAll(async () => {
    await visitors?.close();
    await server?.stop();
  });

  const look = async (page: Page, node: 0 | 1, id: string) => {
    await page.goto(`${server.nodeUrls[node]}/apartments/${id}?${stay}`);
    await night(page, 'free');
  };
  const night = (page: Page, state: string) =>
    page.locator(`.day[data-date="${checkIn}"][data-state="${state}"]`).waitFor();
  const told = (cause: string, id: string) =>
    admin.locator(`.feed article[data-cause="${cause}"][data-apartment="${id}"]`).first().waitFor();
  const hold = (page: Page) => page.locator('.chooser > button:enabled').click();

  it("a hold, its release and a booking at one show in a guest's and the admin's browser at the other", async () => {
    // Some apartments of each owner, so that commands are forwarded in both directions.
    for (const id of ids.slice(0, 4)) {
      await Promise.all([look(ana, 0, id), look(ben, 1, id)]);
      await hold(ana);
      await Promise.all([night(ana, 'mine'), night(ben, 'held'), told('held', id)]);
      await ana.getByRole('button', { name: 'Release' }).click();
      await Promise.all([night(ana, 'free'), night(ben, 'free'), told('released', id)]);
    }
    const [id] = ids as [string];
    await Promise.all([look(ana, 0, id), look(ben, 1, id)]);
    await hold(ben);
    await night(ana, 'held');
    await ben.locator('.hold input[name="name"]').fill('Ben Moreira');
    await ben.locator('.hold input[name="email"]').fill('ben@example.com');
    await ben.locator('.hold form button[type="submit"]').click();
    await ben.locator('main[data-page="booking"] [data-booking]').first().waitFor();
    await Promise.all([night(ana, 'booked'), told('confirmed', id)]);
  });

  it('a guest finds at one what they hold at the other, with the countdown going on', async () => {
    const id = ids[5] as string;
    await look(ana, 0, id);
    await hold(ana);
    await night(ana, 'mine');
    const session = await ana.evaluate('JSON.stringify(localStorage)');
    // The same account on another device: the session is all that a browser keeps of it.
    const other = await visitors.open(server.nodeUrls[1] as string);
    await other.evaluate(`Object.assign(localStorage, JSON.parse(${JSON.stringify(session)}))`);
    await other.goto(`${server.nodeUrls[1]}/stays`);
    await other.locator('[data-hold] .countdown').waitFor();
    await other.getByRole('button', { name: /^Release/ }).click();
    await night(ana, 'free');
  });

  it('only one of two who click at the same moment gets the nights, and the other is told what is free', async () => {
    const id = ids[6] as string;
    await Promise.all([look(ana, 0, id), look(ben, 1, id)]);
    // Not `hold`: a click that looks first whether it can be made would wait where the other one's hold is seen before it.
    await Promise.all([ana, ben].map((page) => page.locator('.chooser > button').dispatchEvent('click')));
    const won = (page: Page) =>
      page
        .locator('.hold[data-status="held"]')
        .waitFor()
        .then(() => 'won');
    const lost = (page: Page) =>
      page
        // Not while the question is on its way: the other one's hold may be seen before one's own is answered.
        .locator('.chooser:has(> button:not([aria-disabled="true"])) :is(.refusal, .reason)')
        .waitFor()
        .then(() => 'lost');
    const ends = await Promise.all([ana, ben].map((page) => Promise.race([won(page), lost(page)])));
    expect(ends.sort()).toEqual(['lost', 'won']);
  });

  it('nothing was thrown or refused by the security policy', () => {
    expect(visitors.complaints).toEqual([]);
  });
});
