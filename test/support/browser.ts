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

export function launchChromium(): Promise<Browser> {
  return chromium.launch(CHROMIUM);
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
