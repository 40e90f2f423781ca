/** A psql that was left open in the middle of a transaction, beside a server that guests use. */
import type pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Client, createClient, memoryStorage, unwrap } from '../../src/client/index.ts';
import { dateOf } from '../../src/protocol/nights.ts';
import { Program } from '../support/program.ts';
import { ADMIN } from '../support/server.ts';

const TODAY = Math.floor(Date.now() / 86_400_000);
const week = { checkIn: dateOf(TODAY + 92), checkOut: dateOf(TODAY + 99) };

let program: Program;
let admin: Client;
let guest: Client;
let apartments: string[];
beforeAll(async () => {
  program = await Program.create({ NIGHTLATCH_ADMIN_PASSWORD: ADMIN.password });
  await program.start();
  const connected = () => createClient({ url: program.url, storage: memoryStorage() });
  [admin, guest] = [connected(), connected()];
  unwrap(await admin.sessions.signIn(ADMIN));
  apartments = unwrap(await guest.search({ ...week, limit: 20 })).apartments.map(({ id }) => id);
  expect(apartments.length).toBe(20);
});
afterAll(async () => {
  admin.close();
  guest.close();
  await program.remove();
});

const holdAndLetGo = async (apartmentId: string) => {
  const { hold } = unwrap(await guest.hold({ apartmentId, ...week }));
  unwrap(await guest.release({ apartmentId, holdId: hold.id }));
};
const inTransaction = async (sql: string, values: unknown[], work: () => Promise<void>) => {
  await program.asOwner(async (owner: pg.Client) => {
    await owner.query('begin');
    await owner.query(sql, values);
    await work();
    await owner.query('rollback');
  });
};

it('[A1] that has locked a listing delays the pause of that apartment, and no hold of another', async () => {
  const [locked = '', ...others] = apartments;
  let answered = false;
  let pausing: Promise<unknown> = Promise.resolve();
  await inTransaction('select from listings where id = $1 for update', [locked], async () => {
    const change = { status: 'paused' } as const;
    pausing = admin.management.changeApartment({ apartmentId: locked, change }).then((outcome) => {
      answered = true;
      return unwrap(outcome);
    });
    for (const apartmentId of others) await holdAndLetGo(apartmentId);
    expect(answered).toBe(false);
  });
  await pausing;
  const refused = await guest.hold({ apartmentId: locked, ...week });
  expect(refused).toMatchObject({ ok: false, error: { code: 'rule_violation' } });
});

it('that has locked the bookings keeps confirms waiting, and no hold', async () => {
  const [, booked = '', ...others] = apartments;
  const { hold } = unwrap(await guest.hold({ apartmentId: booked, ...week }));
  let answered = false;
  let confirming: Promise<unknown> = Promise.resolve();
  await inTransaction('lock table bookings in share mode', [], async () => {
    const payment = { method: 'sandbox_ok' };
    const by = { name: 'Ana', email: 'ana@example.com' };
    confirming = guest
      .confirm({ apartmentId: booked, holdId: hold.id, guest: by, payment })
      .then((outcome) => {
        answered = true;
        return unwrap(outcome);
      });
    for (const apartmentId of others) await holdAndLetGo(apartmentId);
    expect(answered).toBe(false);
  });
  await confirming;
});
