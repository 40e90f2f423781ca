import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createClient, memoryStorage, unwrap } from '../../src/client/index.ts';
import { dateOf } from '../../src/protocol/nights.ts';
import { Program } from '../support/program.ts';

let program: Program;
beforeAll(async () => {
  program = await Program.create({ LOG_LEVEL: 'trace' });
  await program.start();
});
afterAll(() => program.remove());

it('LOG_LEVEL=trace shows what each apartment of a running server receives and decides, and nothing that a guest has typed', async () => {
  // What was there before is the demo catalogue, which is booked as it is made.
  const before = program.output.length;
  const client = createClient({ url: program.url, storage: memoryStorage() });
  const today = Math.floor(Date.now() / 86_400_000);
  const stay = { checkIn: dateOf(today + 40), checkOut: dateOf(today + 44) };
  const { apartments } = unwrap(await client.search({ ...stay, limit: 1 }));
  const apartmentId = apartments[0]!.id;
  const { hold } = unwrap(await client.hold({ apartmentId, ...stay }));
  const guest = { name: 'Adelheid Trace', email: 'adelheid@example.com' };
  const confirm = { apartmentId, holdId: hold.id, guest, payment: { method: 'sandbox_ok' } };
  unwrap(await client.confirm(confirm));
  client.close();

  const lines = () =>
    program.output
      .slice(before)
      .split('\n')
      .filter((line) => line.startsWith('{') && line.includes('"apartment.') && line.includes(apartmentId))
      .map((line) => JSON.parse(line));
  while (!lines().some(({ facts }) => facts?.includes('confirmed'))) await delay(10);
  expect(
    lines().map(({ level, event, type, state, facts, holdId }) => ({
      level,
      event,
      type,
      state,
      facts,
      holdId,
    })),
  ).toMatchObject([
    { level: 'trace', event: 'apartment.received', type: 'hold' },
    { event: 'apartment.decided', type: 'hold', state: 'listed', facts: ['held'] },
    { event: 'apartment.received', type: 'confirm', holdId: hold.id },
    { event: 'apartment.decided', type: 'confirm', facts: ['confirming'] },
    { event: 'apartment.received', type: 'payment' },
    { event: 'apartment.decided', type: 'payment', facts: ['authorised'] },
    { event: 'apartment.received', type: 'payment' },
    { event: 'apartment.decided', type: 'payment', facts: ['confirmed'] },
  ]);
  expect(program.output).not.toMatch(/adelheid/i);
});
