/**
 * `npm run bench -- live`: from the click that holds in one browser to the night that says so in another, while other
 * sockets are busy. Both browsers are pages of one Chromium, so that one clock tells.
 */
import type { Page } from 'playwright-core';
import { type Client, createClient, memoryStorage } from '../../src/client/index.ts';
import { dateOf } from '../../src/protocol/nights.ts';
import { launchChromium, person } from '../../test/support/browser.ts';
import { type RunningServer, startServer } from '../../test/support/server.ts';
import { startProgress } from '../progress.ts';
import { table } from '../table.ts';

export interface LiveOptions {
  /** Holds that are measured, one after another. */
  readonly holds: number;
  readonly sockets: number;
  /** Of each busy socket between two commands, in milliseconds. */
  readonly pauseMs: number;
  /** Servers of the system, by turns; more than one are over a Redis, and the two browsers at two of them. */
  readonly nodes: readonly number[];
}

interface Measured {
  /** From the click to the other browser's night, in milliseconds. */
  readonly seenMs: number[];
  /** From the click to the own page's countdown. */
  readonly ownMs: number[];
  readonly busyCommands: number;
  readonly seconds: number;
}

const STAY_IN_DAYS = 40;
/** Measured apart from the busy ones. */
const APARTMENT = 0;

export async function measureLive(options: LiveOptions): Promise<void> {
  const progress = startProgress(process.stderr);
  const rows: string[][] = [];
  try {
    for (const nodes of options.nodes) {
      for (const sockets of [0, options.sockets]) {
        const measured = await run(nodes, sockets, options, (done) =>
          progress.show(`${nodes} server(s), ${sockets} busy sockets`, done, options.holds),
        );
        const { seenMs, ownMs, busyCommands, seconds } = measured;
        const share = (ms: number[], part: number) => quantile(ms, part).toFixed(1);
        rows.push([
          `${nodes} server${nodes === 1 ? '' : 's, one browser at each of two'}`,
          String(sockets),
          (busyCommands / seconds).toFixed(0),
          String(seenMs.length),
          ...[0.5, 0.95, 0.99, 1].map((part) => share(seenMs, part)),
          share(ownMs, 0.95),
        ]);
      }
    }
    progress.end();
    console.log(
      table(
        [
          'system',
          'busy sockets',
          'their commands/s',
          'holds',
          'seen p50 ms',
          'p95',
          'p99',
          'max',
          'own p95',
        ],
        rows,
      ),
    );
  } finally {
    progress.end();
  }
}

async function run(
  nodes: number,
  sockets: number,
  { holds, pauseMs }: LiveOptions,
  shown: (done: number) => void,
): Promise<Measured> {
  const [server, browser] = await Promise.all([startServer({ seed: 'demo', nodes }), launchChromium()]);
  const crowd = new Crowd(server, sockets, pauseMs);
  try {
    const ids = await apartmentIds(server.url);
    const id = ids[APARTMENT]!;
    const day = Math.floor(Date.now() / 86_400_000) + STAY_IN_DAYS;
    const path = `/apartments/${id}?checkIn=${dateOf(day)}&checkOut=${dateOf(day + 7)}&guests=1`;
    const [ana, ben] = [await person(browser), await person(browser)];
    await Promise.all([
      ana.page.goto(server.nodeUrls[0] + path),
      ben.page.goto(server.nodeUrls.at(-1) + path),
    ]);
    const night = `.day[data-date="${dateOf(day + 2)}"]`;
    await ben.page.locator(`${night}[data-state=free]`).waitFor();
    const since = performance.now();
    await crowd.start(ids.slice(APARTMENT + 1));
    const measured = { seenMs: [] as number[], ownMs: [] as number[] };
    for (let n = 0; n < holds; n++) {
      const seen = whenInstant(ben.page, `${night}[data-state=held]`);
      const own = whenInstant(ana.page, '.hold .countdown');
      const clicked = await clickedAt(ana.page, '.chooser button.primary:not(:disabled)');
      measured.seenMs.push((await seen) - clicked);
      measured.ownMs.push((await own) - clicked);
      const isFree = whenInstant(ben.page, `${night}[data-state=free]`);
      await ana.page.getByRole('button', { name: 'Release' }).click();
      await isFree;
      await ana.page.locator('.chooser button.primary:not(:disabled)').waitFor();
      shown(n + 1);
    }
    const seconds = (performance.now() - since) / 1_000;
    return { ...measured, busyCommands: crowd.commands, seconds };
  } finally {
    crowd.stop();
    await browser.close();
    await server.stop();
  }
}

/** Clicks inside the page, and says when: epoch milliseconds by the page's own clock. */
async function clickedAt(page: Page, selector: string): Promise<number> {
  await page.locator(selector).waitFor();
  return page.evaluate(`(() => {
    const button = document.querySelector(${JSON.stringify(selector)});
    const at = performance.timeOrigin + performance.now();
    button.click();
    return at;
  })()`);
}

/** When something first matches, seen in the frame that draws it. */
function whenInstant(page: Page, selector: string): Promise<number> {
  return page.evaluate(`new Promise((resolve) => {
    const look = () => {
      if (document.querySelector(${JSON.stringify(selector)}) === null) return false;
      resolve(performance.timeOrigin + performance.now());
      return true;
    };
    if (look()) return;
    const observer = new MutationObserver(() => look() && observer.disconnect());
    observer.observe(document.body, { subtree: true, childList: true, attributes: true });
  })`);
}

/** Guests that hold and release, each on its own socket, in the apartments that are not measured. */
class Crowd {
  readonly #clients: Client[];
  readonly #pauseMs: number;
  #isStopped = false;
  commands = 0;

  constructor(server: RunningServer, sockets: number, pauseMs: number) {
    this.#pauseMs = pauseMs;
    this.#clients = Array.from({ length: sockets }, (_, i) =>
      createClient({ url: server.nodeUrls[i % server.nodeUrls.length]!, storage: memoryStorage() }),
    );
  }

  /** Resolves when all are connected and at work. */
  async start(ids: readonly string[]): Promise<void> {
    const day = Math.floor(Date.now() / 86_400_000) + STAY_IN_DAYS;
    await Promise.all(
      this.#clients.map(async (client, i) => {
        await client.sessions.guest();
        void this.#work(client, ids[i % ids.length]!, day + 9 * Math.floor(i / ids.length));
      }),
    );
  }

  async #work(client: Client, apartmentId: string, day: number): Promise<void> {
    const stay = { apartmentId, checkIn: dateOf(day), checkOut: dateOf(day + 7), guests: 1 };
    while (!this.#isStopped) {
      const held = await client.hold(stay);
      this.commands += 1;
      await pause(this.#pauseMs);
      if (!held.ok) continue;
      await client.release({ apartmentId, holdId: held.data.hold.id });
      this.commands += 1;
      await pause(this.#pauseMs);
    }
  }

  stop(): void {
    this.#isStopped = true;
    for (const client of this.#clients) client.close();
  }
}

async function apartmentIds(url: string): Promise<string[]> {
  const answer = (await (await fetch(`${url}/v1/apartments?limit=100&sort=name`)).json()) as {
    apartments: { id: string }[];
  };
  return answer.apartments.map(({ id }) => id);
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN;
}
