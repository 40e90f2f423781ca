/**
 * One Chromium for the whole run; each person has a profile of their own in it (`browser.ts`). Name this file as
 * `globalSetup` of the vitest project that uses it.
 */
import { chromium } from 'playwright-core';
import type { TestProject } from 'vitest/node';
import { CHROMIUM } from './browser.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where Playwright finds it. */
    chromium: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const browser = await chromium.launchServer(CHROMIUM);
  project.provide('chromium', browser.wsEndpoint());
  return () => browser.close();
}
