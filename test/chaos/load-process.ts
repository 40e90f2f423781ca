/**
 * The load, a process of its own with a clock of its own: guests and watchers, whose every word goes to a file.
 *
 *   --> { what: 'stop' }              guests finish what they do and give back what they hold
 *   --> { what: 'forget' }            versions have gone back: watchers have to be told anew
 *   --> { what: 'finish', heads }     watchers wait for these versions, then everybody leaves
 *   <-- { what: 'began' | 'figures' | 'stopped' | 'finished', … }
 */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type Client, createClient } from '../../src/client/index.ts';
import { dateOf } from '../../src/protocol/nights.ts';
import type { HistoryEvent } from '../history/history.ts';
import { machineClockMs, type RecordedClient, Recorder } from '../history/recorder.ts';
import { Guest, NIGHTS } from './guest.ts';
import { seeded } from './random.ts';

export interface LoadOrder {
  readonly url: string;
  readonly seed: number;
  readonly apartments: readonly string[];
  readonly guests: number;
  readonly watchers: number;
  readonly rate: number;
  readonly methods: readonly string[];
  /** Today at the apartments, in days since 1970: not this process's clock, which may be wrong. */
  readonly today: number;
  readonly events: string;
  /** How long an answer is waited for at most, in seconds. */
  readonly patience: number;
}
export type ToLoad =
  | { what: 'stop' }
  | { what: 'forget' }
  | { what: 'finish'; heads: Record<string, number> };
export interface Figures {
  readonly asked: number;
  readonly ok: number;
  readonly refused: number;
  readonly unknown: number;
}
export type FromLoad =
  | { what: 'began' }
  /** Guests whose session was lost: what they hold nobody can give back. */
  | { what: 'stopped'; gone: string[] }
  | { what: 'figures'; figures: Figures }
  /** Watches that were not told everything in time. */
  | { what: 'finished'; behind: string[] };

const FIGURES_EVERY_MS = 500;
/** Beacons come every 10 s, a watch that heard nothing asks after 20 s, and one that was refused twice in that time. */
const WHOLE_WITHIN_MS = 45_000;
const POLL_MS = 20;

const order = JSON.parse(process.argv[2] ?? '') as LoadOrder;
const tell = (message: FromLoad) => process.send?.(message);
const out = createWriteStream(order.events);
const figures = { asked: 0, ok: 0, refused: 0, unknown: 0 };
const recorder = new Recorder({
  nowMs: machineClockMs,
  write(event: HistoryEvent) {
    if (event.type === 'invoke') figures.asked += 1;
    else if (event.type === 'ok') figures.ok += 1;
    else if (event.type === 'fail') figures.refused += 1;
    else if (event.type === 'unknown') figures.unknown += 1;
    out.write(`${JSON.stringify(event)}\n`);
  },
});
const clients: { client: Client; recorded: RecordedClient }[] = [];
/** Who any client ever was. */
const everybody = new Set<string>();
const random = seeded(order.seed);

async function client(name: string): Promise<RecordedClient> {
  const made = createClient({ url: order.url, random: seeded(Math.floor(random() * 2 ** 32)) });
  const recorded = await recorder.client(name, made);
  clients.push({ client: made, recorded });
  everybody.add(recorded.subject.id);
  made.sessions.subscribe((who) => who && everybody.add(who.subject.id));
  return recorded;
}

const guests: Guest[] = [];
for (let n = 0; n < order.guests; n++) {
  const name = `g${n}`;
  const wishes = {
    ...order,
    patienceMs: order.patience * 1_000,
    pauseMs: (order.guests / order.rate) * 1_000,
  };
  const parts = { name, client: await client(name), recorder, url: order.url };
  guests.push(new Guest(parts, wishes, seeded(Math.floor(random() * 2 ** 32))));
}
const seen = new Map<string, number>();
const unwatch: (() => void)[] = [];
const [from, to] = [dateOf(order.today), dateOf(order.today + NIGHTS + 10)];
const WATCHED_AT_ONCE = 100;
for (let n = 0; n < order.watchers; n++) {
  const watcher = await client(`w${n}`);
  for (let i = 0; i < order.apartments.length; i += WATCHED_AT_ONCE) {
    const some = order.apartments.slice(i, i + WATCHED_AT_ONCE);
    unwatch.push(
      watcher.watch(some, from, to, ({ calendar }) => {
        seen.set(`w${n} ${calendar.apartmentId}`, calendar.version);
      }),
    );
  }
}

const stop = new AbortController();
const lives = Promise.all(guests.map((guest) => guest.live(stop.signal)));
const telling = setInterval(() => tell({ what: 'figures', figures }), FIGURES_EVERY_MS);
tell({ what: 'began' });

process.on('message', (message: ToLoad) => {
  if (message.what === 'stop') void stopped();
  else if (message.what === 'forget') seen.clear();
  else void finished(message.heads);
});
process.on('disconnect', () => process.exit(1));

async function stopped(): Promise<void> {
  stop.abort();
  await lives;
  await Promise.all(guests.map((guest) => guest.leave()));
  tell({ what: 'figures', figures });
  const here = new Set(clients.map(({ recorded }) => recorded.subject.id));
  tell({ what: 'stopped', gone: [...everybody].filter((id) => !here.has(id)) });
}

async function finished(heads: Record<string, number>): Promise<void> {
  const behind = () =>
    Object.entries(heads).flatMap(([apartmentId, head]) =>
      Array.from({ length: order.watchers }, (_, n) => `w${n} ${apartmentId}`).filter(
        (watch) => (seen.get(watch) ?? -1) < head,
      ),
    );
  const untilMs = machineClockMs() + Math.min(WHOLE_WITHIN_MS, order.patience * 1_000);
  while (behind().length > 0 && machineClockMs() < untilMs) await delay(POLL_MS);
  for (const { recorded } of clients) await recorded.mine();
  for (const stopWatching of unwatch) stopWatching();
  for (const { client, recorded } of clients) {
    recorded.stop();
    client.close();
  }
  clearInterval(telling);
  out.end();
  await once(out, 'finish');
  tell({ what: 'figures', figures });
  tell({ what: 'finished', behind: behind() });
  process.disconnect?.();
}
