import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, createClient, type Hold, unwrap } from '../../src/client/index.ts';
import { dateOf } from '../../src/protocol/nights.ts';
import { freePort, Program } from '../support/program.ts';

const TTL_SECONDS = 4;
const TODAY = Math.floor(Date.now() / 86_400_000);

let program: Program;
let ana: Client;
let apartmentId: string;

beforeAll(async () => {
  program = await Program.create({
    PORT: String(await freePort()),
    NIGHTLATCH_HOLD_TTL_SECONDS: String(TTL_SECONDS),
  });
  await program.start();
  ana = createClient({ url: program.url });
  apartmentId = await bookable();
}, 60_000);

afterAll(async () => {
  await ana.close();
  await program.remove();
}, 60_000);

/** Some apartment of the demo that takes a week in three months. */
async function bookable(): Promise<string> {
  const found = unwrap(await ana.search({ checkIn: dateOf(TODAY + 92), checkOut: dateOf(TODAY + 99) }));
  const [first] = found.apartments;
  if (first === undefined) throw new Error('the demo has no apartment free for that week');
  return first.id;
}

async function hold(): Promise<Hold> {
  return unwrap(await ana.hold({ apartmentId, checkIn: dateOf(TODAY + 92), checkOut: dateOf(TODAY + 99) }))
    .hold;
}

async function statusOfNights(): Promise<string | undefined> {
  const answer = await fetch(
    `${program.url}/v1/apartments/${apartmentId}/calendar?from=${dateOf(TODAY + 92)}&to=${dateOf(TODAY + 99)}`,
  );
  const { taken } = (await answer.json()) as { taken: { status: string }[] };
  return taken[0]?.status;
}

describe('a restart', () => {
  it('[I5] keeps an open hold and its deadline, and frees it at most a second after', async () => {
    const placed = await hold();
    const left = program.stop();
    expect(await left).toBe(0);
    await program.start();
    const mine = unwrap(await ana.mine());
    expect(mine.holds.map(({ id, expiresAt }) => [id, expiresAt])).toEqual([[placed.id, placed.expiresAt]]);
    expect(await statusOfNights()).toBe('held');
    await expect.poll(statusOfNights, { timeout: TTL_SECONDS * 1_000 + 3_000, interval: 50 }).toBeUndefined();
    const lateMs = ana.clock.nowMs() - Date.parse(placed.expiresAt);
    expect(lateMs).toBeGreaterThanOrEqual(-50);
    expect(lateMs).toBeLessThanOrEqual(1_000);
  }, 30_000);

  it('[I5] frees a hold that lapsed while no server was up, as soon as one is', async () => {
    const placed = await hold();
    await program.kill();
    await expect.poll(() => Date.now(), { timeout: 20_000 }).toBeGreaterThan(Date.parse(placed.expiresAt));
    await program.start();
    await expect.poll(statusOfNights, { timeout: 1_500, interval: 50 }).toBeUndefined();
    expect(await ana.extend({ apartmentId, holdId: placed.id })).toMatchObject({
      ok: false,
      error: { code: 'hold_expired' },
    });
  }, 40_000);

  it('lets a payment under way end as a booking: the answer arrives over the restart', async () => {
    const placed = await hold();
    const contact = { name: 'Ana', email: 'ana@example.com' };
    const confirm = ana.confirm({
      apartmentId,
      holdId: placed.id,
      guest: contact,
      payment: { method: 'sandbox_slow' },
    });
    await expect
      .poll(async () => unwrap(await ana.mine()).holds[0]?.status, { timeout: 5_000 })
      .toBe('confirming');
    await program.kill();
    await program.start();
    const booked = unwrap(await confirm);
    expect(booked.booking).toMatchObject({ status: 'confirmed', guest: contact });
    expect(unwrap(await ana.mine()).bookings.map(({ id }) => id)).toEqual([booked.booking.id]);
    expect(await statusOfNights()).toBe('booked');
  }, 60_000);

  it('after SIGTERM has written snapshots that `verify` agrees with', async () => {
    expect(await program.stop()).toBe(0);
    const { code, output } = await program.run(['verify']);
    expect(output).toContain('every calendar follows from the journal');
    expect(code).toBe(0);
  }, 30_000);
});
