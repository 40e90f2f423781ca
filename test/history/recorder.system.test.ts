import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, createClient } from '../../src/client/index.ts';
import { dateOf } from '../../src/protocol/nights.ts';
import type { Calendar } from '../../src/protocol/resources.ts';
import { Program } from '../support/program.ts';
import { check } from './check.ts';
import { exportOf, linesOf } from './export.ts';
import type { HistoryEvent, Run } from './history.ts';
import { main } from './main.ts';
import { machineClockMs, type RecordedClient, Recorder } from './recorder.ts';

const GUESTS = 4;
const APARTMENTS = ['airbnb-1', 'airbnb-2'];
const HOLD_TTL_SECONDS = 3;
const TODAY = Math.floor(Date.now() / 86_400_000);
const [FROM, TO] = [dateOf(TODAY + 1), dateOf(TODAY + 60)];

let program: Program;
const clients: Client[] = [];
const events: HistoryEvent[] = [];
const recorder = new Recorder({ write: (event) => void events.push(event) });

beforeAll(async () => {
  program = await Program.create({
    NIGHTLATCH_SEED: 'none',
    NIGHTLATCH_HOLD_TTL_SECONDS: String(HOLD_TTL_SECONDS),
    NIGHTLATCH_HOLDS_PER_GUEST: '5',
  });
  const header = 'id,name,latitude,longitude,room_type,price,minimum_nights,neighbourhood,city';
  const rows = [1, 2].map((id) => `${id},Flat ${id},38.7,-9.1,Entire home/apt,80,1,Baixa,Lisbon`);
  await program.run(['verify']);
  const file = join(program.dataDir, '../listings.csv');
  await writeFile(file, [header, ...rows, ''].join('\n'));
  expect((await program.run(['import', 'listings', file])).output).toContain('2 new');
  await program.start();
});

afterAll(async () => {
  for (const client of clients) client.close();
  await program.remove();
});

/** The system's clock, PostgreSQL's, when the run's shows 0. */
async function systemAtZeroMs(): Promise<number> {
  return program.asOwner(async (owner) => {
    const before = machineClockMs();
    const { rows } = await owner.query<{ ms: number }>(
      'select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms',
    );
    return rows[0]!.ms - (before + machineClockMs()) / 2;
  });
}

async function guest(name: string): Promise<RecordedClient> {
  const client = createClient({ url: program.url });
  clients.push(client);
  return recorder.client(name, client);
}

/** Holds, and what may come of it; nights of all guests meet. */
async function live(client: RecordedClient, n: number): Promise<void> {
  for (let i = 0; i < 12; i++) {
    const apartmentId = APARTMENTS[(n + i) % 2]!;
    const night = TODAY + 3 + ((n * 5 + i * 3) % 14);
    const stay = { apartmentId, checkIn: dateOf(night), checkOut: dateOf(night + 2) };
    const placed = await client.hold(stay);
    if (!placed.ok) continue;
    const holdId = placed.data.hold.id;
    const contact = { name: 'Ana', email: 'ana@example.com' };
    const method = i % 3 === 0 ? 'sandbox_declined' : 'sandbox_ok';
    // An extended hold would outlive the test.
    if (i % 4 === 1) await client.extend({ apartmentId, holdId });
    if (i % 4 < 2) await client.release({ apartmentId, holdId });
    else if (i % 4 === 2) {
      const booked = await client.confirm({ apartmentId, holdId, guest: contact, payment: { method } });
      if (booked.ok && i === 10) await client.cancel({ apartmentId, bookingId: booked.data.booking.id });
    }
    await client.mine();
    const asked = { command: 'calendar', args: { apartmentId, from: FROM, to: TO } } as const;
    await recorder.operation(
      `g${n}`,
      client.subject,
      asked,
      () => read(apartmentId),
      (calendar) => ({ calendar }),
    );
  }
}

async function read(apartmentId: string) {
  const answer = await fetch(`${program.url}/v1/apartments/${apartmentId}/calendar?from=${FROM}&to=${TO}`);
  return { ok: true, data: (await answer.json()) as Calendar } as const;
}

describe('a recorded run of a real server', () => {
  it('is found legal, and the checker has looked at all of it', async () => {
    const atZero = await systemAtZeroMs();
    const guests = await Promise.all(Array.from({ length: GUESTS }, (_, n) => guest(`g${n}`)));
    const watcher = await guest('w');
    let version = 0;
    const unwatch = watcher.watch(APARTMENTS, FROM, TO, ({ calendar }) => {
      version = Math.max(version, calendar.version);
    });
    const again = { requestId: '6d0f1c52-6f0e-4c43-9d3e-0f9d3c1f5a10', apartmentId: APARTMENTS[0]! };
    const far = { ...again, checkIn: dateOf(TODAY + 40), checkOut: dateOf(TODAY + 42) };
    await watcher.hold(far);
    await Promise.all(guests.map(live));
    await watcher.hold(far);
    // The last of the holds end by themselves, and the watcher hears of it.
    await expect.poll(async () => (await openHolds()).length, { timeout: 30_000, interval: 100 }).toBe(0);
    await expect.poll(() => version, { timeout: 10_000 }).toBeGreaterThan(0);
    await watcher.mine();
    unwatch();
    const drift = Math.abs((await systemAtZeroMs()) - atZero);

    const run: Run = {
      ...{ systemAtZeroMs: atZero, skewMs: 50 + drift },
      ...{ holdsPerGuest: 5, holdTtlMs: HOLD_TTL_SECONDS * 1_000, isSettled: true },
      timeZones: Object.fromEntries(APARTMENTS.map((id) => [id, 'Europe/Lisbon'])),
    };
    const exported = await program.asOwner((owner: pg.Client) => exportOf(owner));
    const { violations, counts } = check({ run, events, ...exported });
    expect(violations).toEqual([]);
    for (const what of [
      'ok',
      'refused',
      'facts',
      'answersMatched',
      'repeatsCompared',
      'refusalsJustified',
    ] as const)
      expect(counts[what], what).toBeGreaterThan(0);
    for (const what of [
      'calendarsCompared',
      'mineCompared',
      'deltasCompared',
      'resyncs',
      'eventsCompared',
    ] as const)
      expect(counts[what], what).toBeGreaterThan(0);
    for (const what of ['holdsEnded', 'paymentsCompared', 'rowsCompared', 'guestsCounted'] as const)
      expect(counts[what], what).toBeGreaterThan(0);

    const file = join(program.dataDir, '../history.jsonl');
    await writeFile(file, [...linesOf({ run, events, ...exported })].join('\n'));
    const printed: string[] = [];
    expect(await main([file], (text) => void printed.push(text)), printed.join('\n')).toBe(0);
    expect(printed.join('\n')).toContain('no violation');
  }, 90_000);
});

async function openHolds(): Promise<unknown[]> {
  return program.asOwner(async (owner) => {
    const { rows } = await owner.query(
      `select 1 from journal born where kind = 'held' and not exists (
         select 1 from journal j where j.apartment_id = born.apartment_id and j.version > born.version
           and (j.fact ->> 'hold' = born.fact ->> 'hold' and j.kind in ('released', 'expired', 'confirmed')
                or (j.fact -> 'replaces')::jsonb ? (born.fact ->> 'hold')))`,
    );
    return rows;
  });
}
