import { once } from 'node:events';
import { expect, it } from 'vitest';
import { Relay } from '../chaos/relay.ts';
import { RawClient } from '../gateway/harness.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { Program } from '../support/program.ts';

it('a server that is asked to stop does so also while PostgreSQL is silent: sockets are told, what it left is logged', async () => {
  await using database = await createTestDatabase();
  const url = new URL(database.url);
  const relay = await new Relay(Number(url.port)).open();
  url.port = String(relay.port);
  const program = await Program.create({ DATABASE_URL: url.href });
  try {
    await program.start();
    const socket = new RawClient(program.url, {});
    await once(socket.socket, 'open');
    await socket.enter();
    await relay.become('stall');
    const [code] = await Promise.all([program.stop(), socket.hears('42/v1,["notice",{"kind":"draining"')]);
    expect(code).toBe(0);
    for (const event of ['node.not_handed_over', 'node.lease_not_ended'])
      expect(program.output).toContain(event);
    expect(program.output).not.toContain('server.stop_abandoned');
  } finally {
    relay.close();
    await program.remove();
  }
});
