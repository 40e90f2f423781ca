import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contender } from '../../bench/contenders.ts';
import { type BenchPostgres, startPostgres } from '../../bench/postgres.ts';
import type { Ledger, NewHold } from '../../bench/servers/direct-ledger.ts';
import { statementLedger } from '../../bench/servers/direct-statement.ts';
import { transactionLedger } from '../../bench/servers/direct-transaction.ts';

let dataDir: string;
let postgres: BenchPostgres;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'nightlatch-direct-'));
  postgres = await startPostgres(dataDir);
});
afterAll(async () => {
  await postgres.stop();
  await rm(dataDir, { recursive: true, force: true });
});

function wanted(checkIn: string, checkOut: string, of: Partial<NewHold> = {}): NewHold {
  return {
    requestId: randomUUID(),
    apartmentId: 'bench-1',
    guestId: randomUUID(),
    claimId: randomUUID(),
    checkIn,
    checkOut,
    guests: 2,
    quote: { currency: 'EUR', totalMinor: 1, lines: [] },
    ttlSeconds: 600,
    ...of,
  };
}
const end = (hold: NewHold) => ({
  requestId: randomUUID(),
  apartmentId: hold.apartmentId,
  guestId: hold.guestId,
  holdId: hold.claimId,
});

describe.each([
  ['direct', transactionLedger],
  ['direct-lean', statementLedger],
] as const)('baseline %s keeps the promises it is compared by', (name, ledgerOf) => {
  let pool: pg.Pool;
  let ledger: Ledger;
  beforeAll(async () => {
    const url = await postgres.createDatabase(`test_${name.replace('-', '_')}`);
    await contender(name).prepare(url, 3);
    pool = new pg.Pool({ connectionString: url, max: 20 });
    ledger = ledgerOf(pool);
  });
  afterAll(() => pool.end());

  it('[I1] lets one of forty win the same nights, and frees them on release', async () => {
    const holds = Array.from({ length: 40 }, (_, index) =>
      wanted('2031-03-01', index % 2 === 0 ? '2031-03-04' : '2031-03-03'),
    );
    const outcomes = await Promise.all(holds.map((hold) => ledger.hold(hold)));
    const winner = outcomes.findIndex((outcome) => outcome.ok);
    expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(1);
    for (const [index, outcome] of outcomes.entries())
      if (index !== winner)
        expect(outcome).toMatchObject({
          ok: false,
          error: { code: 'nights_unavailable', conflicts: [{ from: '2031-03-01', status: 'held' }] },
        });
    expect(await ledger.release(end(holds[winner]!))).toMatchObject({
      ok: true,
      data: { status: 'released' },
    });
    expect((await ledger.hold(wanted('2031-03-01', '2031-03-04'))).ok).toBe(true);
  });

  it('[I3] answers a command that comes again with its first answer', async () => {
    const hold = wanted('2031-04-01', '2031-04-03');
    const held = await ledger.hold(hold);
    expect(await ledger.hold({ ...hold, claimId: randomUUID() })).toEqual(held);
    const confirm = {
      ...end(hold),
      bookingId: randomUUID(),
      guest: { name: 'Ana', email: 'ana@example.com' },
    };
    const confirmed = await ledger.confirm(confirm);
    expect(confirmed).toMatchObject({ ok: true, data: { status: 'booked', guestName: 'Ana' } });
    expect(await ledger.confirm({ ...confirm, bookingId: randomUUID() })).toEqual(confirmed);
  });

  it('[I4] numbers the changes of an apartment without a gap', async () => {
    const versions: number[] = [];
    for (let i = 0; i < 3; i++) {
      const hold = wanted('2031-05-01', '2031-05-03', { apartmentId: 'bench-2' });
      for (const outcome of [await ledger.hold(hold), await ledger.release(end(hold))])
        if (outcome.ok) versions.push(outcome.data.version);
    }
    expect(versions).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("tells another guest's hold from none no more than an open one from an ended one", async () => {
    const hold = wanted('2031-06-01', '2031-06-03');
    await ledger.hold(hold);
    const code = async (of: Partial<NewHold>) => {
      const outcome = await ledger.release(end({ ...hold, ...of }));
      return outcome.ok ? 'ok' : outcome.error.code;
    };
    expect(await code({ guestId: randomUUID() })).toBe('not_found');
    expect(await code({ claimId: randomUUID() })).toBe('not_found');
    expect(await code({})).toBe('ok');
    expect(await code({})).toBe('hold_not_open');
  });

  it('[I5] frees the nights of a hold whose time is over', async () => {
    const hold = wanted('2031-07-01', '2031-07-03', { ttlSeconds: 0 });
    await ledger.hold(hold);
    expect(await ledger.release(end(hold))).toMatchObject({ error: { code: 'hold_expired' } });
    await ledger.expire();
    expect((await ledger.hold(wanted('2031-07-01', '2031-07-03'))).ok).toBe(true);
  });
});
