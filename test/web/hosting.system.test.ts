/** A host at work in a real browser: own apartments, edits that guests see, and what keeps a change from being lost. */
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, createClient, memoryStorage, unwrap } from '../../src/client/index.ts';
import { dateOf, nightOf } from '../../src/protocol/nights.ts';
import { type Person, person, signIn, theChromium } from '../support/browser.ts';
import { ADMIN, type RunningServer, startServer } from '../support/server.ts';

let server: RunningServer;
let browser: Browser;
let host: Person;
let page: Page;
let guest: Client;
let admin: Client;
const clients: Client[] = [];

const TODAY = nightOf(new Date().toISOString().slice(0, 10));
const day = (n: number) => dateOf(TODAY + n);

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer({ seed: 'demo' }), theChromium()]);
  guest = client();
  admin = client();
  unwrap(await admin.sessions.signIn(ADMIN));
  const [, email = '', password = ''] = /sign in as (host@\S+), password (\S+)/.exec(server.output()) ?? [];
  host = await person(browser);
  page = host.page;
  await page.goto(`${server.url}/hosting`);
  await signIn(page, { email, password });
  await page.locator('[data-apartment]').first().waitFor();
});
afterAll(async () => {
  for (const each of clients) each.close();
  await browser?.close();
  await server?.stop();
});

function client(): Client {
  const made = createClient({ url: server.url, storage: memoryStorage() });
  clients.push(made);
  return made;
}

const field = (path: string): Locator => page.locator(`[id="field-${path}"]`);
async function type(path: string, text: string): Promise<void> {
  await field(path).fill(text);
  // A number is taken over when its field is left.
  await field(path).blur();
}
/** As a date is typed, by its parts. */
const typed = (date: string) => date.split('-').reverse().join('');
const save = () => page.getByRole('button', { name: 'Save changes' }).click();
const saved = () => page.getByText(/^Saved at/).waitFor();
const form = (id: string, tab: string) => page.goto(`${server.url}/hosting/apartments/${id}?tab=${tab}`);

/** Apartments of the demo's host that guests may book for three nights, each for one test. */
async function bookable(): Promise<string> {
  const from = day(200 + 7 * taken.size);
  const to = dateOf(nightOf(from) + 3);
  const found = unwrap(await guest.search({ city: 'Lisbon', checkIn: from, checkOut: to, limit: 50 }));
  const id = found.apartments.map((one) => one.id).find((one) => !taken.has(one)) ?? '';
  taken.set(id, { checkIn: from, checkOut: to });
  // A season's own price and minimum would hide the apartment's.
  unwrap(await admin.management.changeApartment({ apartmentId: id, change: { terms: { seasons: [] } } }));
  return id;
}
const taken = new Map<string, { checkIn: string; checkOut: string }>();
const stayIn = (apartmentId: string) => ({ apartmentId, ...taken.get(apartmentId)! });
const priceOf = async (apartmentId: string) => {
  const { checkIn, checkOut } = stayIn(apartmentId);
  const found = unwrap(await guest.search({ city: 'Lisbon', checkIn, checkOut, limit: 50 }));
  return found.apartments.find(({ id }) => id === apartmentId)?.quote?.totalMinor;
};

describe('my apartments', () => {
  it('[A4] are a host’s own, and nobody else’s can be opened', async () => {
    await page.goto(`${server.url}/hosting`);
    await page.getByText('10 apartments').waitFor();
    for (const place of await page.locator('.own-head p').allTextContents())
      expect(place).toContain('Lisbon');
    const elsewhere = unwrap(await guest.list({ city: 'Kyoto', limit: 1 })).apartments[0]!.id;
    await form(elsewhere, 'listing');
    await page.locator('.refusal[data-code=forbidden]').waitFor();
    expect(await page.getByRole('tab').count()).toBe(0);
  });

  it('[A1] follow a hold, and can be paused and listed again', async () => {
    const id = unwrap(await admin.management.apartments({ limit: 100 })).apartments.find(
      ({ city }) => city === 'Lisbon',
    )!.id;
    await page.goto(`${server.url}/hosting?q=lisbon`);
    const row = page.locator(`[data-apartment="${id}"]`);
    await row.locator('.strip [data-state=booked]').first().waitFor();
    expect(await row.locator('[data-state=held]').count()).toBe(0);
    const { apartments } = unwrap(await guest.list({ city: 'Lisbon', limit: 100 }));
    expect(apartments.map((one) => one.id)).toContain(id);
    const free = await firstFree(id);
    unwrap(await guest.hold({ apartmentId: id, ...free, guests: 1 }));
    await row.locator('[data-state=held]').first().waitFor();

    await row.getByRole('button', { name: /^Pause/ }).click();
    await row.locator('[data-status=paused]').waitFor();
    const listed = async () =>
      unwrap(await guest.list({ city: 'Lisbon', limit: 100 })).apartments.some((one) => one.id === id);
    await expect.poll(listed).toBe(false);
    await row.getByRole('button', { name: /^List: / }).click();
    await row.locator('[data-status=listed]').waitFor();
    await expect.poll(listed).toBe(true);
  });

  it('ask again for bookings that could not be had, once the server is back', async () => {
    const bookings = '**/v1/apartments/*/bookings?*';
    const error = { code: 'unavailable', message: 'not now', retryable: false };
    const refused = new Set<string>();
    await page.goto('about:blank');
    await page.route(bookings, (route) => {
      refused.add(route.request().url());
      return route.fulfill({ status: 503, json: { error } });
    });
    await page.goto(`${server.url}/hosting?q=lisbon`);
    await expect.poll(() => refused.size, { timeout: 15_000 }).toBe(10);
    const complained = host.complaints.length;
    await host.context.setOffline(true);
    await page.locator('.pill:not([data-state="online"])').waitFor();
    await page.unroute(bookings);
    await host.context.setOffline(false);
    const unknown = page.locator('.own-facts dd', { hasText: '…' });
    await expect.poll(() => unknown.count(), { timeout: 15_000 }).toBe(0);
    // What failed while the network was cut is no complaint.
    host.complaints.length = complained;
  });
});

describe('an edit', () => {
  it('[I7] of the price is previewed, reaches guests at once, and leaves an open hold its quote', async () => {
    const id = await bookable();
    const before = await priceOf(id);
    const { hold } = unwrap(await guest.hold({ ...stayIn(id), guests: 1 }));
    expect(hold.quote.totalMinor).toBe(before);

    await form(id, 'rates');
    await page.locator('[data-holds="1"]').waitFor();
    const total = page.locator('.preview [data-total]');
    const shown = Number(await total.getAttribute('data-total'));
    await type('terms.nightlyMinor', '321');
    await page.locator('.comparison .old').first().waitFor();
    expect(Number(await total.getAttribute('data-total'))).toBeGreaterThan(shown);
    expect(await page.getByText(/^Nightly price: .* → €321\.00$/).count()).toBe(1);
    // Another sample, typed: on the way its end is before its beginning.
    const sample = page.getByRole('group', { name: 'Sample stay' }).first();
    await sample.getByRole('spinbutton').first().click();
    await page.keyboard.type(typed(day(400)) + typed(day(403)));
    await page.locator('.preview').getByText('3 nights').first().waitFor();
    await save();
    await saved();
    await expect.poll(async () => (await guest.apartment(id)).ok && nightly(id)).toBe(32_100);
    const { holds } = unwrap(await guest.mine());
    expect(holds.find((one) => one.id === hold.id)?.quote.totalMinor).toBe(before);
    unwrap(await guest.release({ apartmentId: id, holdId: hold.id }));
    await expect.poll(() => priceOf(id)).toBeGreaterThan(before ?? 0);
    const { page: visited, context } = await person(browser);
    const { checkIn, checkOut } = stayIn(id);
    await visited.goto(`${server.url}/apartments/${id}?checkIn=${checkIn}&checkOut=${checkOut}&guests=1`);
    const euros = new Intl.NumberFormat('en-GB', { style: 'currency', currency: 'EUR' });
    await visited
      .locator('.chooser .quote tfoot', { hasText: euros.format(((await priceOf(id)) ?? 0) / 100) })
      .waitFor();
    await context.close();
  });

  it('[P4] [P6] [P7] [A7] of weekends, seasons and guests is saved, shown to guests, and taken back', async () => {
    const id = await bookable();
    const plain = await terms(id);
    await form(id, 'rates');
    await field('terms.weekendDays').getByText('Sunday', { exact: true }).click();
    await type('terms.includedGuests', '1');
    await type('terms.extraGuestMinor', '12.50');
    await type('terms.cityTax', '3');
    await type('terms.cityTax.maxNights', '2');
    const adultsOnly = page.getByText('City tax for adults only', { exact: true });
    if (plain.cityTax?.adultsOnly !== true) await adultsOnly.click();
    await page.getByRole('button', { name: 'Add a season' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Fair');
    await dialog.getByRole('group', { name: 'Nights' }).first().getByRole('spinbutton').first().click();
    await page.keyboard.type(typed(day(100)) + typed(day(130)));
    await dialog.getByRole('textbox', { name: /^Weekend price/ }).fill('222');
    await dialog.getByRole('group', { name: 'Arrival on' }).getByText('Saturday', { exact: true }).click();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await save();
    await saved();
    const byGuests = { includedGuests: 1, extraGuestMinor: 1_250 };
    const cityTax = { perPersonNightMinor: 300, maxNights: 2, adultsOnly: true };
    expect(await terms(id)).toMatchObject({
      ...{ weekendDays: [5, 6, 7], ...byGuests, cityTax },
      seasons: [{ name: 'Fair', from: day(100), to: day(131), weekendMinor: 22_200, arrivalDays: [6] }],
    });

    const { page: visited, context } = await person(browser);
    const { checkIn, checkOut } = stayIn(id);
    await visited.goto(`${server.url}/apartments/${id}?checkIn=${checkIn}&checkOut=${checkOut}&guests=2`);
    const cityTaxOf = (amount: string) =>
      visited.locator('.quote tr', { hasText: `City tax` }).filter({ hasText: amount });
    await cityTaxOf('€12.00').waitFor();
    await visited.getByRole('button', { name: 'More children' }).click();
    await cityTaxOf('€6.00').waitFor();
    await visited.locator('.chooser > button:enabled').click();
    await visited.locator('.hold[data-status="held"]').waitFor();
    await visited.locator('.hold').getByText('€6.00').waitFor();
    await visited.locator('.hold').getByText('€37.50').waitFor();
    await context.close();

    await field('terms.weekendDays').getByText('Sunday', { exact: true }).click();
    await type('terms.includedGuests', '');
    await type('terms.extraGuestMinor', '');
    await type('terms.cityTax', '');
    await page.getByRole('button', { name: 'Remove Fair' }).click();
    await save();
    await saved();
    const {
      cityTax: _,
      includedGuests: _included,
      extraGuestMinor: _extra,
      weekendDays: _days,
      ...rest
    } = plain;
    expect(await terms(id)).toEqual(rest);
  });

  it('[A2] by keyboard alone raises the minimum, and a guest is told why a shorter stay is refused', async () => {
    const id = await bookable();
    await page.goto(`${server.url}/hosting`);
    await page.locator(`[data-apartment="${id}"]`).waitFor();
    await tabTo(page.locator(`[data-apartment="${id}"] h2 a`));
    await page.keyboard.press('Enter');
    await page.getByRole('tab', { name: 'Listing' }).waitFor();
    await tabTo(page.getByRole('tab', { name: 'Listing' }));
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await field('terms.minNights').waitFor();
    await tabTo(field('terms.minNights'));
    await page.keyboard.type('5');
    await tabTo(page.getByRole('button', { name: 'Save changes' }));
    await page.keyboard.press('Enter');
    await saved();

    const refused = await guest.hold({ ...stayIn(id), guests: 1 });
    expect(refused).toMatchObject({ ok: false, error: { code: 'rule_violation' } });
    const { page: visited, context } = await person(browser);
    const { checkIn, checkOut } = stayIn(id);
    await visited.goto(`${server.url}/apartments/${id}?checkIn=${checkIn}&checkOut=${checkOut}&guests=1`);
    await visited
      .getByText(/stays from there are 5 nights or longer/)
      .first()
      .waitFor();
    await context.close();
  });

  it('that is wrong says so at its field and leads there', async () => {
    const id = await bookable();
    await form(id, 'rules');
    await type('terms.minNights', '9');
    await type('terms.maxNights', '4');
    await page.getByRole('tab', { name: 'Listing' }).click();
    await save();
    const summary = page.locator('.summary');
    await summary.getByText(/keeps? this from being saved/).waitFor();
    expect(await isFocused(summary)).toBe(true);
    await summary.getByRole('link', { name: /^Maximum nights:/ }).click();
    await expect.poll(() => isFocused(field('terms.maxNights'))).toBe(true);
    expect(await field('terms.maxNights').getAttribute('aria-invalid')).toBe('true');
    await type('terms.maxNights', '28');

    // Only the server knows this one.
    await page.getByRole('tab', { name: 'Listing' }).click();
    await field('description').fill('x'.repeat(5_001));
    await save();
    await summary.getByRole('link', { name: /^Description:/ }).waitFor();
    expect(await field('description').getAttribute('aria-invalid')).toBe('true');
    await page.getByRole('button', { name: 'Discard' }).click();
    expect(await page.locator('.summary .refusal').count()).toBe(0);
  });

  it('survives a reload, and is asked about before it is left', async () => {
    const id = await bookable();
    await form(id, 'listing');
    await field('name').fill('A name not saved yet');
    page.once('dialog', (dialog) => void dialog.accept());
    await page.reload();
    await page.getByText('You left with unsaved changes').waitFor();
    expect(await field('name').inputValue()).toBe('A name not saved yet');
    await page.getByRole('main').getByRole('link', { name: 'My apartments' }).click();
    await page.getByRole('button', { name: 'Stay and go on' }).click();
    expect(page.url()).toContain(id);
    await page.getByRole('button', { name: 'Discard' }).click();
    await page.getByRole('main').getByRole('link', { name: 'My apartments' }).click();
    await page.getByRole('heading', { name: 'My apartments' }).waitFor();
  });

  it('[A5] of two at once undoes neither, and who is later chooses', async () => {
    const id = await bookable();
    await form(id, 'rates');
    await field('terms.nightlyMinor').waitFor();
    const change = { name: 'Renamed meanwhile', terms: { nightlyMinor: 22_200 } };
    unwrap(await admin.management.changeApartment({ apartmentId: id, change }));
    await type('terms.nightlyMinor', '111');
    await type('terms.cleaningMinor', '44');
    await save();
    const dialog = page.getByRole('alertdialog');
    await dialog.getByText(/Renamed meanwhile/).waitFor();
    await dialog.getByText(/^Theirs: €222\.00$/).click();
    await dialog.getByRole('button', { name: 'Go on with this choice' }).click();
    await dialog.waitFor({ state: 'detached' });
    await save();
    await saved();
    const { name, terms } = unwrap(await admin.management.apartment(id));
    expect({ name, nightly: terms.nightlyMinor, cleaning: terms.cleaningMinor }).toEqual({
      ...{ name: 'Renamed meanwhile', nightly: 22_200, cleaning: 4_400 },
    });
  });
});

it('on a phone nothing of the form is cut off or scrolls sideways', async () => {
  const id = await bookable();
  const size = page.viewportSize();
  await page.setViewportSize({ width: 390, height: 844 });
  for (const tab of ['listing', 'rates', 'rules', 'calendar', 'retire'] as const) {
    await form(id, tab);
    await page.locator('.listing fieldset, .listing .panel').first().waitFor();
    const wide = `[...document.querySelectorAll('main *')].filter((one) =>
      one.getBoundingClientRect().right > 391 && one.closest('.unseen, thead') === null).map((one) => one.className)`;
    expect(await page.evaluate(wide), tab).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth'), tab).toBe(390);
  }
  if (size !== null) await page.setViewportSize(size);
});

it('[A3] nights are closed with a reason, and opened again', async () => {
  const id = await bookable();
  const { checkIn, checkOut } = stayIn(id);
  await form(id, 'calendar');
  const dates = page.getByRole('group', { name: 'Nights to close' }).first();
  await dates.getByRole('spinbutton').first().click();
  await page.keyboard.type(typed(checkIn) + typed(dateOf(nightOf(checkOut) - 1)));
  await page.getByLabel('Reason').fill('Painting');
  await page.getByRole('button', { name: 'Close 3 nights' }).click();
  await page.getByText(/^Closed: /).waitFor();
  const refused = await guest.hold({ ...stayIn(id), guests: 1 });
  expect(refused).toMatchObject({ ok: false, error: { conflicts: [{ status: 'blocked' }] } });

  const row = page.locator('tr[data-kind=block]', { hasText: 'Painting' });
  await showMonth(checkIn);
  await row.getByRole('button', { name: /^Open again: / }).click();
  await page.getByText(/^Open again: /).waitFor();
  await row.waitFor({ state: 'detached' });
  unwrap(await guest.hold({ ...stayIn(id), guests: 1 }));
});

it('[A4] [A5] a new apartment is found by guests, and is one however often it is sent', async () => {
  await page.goto(`${server.url}/hosting/new`);
  await field('name').fill('Lighthouse keeper’s room');
  await field('city').fill('Ushant');
  await type('latitude', '48.45');
  await type('longitude', '-5.09');
  // The zone is the place's, not the browser's; one that has other clocks is told of.
  const zone = page.getByRole('combobox', { name: 'Time zone' });
  await expect.poll(() => zone.inputValue()).toBe('Europe/Paris');
  await zone.click();
  await zone.press('ControlOrMeta+a');
  await zone.pressSequentially('Asia/Tok');
  await page.getByRole('option', { name: 'Asia/Tokyo' }).click();
  await page.getByText('These coordinates are in the time zone Europe/Paris').waitFor();
  await page.getByRole('button', { name: 'Take Europe/Paris' }).click();
  await expect.poll(() => zone.inputValue()).toBe('Europe/Paris');
  await page.getByRole('tab', { name: 'Rates' }).click();
  await type('terms.nightlyMinor', '90');
  const error = { code: 'unavailable', message: 'whether it took effect is unknown', retryable: false };
  await page.route('**/v1/apartments', (route) => route.fulfill({ status: 503, json: { error } }), {
    times: 1,
  });
  const sent: (string | undefined)[] = [];
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/v1/apartments'))
      sent.push(request.headers()['idempotency-key']);
  });
  await page.getByRole('button', { name: 'Create the apartment' }).click();
  await page.locator('.summary .refusal[data-code=unavailable]').waitFor();
  await page.getByRole('button', { name: 'Create the apartment' }).click();
  await page.getByText('Created, and not listed yet: only you see it.').waitFor();
  expect(sent).toEqual([expect.any(String), sent[0]]);
  const found = async () =>
    unwrap(await guest.search({ city: 'Ushant', checkIn: day(20), checkOut: day(23) })).apartments;
  expect(await found()).toEqual([]);
  await page.getByRole('button', { name: 'List it' }).click();
  await page.getByText('It is listed: guests can find it now.').waitFor();
  await expect.poll(found).toMatchObject([{ name: 'Lighthouse keeper’s room', nightlyMinor: 9_000 }]);
  // The text at the head of the page has arrived with the page of the new one.
  expect(page.url()).toMatch(/\/hosting\/apartments\/apt_/);
});

it('nothing was complained about', () => {
  // A refusal is an answer with a status, which the browser mentions.
  expect(host.complaints.filter((text) => !/status of (400|403|412|503)/.test(text))).toEqual([]);
});

async function nightly(apartmentId: string): Promise<number> {
  return (await terms(apartmentId)).nightlyMinor;
}

async function terms(apartmentId: string) {
  return unwrap(await guest.apartment(apartmentId)).terms;
}

/** Two free nights within the next 28 that the rules of the apartment allow. */
async function firstFree(apartmentId: string): Promise<{ checkIn: string; checkOut: string }> {
  for (let from = 2; from < 26; from++) {
    for (let nights = 2; nights <= 4; nights++) {
      const stay = { checkIn: day(from), checkOut: day(from + nights) };
      const { apartments } = unwrap(await guest.search({ city: 'Lisbon', ...stay, limit: 100 }));
      if (apartments.some(({ id }) => id === apartmentId)) return stay;
    }
  }
  throw new Error(`${apartmentId} has no free stay in the next 28 nights`);
}

/** Presses Tab until the focus is there. */
async function tabTo(target: Locator): Promise<void> {
  for (let presses = 0; presses < 120; presses++) {
    if (await isFocused(target)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`the focus does not reach ${target}`);
}
const isFocused = async (target: Locator) => (await target.and(page.locator(':focus')).count()) === 1;
/** The calendar opens on the next stay, whenever that is. */
async function showMonth(date: string): Promise<void> {
  const wanted = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric' }).format(
    Date.parse(date),
  );
  const shown = page.locator('.claims-month strong');
  const read = async () => Date.parse(`1 ${await shown.textContent()}`);
  const target = Date.parse(`1 ${wanted}`);
  while ((await read()) !== target) {
    const before = await shown.textContent();
    await page.getByRole('button', { name: (await read()) < target ? 'Later' : 'Earlier' }).click();
    await expect.poll(() => shown.textContent()).not.toBe(before);
  }
}
