/** Every page and state through axe, in light and dark: no violation of its rules. */
import axe, { type AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dateOf } from '../../src/protocol/nights.ts';
import { launchChromium, person } from '../support/browser.ts';
import { ADMIN, type RunningServer, startServer } from '../support/server.ts';

const today = Math.floor(Date.now() / 86_400_000);
const stay = (ahead: number, nights = 3) =>
  `checkIn=${dateOf(today + ahead)}&checkOut=${dateOf(today + ahead + nights)}&guests=1`;

/** What axe says of the page as it stands, one line a node. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate('axe.run()')) as AxeResults;
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.slice(0, 5).map(({ target, failureSummary }) => `${id}: ${help} (${target}) ${failureSummary ?? ''}`),
  );
}

/** Colours are not halfway between two states when they are looked at. */
async function expectNone(page: Page): Promise<void> {
  await page.evaluate('Promise.all(document.getAnimations().map((one) => one.finished.catch(() => {})))');
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    expect(await violations(page), `${page.url()}, ${scheme}`).toEqual([]);
  }
}
