import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, createClient, type Hold, type Outcome, unwrap } from '../../src/client/index.ts';
import { dateOf } from '../../src/protocol/nights.ts';
import { freePort, Program } from '../support/program.ts';

const KILLS = 20;
const GUESTS = 6;
/** No multiple of 3, so that each apartment sees all three ways a hold can go. */
const APARTMENTS = 47;
const ADMIN = { email: 'admin@example.com', password: 'a password for tests' };
const TODAY = Math.floor(Date.now() / 86_400_000);

interface Acked {
  readonly guest: number;
  readonly request: Parameters<Client['hold']>[0];
  readonly answer: string;
  readonly hold: Hold;
  /** What was answered ok about it later; undefined also where that is unknown. */
  ended: 'released' | 'confirmed' | undefined;
  /** Nothing more was asked about it. */
  isLeft: boolean;
}

let program: Program;
let guests: Client[] = [];
const acked: Acked[] = [];
let unknown = 0;

beforeAll(async () => {
  program = await Program.create({
    PORT: String(await freePort()),
    NIGHTLATCH_SEED: 'none',
    NIGHTLATCH_ADMIN_EMAIL: ADMIN.email,
    NIGHTLATCH_ADMIN_PASSWORD: ADMIN.password,
  });
  const header = 'id,name,latitude,longitude,room_type,price,minimum_nights,neighbourhood,city';
  const rows = Array.from(
    { length: APARTMENTS },
    (_, i) => `${i + 1},Flat ${i + 1},38.7,-9.1,Entire home/apt,80,1,Baixa,Lisbon`,
  );
  await program.run(['verify']);
  const file = join(program.dataDir, '../listings.csv');
  await writeFile(file, [header, ...rows, ''].join('\n'));
  const imported = await program.run(['import', 'listings', file]);
  expect(imported.output).toContain(`${APARTMENTS} new`);
  await program.start();
  guests = Array.from({ length: GUESTS }, () =>
    createClient({ url: program.url, deadlineMs: 30_000, attemptMs: 3_000 }),
  );
});

afterAll(async () => {
  for (const guest of guests) await guest.close();
  await program.remove();
});

describe('a server killed in mid-load', () => {
  it(`[I1] [I2] [I3] [I4] keeps every answer over ${KILLS} kills`, async () => {
    const stop = new AbortController();
    const faults: string[] = [];
    const load = guests.map((_, guest) =>
      live(guest, stop.signal).catch((error: unknown) => faults.push(String(error))),
    );
    for (let round = 0; round < KILLS; round++) {
      const before = acked.length;
      // Killed while answers flow: not before this round has had some, and at a different moment each time.
      await expect
        .poll(() => faults.length > 0 || acked.length > before + 3 * (round % 7), {
          timeout: 20_000,
          interval: 5,
        })
        .toBe(true);
      expect(faults).toEqual([]);
      await program.kill(round % 5 === 4 ? 'everything' : 'server');
      await program.start();
    }
    // A client that met many of the kills in a row waits longer before it connects again, and may have missed
    // whole lives of the server: each guest is given the time to leave a hold open.
    await expect
      .poll(() => faults.length > 0 || guests.every((_, guest) => leftOpenBy(guest).length > 0), {
        timeout: 30_000,
        interval: 20,
      })
      .toBe(true);
    stop.abort();
    await Promise.all(load);
    expect(faults).toEqual([]);
    expect(acked.length).toBeGreaterThan(KILLS * 3);

    const histories = await historiesOfAll();
    for (const { hold, ended } of acked) {
      const facts = histories.get(hold.apartmentId) ?? [];
      const about = facts.filter(({ fact }) => fact.hold === hold.id).map(({ kind }) => kind);
      expect(about[0], `hold ${hold.id} was answered ok`).toBe('held');
      if (ended !== undefined) expect(about.at(-1), `hold ${hold.id} was ${ended}`).toBe(ended);
    }
    for (const facts of histories.values()) {
      expect(facts.map(({ version }) => version)).toEqual(facts.map((_, i) => i + 1));
      const requests = facts.map(({ kind, fact, subjectId }) => `${kind} ${fact.hold ?? ''} ${subjectId}`);
      expect(new Set(requests.filter((text) => text.startsWith('held'))).size).toBe(
        requests.filter((text) => text.startsWith('held')).length,
      );
    }
  }, 300_000);

  it('[I2] shows each guest the holds that were left open', async () => {
    for (const [guest, client] of guests.entries()) {
      const open = leftOpenBy(guest);
      const mine = new Map(unwrap(await client.mine()).holds.map((hold) => [hold.id, hold]));
      expect(open.length).toBeGreaterThan(0);
      // The version is the apartment's, and has gone on.
      for (const { version, ...hold } of open) expect(mine.get(hold.id)).toMatchObject(hold);
    }
  });

  it('[I6] took exactly one payment for each booking, and none for anything else', async () => {
    const payments = await program.asOwner((owner) =>
      owner.query<{ booking: string | null; payment: string | null; payments: number }>(
        `select b.status as booking, p.status as payment, count(*)::int as payments
         from bookings b full join sandbox_payments p on p.key = b.payment_key group by 1, 2`,
      ),
    );
    const confirmed = acked.filter(({ ended }) => ended === 'confirmed').length;
    const [booked] = payments.rows;
    expect(payments.rows).toEqual([
      { booking: 'confirmed', payment: 'captured', payments: booked?.payments },
    ]);
    expect(booked?.payments).toBeGreaterThanOrEqual(confirmed);
  });

  it('[I3] answers a command that took effect before the kills with the same bytes', async () => {
    for (const { guest, request, answer } of [...acked.slice(0, 20), ...acked.slice(-20)]) {
      expect(JSON.stringify(await guests[guest]!.hold(request))).toBe(answer);
    }
  });

  it('leaves a database with which `verify` is content, and `verify` notices one that was tampered with', async () => {
    expect(await program.stop()).toBe(0);
    const content = await program.run(['verify']);
    expect(content.output).toContain('every calendar follows from the journal');
    expect(content.code).toBe(0);

    await program.start();
    const [moved, forgotten] = await program.asOwner(async (owner) => {
      const changed = await owner.query<{ apartment_id: string }>(
        `update bookings set stay = daterange(lower(stay) + 3000, upper(stay) + 3000)
         where id = (select id from bookings where status = 'confirmed' limit 1) returning apartment_id`,
      );
      const apartmentId = changed.rows[0]?.apartment_id;
      await owner.query('alter table journal disable trigger user');
      const removed = await owner.query<{ apartment_id: string }>(
        `delete from journal where (apartment_id, version) =
           (select apartment_id, max(version) / 2 from journal where apartment_id <> $1 group by 1 having max(version) > 3 limit 1)
         returning apartment_id`,
        [apartmentId],
      );
      await owner.query('alter table journal enable trigger user');
      return [apartmentId, removed.rows[0]?.apartment_id];
    });
    const noticed = await program.run(['verify']);
    expect(noticed.output).toMatch(new RegExp(`^${moved} version \\d+: booking \\S+ has from`, 'm'));
    expect(noticed.output).toMatch(
      new RegExp(`^${forgotten} version \\d+: version \\d+ follows \\d+ \\(I4: `, 'm'),
    );
    expect(noticed.output).not.toMatch(/\n\s+at /);
    expect(noticed.code).toBe(1);
  });
});

/** A guest who holds, and then releases, books, or leaves it at that; every answer is written down. */
async function live(guest: number, signal: AbortSignal): Promise<void> {
  const client = guests[guest]!;
  for (let n = 0; !signal.aborted; n++) {
    // Each guest has nights of their own, so that what is refused is a fault.
    const night = TODAY + 3 + guest * 110 + ((Math.floor(n / APARTMENTS) * 2) % 108);
    const apartmentId = `airbnb-${1 + (n % APARTMENTS)}`;
    const request = {
      requestId: randomUUID(),
      apartmentId,
      checkIn: dateOf(night),
      checkOut: dateOf(night + 2),
    };
    const placed = await client.hold(request);
    if (!counted(placed)) continue;
    const { hold } = placed.data;
    const entry: Acked = {
      guest,
      request,
      answer: JSON.stringify(placed),
      hold,
      ended: undefined,
      isLeft: n % 3 === 2,
    };
    acked.push(entry);
    if (n % 3 === 0) {
      const contact = { name: 'Ana', email: 'ana@example.com' };
      const booked = await client.confirm({
        apartmentId,
        holdId: hold.id,
        guest: contact,
        payment: { method: 'sandbox_ok' },
      });
      if (counted(booked)) entry.ended = 'confirmed';
    } else if (n % 3 === 1) {
      if (counted(await client.release({ apartmentId, holdId: hold.id }))) entry.ended = 'released';
    }
  }
}

function leftOpenBy(guest: number): Hold[] {
  return acked.filter((entry) => entry.guest === guest && entry.isLeft).map(({ hold }) => hold);
}

function counted<T>(outcome: Outcome<T>): outcome is Extract<Outcome<T>, { ok: true }> {
  if (outcome.ok) return true;
  if (outcome.error.code !== 'unavailable') throw new Error(JSON.stringify(outcome.error));
  unknown += 1;
  if (unknown > 200) throw new Error('more than 200 commands were not answered');
  return false;
}

interface FactView {
  readonly version: number;
  readonly kind: string;
  readonly subjectId?: string;
  readonly fact: { readonly hold?: string };
}

async function historiesOfAll(): Promise<Map<string, FactView[]>> {
  const signIn = await fetch(`${program.url}/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(ADMIN),
  });
  const { accessToken } = (await signIn.json()) as { accessToken: string };
  const histories = new Map<string, FactView[]>();
  for (let i = 1; i <= APARTMENTS; i++) {
    const answer = await fetch(`${program.url}/v1/admin/apartments/airbnb-${i}/journal`, {
      headers: { authorization: `Bearer ${accessToken}` },
    });
    expect(answer.status).toBe(200);
    histories.set(`airbnb-${i}`, ((await answer.json()) as { facts: FactView[] }).facts);
  }
  return histories;
}
