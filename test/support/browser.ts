/** Debian's Chromium, driven by Playwright. */
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';

const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** How Playwright is to start it. */
export const CHROMIUM = {
  executablePath: '/usr/bin/chromium',
  args: process.getuid?.() === 0 ? ['--no-sandbox', ...FLAGS] : FLAGS,
};

/** A Chromium of one's own, for a bench. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch(CHROMIUM);
}

/** The run's Chromium, which tests share; closing it closes what was opened through this connection, and no more. */
export async function theChromium(): Promise<Browser> {
  const { inject } = await import('vitest');
  return chromium.connect(inject('chromium'));
}

export interface Person {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the browser complained about: refused by the security policy, thrown and not caught, … */
  readonly complaints: string[];
}

/** Somebody with a browser profile of their own. */
export async function person(browser: Browser, options: BrowserContextOptions = {}): Promise<Person> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  return { page, context, complaints };
}

/** Everybody who has come by in one browser, for what a test asks of all of them at its end. */
export class Visitors {
  readonly people: Person[] = [];
  readonly #browser: Browser;

  static async arrive(): Promise<Visitors> {
    return new Visitors(await theChromium());
  }

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** One more, at an address. */
  async open(url: string, options?: BrowserContextOptions): Promise<Page> {
    const one = await person(this.#browser, options);
    this.people.push(one);
    await one.page.goto(url);
    return one.page;
  }

  /** Whose page it is. */
  of(page: Page): Person {
    const found = this.people.find((one) => one.page === page);
    if (found === undefined) throw new Error('nobody here has that page');
    return found;
  }

  get complaints(): string[] {
    return this.people.flatMap(({ complaints }) => complaints);
  }

  close(): Promise<void> {
    return this.#browser.close();
  }
}

/** Fills in the form for signing in that the page shows, and sends it. */
export async function signIn(
  page: Page,
  { email, password }: { email: string; password: string },
): Promise<void> {
  const form = page.locator('form.sign-in');
  await form.locator('input[name="email"]').fill(email);
  await form.locator('input[name="password"]').fill(password);
  await form.locator('button[type="submit"]').click();
}
